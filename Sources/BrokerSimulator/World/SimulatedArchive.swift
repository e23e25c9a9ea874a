import BrokerCore
import BrokerNode

/// The archive of FIFO topics: a thread and a database that outlive the nodes.
///
/// Orders are carried out in turn and take their time. What was carried out stays, whether or not
/// somebody has heard of it; of what was not, an end of the process leaves any beginning.
final class SimulatedArchive: Archive {
    private enum Order {
        case store(ArchivedMessage, ticket: UInt64)
        case read(ArchiveQuery, ticket: UInt64)
        case keep([ArchiveTerm])
    }

    private let clock: SimulatedClock
    private let random: Randomness
    private let faults: Faults
    private let transcript: Transcript
    /// By topic, in the order of their numbers.
    private var topics: [String: [ArchivedMessage]] = [:]
    private var orders: [(order: Order, due: UInt64)] = []
    private var answers: [(ticket: UInt64, answer: ArchiveAnswer)] = []
    /// Whether faults happen; once they do not, what waits is carried out at once.
    var isTrouble = true {
        didSet { for index in orders.indices { orders[index].due = clock.now } }
    }
    /// Orders so far.
    private(set) var count = 0

    init(clock: SimulatedClock, random: Randomness, faults: Faults, transcript: Transcript) {
        self.clock = clock
        self.transcript = transcript
        self.random = random
        self.faults = faults
    }

    /// When something is finished; nil when nothing is under way.
    var nextDeadline: UInt64? { answers.isEmpty ? orders.first?.due : clock.now }

    func store(_ message: ArchivedMessage, ticket: UInt64) { add(.store(message, ticket: ticket)) }
    func read(_ query: ArchiveQuery, ticket: UInt64) { add(.read(query, ticket: ticket)) }
    func keep(_ terms: [ArchiveTerm]) { add(.keep(terms)) }
    func removeAll() { add(.keep([])) }

    private func add(_ order: Order) {
        var duration = UInt64(random.below(faults.diskMilliseconds + 1))
        if isTrouble, random.chance(faults.slowArchive) { duration += random.waiting(mean: 2_000) }
        count += 1
        orders.append((order, max(orders.last?.due ?? 0, clock.now) + duration))
    }

    func takeAnswers(_ body: (_ ticket: UInt64, _ answer: ArchiveAnswer) -> Void) {
        while let first = orders.first, first.due <= clock.now {
            orders.removeFirst()
            let fails = isTrouble && random.chance(faults.failingArchive)
            carryOut(first.order, fails: fails)
        }
        let taken = answers
        answers = []
        for (ticket, answer) in taken { body(ticket, answer) }
    }

    private func carryOut(_ order: Order, fails: Bool) {
        switch order {
        case .store(let message, let ticket):
            // A commit whose success cannot be told may have succeeded.
            if !fails || random.chance(300) { insert(message) }
            answers.append((ticket, fails ? .failed(reason: "disk I/O error") : .stored))
        case .read(let query, let ticket):
            answers.append((ticket, fails ? .failed(reason: "disk I/O error") : answer(query)))
        case .keep(let terms):
            if !fails { forget(terms) }
        }
    }

    private func insert(_ message: ArchivedMessage) {
        var kept = topics[message.topicARN, default: []]
        let index = kept.lastIndex { $0.sequence <= message.sequence }
        if index.map({ kept[$0].sequence }) == message.sequence { return }
        kept.insert(message, at: (index ?? -1) + 1)
        topics[message.topicARN] = kept
        transcript.note("archive keeps \(message.sequence)")
    }

    private func answer(_ query: ArchiveQuery) -> ArchiveAnswer {
        let found = topics[query.topicARN, default: []].filter {
            $0.sequence > query.afterSequence && $0.timestamp >= query.from
                && $0.timestamp <= query.until ?? $0.timestamp
        }
        // Pages are smaller than was asked for, so that there are many.
        let page = found.prefix(min(query.limit, 1 + random.below(20)))
        transcript.note(
            "archive reads \(page.count) of \(found.count) after \(query.afterSequence), "
                + "\(query.from.milliseconds) to \(query.until?.milliseconds ?? 0)")
        return .messages(page.map(\.payload), isEnd: page.count == found.count)
    }

    private func forget(_ terms: [ArchiveTerm]) {
        var kept: [String: [ArchivedMessage]] = [:]
        for term in terms {
            kept[term.topicARN] = topics[term.topicARN]?.filter { $0.timestamp >= term.notBefore }
        }
        topics = kept
    }

    /// The process ends: of the orders under way a beginning was carried out.
    func crash() {
        if let count = orders.isEmpty ? nil : random.below(orders.count + 1) {
            for (order, _) in orders.prefix(count) { carryOut(order, fails: false) }
        }
        orders = []
        answers = []
    }

    /// The process ends in order: everything is carried out.
    func close() {
        for (order, _) in orders { carryOut(order, fails: false) }
        orders = []
        answers = []
    }
}
