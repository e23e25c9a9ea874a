/// One queue as plainly as it can be written: an array of messages and linear scans. The rules are
/// those of SQS; nothing here knows how the broker is made.
final class NaiveQueue {
    struct Deduplication {
        var sequence: Int
        var body: String
        var expiresAt: UInt64
    }

    struct Attempt {
        var expiresAt: UInt64
        var messages: [(message: NaiveMessage, receive: Int)]
        var visibleAt: UInt64
    }

    /// The recent work of a message group, halved each minute.
    struct Work {
        var milliseconds: UInt64 = 0
        var finished: UInt32 = 0
        var minute: UInt64 = 0

        mutating func pass(to minute: UInt64) {
            guard self.minute < minute else { return }
            milliseconds >>= minute - self.minute
            finished >>= minute - self.minute
            self.minute = minute
        }
    }

    let name: String
    let isFIFO: Bool
    var delay: UInt64 = 0
    var retention: UInt64 = 345_600_000
    var maxReceiveCount: Int?
    var deadLetters: NaiveQueue?
    /// In order of arrival.
    var messages: [NaiveMessage] = []
    /// FIFO: the groups that can be received from, in turn.
    private(set) var turns: [String] = []
    var deduplications: [String: Deduplication] = [:]
    var attempts: [String: Attempt] = [:]
    var works: [String: Work] = [:]
    var allWork = Work()
    private var nextOrder = 1
    private var nextSequence = 1

    init(name: String, isFIFO: Bool) {
        self.name = name
        self.isFIFO = isFIFO
    }

    func count(_ place: NaiveMessage.Place) -> Int { messages.count { $0.place == place } }

    var counts: String {
        "\(count(.ready)) ready, \(count(.delayed)) delayed, \(count(.inFlight)) in flight"
    }

    // MARK: Time

    private struct Event {
        var time: UInt64
        var kind: Int
        var rank: Int
        var message: NaiveMessage

        static func precedes(_ left: Event, _ right: Event) -> Bool {
            (left.time, left.kind, left.rank) < (right.time, right.kind, right.rank)
        }
    }

    /// When the next thing happens by itself.
    func nextEvent() -> UInt64? {
        let expiry = messages.map { $0.sentAt + retention }.min()
        return [nextVisibility()?.time, expiry].compactMap { $0 }.min()
    }

    private func nextVisibility() -> Event? {
        messages.enumerated().compactMap { index, message -> Event? in
            switch message.place {
            case .inFlight:
                Event(time: message.visibleAt, kind: 0, rank: Int(message.slot), message: message)
            case .delayed where isFIFO:
                Event(time: message.sentAt + delay, kind: 1, rank: index, message: message)
            case .delayed:
                Event(time: message.visibleAt, kind: 0, rank: 0, message: message)
            case .ready, .gone: nil
            }
        }.min(by: Event.precedes)
    }

    /// Everything that happens by itself at or before `now`.
    func pass(to now: UInt64) {
        while let event = nextVisibility(), event.time <= now {
            show(event.message, at: event.time)
        }
        expire(at: now)
    }

    func expire(at now: UInt64) {
        for message in messages.sorted(by: { $0.sentAt < $1.sentAt })
        where message.sentAt + retention <= now {
            remove(message, at: now)
        }
    }

    /// A delayed or in-flight message becomes ready.
    private func show(_ message: NaiveMessage, at time: UInt64) {
        if message.place == .inFlight { finishWork(of: message, at: time) }
        message.place = .ready
        if !isFIFO, message.receiveCount >= 3 { takeTurn(message) }
        updateTurns(of: message.group)
    }

    private func takeTurn(_ message: NaiveMessage) {
        message.order = nextOrder
        nextOrder += 1
    }

    func setDelay(_ delay: UInt64, at now: UInt64) {
        self.delay = delay
        guard isFIFO else { return }
        for message in messages.reversed()
        where message.place == .ready && message.receiveCount == 0 && message.sentAt + delay > now {
            message.place = .delayed
            updateTurns(of: message.group)
        }
        for message in messages where message.place == .delayed && message.sentAt + delay <= now {
            show(message, at: now)
        }
    }

    // MARK: Arriving and leaving

    /// The sequence of the answer, and the body whose answer it is.
    func send(
        _ body: String, group: String?, deduplication: String?, delay: UInt64?, at now: UInt64
    ) -> (body: String, sequence: Int) {
        if let deduplication, let known = deduplications[deduplication], known.expiresAt > now {
            return (known.body, known.sequence)
        }
        let message = NaiveMessage(body: body, group: group, sentAt: now)
        let wait = isFIFO ? self.delay : delay ?? self.delay
        message.visibleAt = now + wait
        message.place = wait > 0 ? .delayed : .ready
        arrive(message)
        let sequence = nextSequence
        nextSequence += 1
        if let deduplication {
            deduplications[deduplication] = Deduplication(
                sequence: sequence, body: body, expiresAt: now + 300_000)
        }
        return (body, sequence)
    }

