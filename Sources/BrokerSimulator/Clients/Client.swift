/// What a client is there for: the asks it makes, one after the other.
protocol Role: AnyObject {
    /// The next ask; nil when there is none now.
    func next() -> Ask?
    /// What came of an ask; nil when that will never be known.
    func finished(_ ask: Ask, _ answer: Answer?)
    /// When to be asked again after `next` gave nothing, or after an ask.
    var pause: UInt64 { get }
}

/// A client with one connection and one request at a time, which it repeats when it gets no answer.
final class Client {
    private struct Exchange {
        var ask: Ask
        var attempt: Attempt
        var repetitions: Int
        var incoming: [UInt8] = []
        var deadline: UInt64
        var cutAt: UInt64?
    }

    private enum Phase {
        case idle(until: UInt64)
        /// Before the next attempt.
        case resting(Ask, repetitions: Int, until: UInt64)
        case asking(Exchange)
    }

    let name: String
    let role: any Role
    private let world: World
    private let random: Randomness
    private var phase: Phase
    private var wire: SimulatedWire?

    init(_ name: String, _ role: any Role, in world: World) {
        self.name = name
        self.role = role
        self.world = world
        random = world.random.fork()
        phase = .idle(until: world.clock.now + role.pause)
    }

    /// Whether nothing is under way.
    var isIdle: Bool { if case .idle = phase { true } else { false } }

    /// When to step again though nothing arrives.
    var nextDeadline: UInt64 {
        switch phase {
        case .idle(let until), .resting(_, _, let until): until
        case .asking(let exchange): min(exchange.deadline, exchange.cutAt ?? .max)
        }
    }

    /// Does what is due.
    func step() {
        let now = world.clock.now
        switch phase {
        case .idle(let until):
            guard now >= until else { return }
            guard let ask = role.next() else {
                phase = .idle(until: now + role.pause)
                return
            }
            begin(ask, repetitions: 0)
        case .resting(let ask, let repetitions, let until):
            if now >= until { begin(ask, repetitions: repetitions) }
        case .asking(let exchange):
            go(on: exchange, at: now)
        }
    }

    private func begin(_ ask: Ask, repetitions: Int) {
        let now = world.clock.now
        if wire.map({ $0.isOver || random.chance(20) }) ?? true {
            wire?.finish()
            wire = world.connect()
        }
        guard let wire else { return rest(ask, repetitions) }
        world.transcript.note("\(name) \(repetitions > 0 ? "again: " : "")\(ask.description)")
        var exchange = Exchange(
            ask: ask, attempt: world.oracle.began(ask), repetitions: repetitions,
            deadline: now + ask.patience + (world.isTrouble ? 15_000 : 0))
        if world.isTrouble, random.chance(world.faults.cut) {
            exchange.cutAt = now + UInt64(random.below(world.faults.wireMilliseconds * 2 + 3))
        }
        wire.send(ask.bytes)
        phase = .asking(exchange)
    }

    private func go(on exchange: Exchange, at now: UInt64) {
        guard let wire else { preconditionFailure("an exchange has a wire") }
        var exchange = exchange
        exchange.incoming += wire.receive()
        switch exchange.incoming.isEmpty ? .partial : HTTPAnswer.read(exchange.incoming) {
        case .whole(let answer):
            return finish(exchange, world.oracle.answered(exchange.attempt, answer))
        case .nonsense:
            world.oracle.fail("nonsense: \(name) got bytes that are no response")
        case .partial: break
        }
        if let cutAt = exchange.cutAt, now >= cutAt { wire.cut() }
        if wire.isOver || now >= exchange.deadline {
            if !world.isTrouble && !wire.isOver {
                world.oracle.fail("unanswered: \(exchange.ask.description)")
            }
            if !wire.isOver { wire.finish() }
            self.wire = nil
            world.transcript.note("\(name) has no answer")
            world.oracle.unanswered(exchange.attempt)
            return rest(exchange.ask, exchange.repetitions + 1)
        }
        phase = .asking(exchange)
    }

    private func finish(_ exchange: Exchange, _ answer: Answer) {
        world.transcript.note("\(name) gets \(answer.description)")
        if case .troubled = answer { return rest(exchange.ask, exchange.repetitions + 1) }
        role.finished(exchange.ask, answer)
        phase = .idle(until: world.clock.now + role.pause)
    }

    /// Waits before the next attempt, or gives up.
    private func rest(_ ask: Ask, _ repetitions: Int) {
        if !ask.isRepeatedForEver, repetitions > 0, random.chance(300) {
            role.finished(ask, nil)
            phase = .idle(until: world.clock.now + role.pause)
            return
        }
        phase = .resting(
            ask, repetitions: repetitions,
            until: world.clock.now + random.waiting(mean: 300))
    }
}
