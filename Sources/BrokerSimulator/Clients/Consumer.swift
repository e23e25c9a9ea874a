/// Receives, then deletes at once, late, or never, or changes the visibility first.
final class Consumer: Role {
    private let world: World
    private let random: Randomness
    private let meanPause: UInt64
    private var queues: [SimulatedQueue]
    private var turn = 0
    private var emptyInTurn = 0
    /// What is to be done with messages received, by time.
    private var plans: [(due: UInt64, ask: Ask)] = []
    /// Receives with an identifier of their own so far.
    private var attempts = 0
    private let name: String

    init(_ name: String, in world: World, queues: [SimulatedQueue], meanPause: UInt64) {
        self.name = name
        self.world = world
        self.meanPause = meanPause
        self.queues = queues
        random = world.random.fork()
    }

    /// Whether it has nothing to do with messages received.
    var isDone: Bool { plans.isEmpty }

    var pause: UInt64 {
        guard world.isDraining else { return random.waiting(mean: meanPause) }
        // Something was found, or everything was empty for a while.
        return emptyInTurn < queues.count && plans.isEmpty ? 20 : plans.isEmpty ? 3_000 : 5
    }

    func next() -> Ask? {
        let now = world.clock.now
        guard world.isBusy || world.isDraining else { return nil }
        if let index = plans.firstIndex(where: { $0.due <= now || world.isDraining }) {
            return plans.remove(at: index).ask
        }
        if world.isDraining { queues = world.queues }
        turn += 1
        let queue = queues[turn % queues.count]
        guard queue.isReady else { return nil }
        if world.isDraining { return .receive(queue, ReceiveForm(count: 10)) }
        // Dead letters stay a while, so that tasks find some to move.
        if queue.isForDeadLetters, random.chance(900) { return nil }
        var form = ReceiveForm(
            count: random.pick([1, 3, 10]), wait: random.pick([0, 0, 1, 5, 20]),
            visibility: random.pick([1, 5, 30, 30]))
        if queue.isFIFO, random.chance(300) {
            attempts += 1
            form.attemptID = "\(name)-\(attempts)"
        }
        return .receive(queue, form)
    }

    func finished(_ ask: Ask, _ answer: Answer?) {
        guard case .receive(let queue, let form) = ask else { return }
        emptyInTurn += 1
        guard case .received(let held)? = answer, !held.isEmpty else { return }
        emptyInTurn = 0
        let now = world.clock.now
        if world.isBusy, form.attemptID != nil, random.chance(400) {
            plans.append((now + random.waiting(mean: UInt64(form.visibility) * 700), ask))
            return
        }
        if world.isDraining || random.chance(queue.isRedriven ? 150 : 600) {
            plans.append((now, .delete(queue, held)))
            return
        }
        for one in held { planToFinish(one, in: queue, at: now) }
    }

    private func planToFinish(_ one: Held, in queue: SimulatedQueue, at now: UInt64) {
        // What is to become a dead letter must come often.
        switch random.below(queue.isRedriven ? 9 : 5) {
        case 1:
            plans.append((now + random.waiting(mean: 40_000), .delete(queue, [one])))
        case 2:
            plans.append((now, .change(queue, [one], seconds: random.pick([0, 1, 10, 60]))))
        case 3:
            plans.append((now, .change(queue, [one], seconds: random.pick([10, 60]))))
            plans.append((now + random.waiting(mean: 8_000), .delete(queue, [one])))
        case 4:
            plans.append((now + random.waiting(mean: 500), .delete(queue, [one])))
        default:
            // Never: it comes again.
            break
        }
    }
}