    private func arrive(_ message: NaiveMessage) {
        takeTurn(message)
        message.queue = self
        messages.append(message)
        updateTurns(of: message.group)
    }

    func remove(_ message: NaiveMessage, at now: UInt64) {
        leave(message, at: now)
        message.place = .gone
        message.queue = nil
    }

    private func leave(_ message: NaiveMessage, at now: UInt64) {
        if message.place == .inFlight { finishWork(of: message, at: now) }
        messages.removeAll { $0 === message }
        if let group = message.group, !messages.contains(where: { $0.group == group }) {
            works[group] = nil
        }
        updateTurns(of: message.group)
    }

    func purge() {
        for message in messages {
            message.place = .gone
            message.queue = nil
        }
        messages = []
        turns = []
        deduplications = [:]
        attempts = [:]
        works = [:]
        allWork = Work()
        nextOrder = 1
    }

    private func updateTurns(of group: String?) {
        guard isFIFO, let group else { return }
        let isReceivable = messages.first { $0.group == group }?.place == .ready
        if !isReceivable {
            turns.removeAll { $0 == group }
        } else if !turns.contains(group) {
            turns.append(group)
        }
    }

    // MARK: Receiving

    func receive(
        _ count: Int, timeout: UInt64, attempt: String?, at now: UInt64
    ) -> [NaiveMessage] {
        if let attempt, let repeated = repeatAttempt(attempt, timeout: timeout, at: now) {
            return repeated
        }
        expire(at: now)
        var taken: [NaiveMessage] = []
        while taken.count < count, let message = nextReady(at: now) {
            if moveToDeadLetters(message, at: now) { continue }
            if isFIFO {
                // The rest of the group follows, as far as it is ready.
                taken.append(message)
                hide(message, timeout, now)
                while taken.count < count, let next = follower(of: message, among: taken) {
                    if moveToDeadLetters(next, at: now) { continue }
                    taken.append(next)
                    hide(next, timeout, now)
                }
            } else {
                taken.append(message)
                hide(message, timeout, now)
            }
        }
        if timeout == 0 {
            for message in taken { show(message, at: now) }
        } else if let attempt, !taken.isEmpty {
            attempts[attempt] = Attempt(
                expiresAt: now + 300_000, messages: taken.map { ($0, $0.receiveCount) },
                visibleAt: now + timeout)
        }
        return taken
    }

    /// The first message of the group that this receive has not taken, if it is ready.
    private func follower(of message: NaiveMessage, among taken: [NaiveMessage]) -> NaiveMessage? {
        let next = messages.first { other in
            other.group == message.group && !taken.contains { $0 === other }
                && other.order > message.order
        }
        return next?.place == .ready ? next : nil
    }

    private func hide(_ message: NaiveMessage, _ timeout: UInt64, _ now: UInt64) {
        message.place = .inFlight
        message.receiveCount += 1
        message.receiveCountHere += 1
        message.receivedAt = now
        message.visibleAt = now + timeout
        updateTurns(of: message.group)
    }

    private func moveToDeadLetters(_ message: NaiveMessage, at now: UInt64) -> Bool {
        guard let maxReceiveCount, let deadLetters, message.receiveCountHere >= maxReceiveCount
        else { return false }
        leave(message, at: now)
        if isFIFO { message.sentAt = now }
        message.receiveCountHere = 0
        deadLetters.arrive(message)
        return true
    }

    private func repeatAttempt(
        _ attempt: String, timeout: UInt64, at now: UInt64
    ) -> [NaiveMessage]? {
        guard let known = attempts[attempt], known.expiresAt > now else { return nil }
        for (message, receive) in known.messages {
            guard message.queue === self, message.place == .inFlight,
                message.receiveCount == receive, message.visibleAt == known.visibleAt
            else { return nil }
        }
        let end = known.messages[0].message.receivedAt + 43_200_000
        attempts[attempt]?.visibleAt = min(now + timeout, end)
        for (message, _) in known.messages {
            message.visibleAt = min(now + timeout, end)
            if timeout == 0 { show(message, at: now) }
        }
        return known.messages.map(\.message)
    }

    private func nextReady(at now: UInt64) -> NaiveMessage? {
        if isFIFO { return turns.first.flatMap { group in messages.first { $0.group == group } } }
        let ready = messages.filter { $0.place == .ready }
        let groups = Set(ready.compactMap(\.group))
        let noisy = groups.filter { isNoisy($0, at: now) }
        let quiet = ready.filter { message in message.group.map { !noisy.contains($0) } ?? true }
        return (quiet.isEmpty ? ready : quiet).min { $0.order < $1.order }
    }

    // MARK: Finishing

    func changeVisibility(_ message: NaiveMessage, to timeout: UInt64, at now: UInt64) {
        message.visibleAt = now + timeout
        if timeout == 0 { show(message, at: now) }
    }
}
