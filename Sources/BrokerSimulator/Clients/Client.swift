/// What a client is there for: the asks it makes, one after the other.
protocol Role: AnyObject {
    /// The next ask; nil when there is none now.
    func next() -> Ask?
    /// What came of an ask; nil when that will never be known.
    func finished(_ ask: Ask, _ answer: Answer?)
    /// When to be asked again after `next` gave nothing, or after an ask.
    var pause: UInt64 { get }
}

/// A client with one connection, on which it sends one request or several at once. It repeats those
/// that it gets no answer to.
final class Client {
    private struct Exchange {
        var ask: Ask
        var attempt: Attempt
        var repetitions: Int
        var deadline: UInt64
    }

    let name: String
    let role: any Role
    /// How many requests it may have under way.
    private let depth: Int
    private let world: World
    private let random: Randomness
    private var wire: SimulatedWire?
    /// What was asked on the wire and not answered, in order.
    private var exchanges: [Exchange] = []
    private var incoming: [UInt8] = []
    /// When the wire will be cut.
    private var cutAt = UInt64.max
    /// What will be asked again.
    private var retries: [(ask: Ask, repetitions: Int)] = []
    private var resumesAt: UInt64

    init(_ name: String, _ role: any Role, depth: Int = 1, in world: World) {
        self.name = name
        self.role = role
        self.depth = depth
        self.world = world
        random = world.random.fork()
        resumesAt = world.clock.now + role.pause
    }

    /// Whether nothing is under way.
    var isIdle: Bool { exchanges.isEmpty && retries.isEmpty }

    /// When to step again though nothing arrives.
    var nextDeadline: UInt64 {
        exchanges.first.map { min($0.deadline, cutAt) } ?? resumesAt
    }

    /// Does what is due.
    func step() {
        let now = world.clock.now
        if !exchanges.isEmpty { return takeAnswers(at: now) }
        guard now >= resumesAt else { return }
        let asks = retries.isEmpty ? newAsks() : retries
        retries = []
        resumesAt = now + role.pause
        if !asks.isEmpty { begin(asks, at: now) }
    }

    private func newAsks() -> [(ask: Ask, repetitions: Int)] {
        var asks: [(ask: Ask, repetitions: Int)] = []
        while asks.count < depth, asks.isEmpty || random.chance(600), let ask = role.next() {
            asks.append((ask, 0))
        }
        return asks
    }

    private func begin(_ asks: [(ask: Ask, repetitions: Int)], at now: UInt64) {
        if wire.map({ $0.isOver || random.chance(20) }) ?? true {
            wire?.finish()
            wire = world.connect()
        }
        guard let wire else {
            for (ask, repetitions) in asks { again(ask, repetitions) }
            return
        }
        incoming = []
        cutAt = .max
        var deadline = now + (world.isTrouble ? 15_000 : 0)
        var bytes: [UInt8] = []
        for (ask, repetitions) in asks {
            world.transcript.note("\(name) \(repetitions > 0 ? "again: " : "")\(ask.description)")
            deadline += ask.patience
            let attempt = world.oracle.began(ask, behind: exchanges.last?.attempt)
            exchanges.append(
                Exchange(
                    ask: ask, attempt: attempt, repetitions: repetitions, deadline: deadline))
            if world.isTrouble, random.chance(world.faults.cut) {
                cutAt = now + UInt64(random.below(world.faults.wireMilliseconds * 2 + 3))
            }
            bytes += ask.bytes
        }
        // Together, so that a piece may end one request and begin the next.
        wire.send(bytes)
        if asks.count > 1 { world.oracle.statistics.add(.pipelines) }
    }

    private func takeAnswers(at now: UInt64) {
        guard let wire else { preconditionFailure("an exchange has a wire") }
        incoming += wire.receive()
        while !incoming.isEmpty {
            switch HTTPAnswer.read(incoming) {
            case .whole(let answer, let byteCount):
                if exchanges.isEmpty {
                    return world.oracle.fail("nonsense: \(name) got more answers than it asked for")
                }
                incoming.removeFirst(byteCount)
                finish(exchanges.removeFirst(), answer)
                continue
            case .nonsense:
                world.oracle.fail("nonsense: \(name) got bytes that are no response")
            case .partial: break
            }
            break
        }
        guard let first = exchanges.first else { return }
        if now >= cutAt, !wire.isCut {
            wire.cut()
            world.oracle.statistics.add(.cuts)
        }
        guard wire.isOver || now >= first.deadline else { return }
        if !wire.isOver, !world.isTrouble || isForgotten(first) {
            world.oracle.fail("unanswered: \(first.ask.description)")
        }
        if !wire.isOver { wire.finish() }
        self.wire = nil
        world.transcript.note("\(name) has no answer")
        let unanswered = exchanges
        exchanges = []
        for exchange in unanswered {
            world.oracle.unanswered(exchange.attempt)
            again(exchange.ask, exchange.repetitions + 1)
        }
    }

    /// Whether a receive has no answer though its wait was over long before something was asked that
    /// was answered, by the same node, since the wire has held.
    private func isForgotten(_ exchange: Exchange) -> Bool {
        guard case .receive = exchange.ask, incoming.isEmpty else { return false }
        return world.latestAnswered + 15_000 > exchange.deadline
    }

    private func finish(_ exchange: Exchange, _ response: HTTPAnswer) {
        world.latestAnswered = max(world.latestAnswered, exchange.attempt.began)
        let answer = world.oracle.answered(exchange.attempt, response)
        world.transcript.note("\(name) gets \(answer.description)")
        if case .troubled = answer { return again(exchange.ask, exchange.repetitions + 1) }
        role.finished(exchange.ask, answer)
        if isIdle { resumesAt = world.clock.now + role.pause }
    }

    /// Asks again after a while, or gives up.
    private func again(_ ask: Ask, _ repetitions: Int) {
        if !ask.isRepeatedForEver, repetitions > 0, ask.isNeverRepeated || random.chance(300) {
            role.finished(ask, nil)
            if isIdle { resumesAt = world.clock.now + role.pause }
            return
        }
        retries.append((ask, repetitions))
        resumesAt = world.clock.now + random.waiting(mean: 300)
    }
}
