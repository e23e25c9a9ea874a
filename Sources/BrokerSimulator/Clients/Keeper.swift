/// Makes queues, and purges and remakes those that are there for it; at the end it counts.
final class Keeper: Role {
    private let world: World
    private let random: Randomness
    private var plans: [Ask]
    private var counts: [Int] = []
    /// What was counted in the last round, by queue; nil before a round is complete.
    private(set) var lastRound: [Int]?
    private var isCounting = false

    init(in world: World) {
        self.world = world
        random = world.random.fork()
        plans =
            world.queues.filter(\.isForDeadLetters).map { .create($0) }
            + world.queues.filter { !$0.isForDeadLetters }.map { .create($0) }
    }

    /// Whether everything was made.
    private(set) var hasMadeAll = false

    var pause: UInt64 {
        plans.isEmpty && !isCounting ? random.waiting(mean: 5_000) : 10
    }

    /// Counts each queue once.
    func count() {
        lastRound = nil
        counts = []
        isCounting = true
    }

    func next() -> Ask? {
        if !plans.isEmpty { return plans.removeFirst() }
        hasMadeAll = true
        if isCounting { return .count(world.queues[counts.count]) }
        if world.isBusy, random.chance(400) {
            let queue = random.pick(world.queues)
            return random.chance(200) ? .count(queue) : .set(queue, change(of: queue))
        }
        let wiped = world.queues.filter(\.isWiped)
        guard world.isBusy, !wiped.isEmpty, random.chance(300) else { return nil }
        let queue = random.pick(wiped)
        if random.chance(500) || queue.isForDeadLetters { return .purge(queue) }
        plans.append(.create(queue))
        queue.isReady = false
        return .remove(queue)
    }

    private func isSubscribed(_ queue: SimulatedQueue) -> Bool {
        world.topics.contains { $0.subscriptions.contains { $0.queue === queue } }
    }

    private func change(of queue: SimulatedQueue) -> AttributeChange {
        switch random.below(5) {
        case 0 where queue.delay > 0:
            // A long one comes to all that is there.
            return .delay(random.pick([random.within(0...8), random.within(0...8), 40]))
        case 1 where queue.retention < 345_600: return .retention(random.within(60...120))
        case 2 where !queue.isForDeadLetters && !isSubscribed(queue):
            return .maximumSize(random.pick([1_024, 10_000, 1_048_576]))
        case 3, 4:
            guard let original = queue.redrive else { break }
            if random.chance(150) { return .redrive(nil) }
            let spare = world.queues.filter { other in
                other.redriveSources.contains { $0 === queue }
            }
            let target = random.chance(300) ? random.pick(spare) : original.target
            return .redrive(Redrive(target: target, limit: random.within(1...4)))
        default: break
        }
        return .visibility(random.within(20...40))
    }

    func finished(_ ask: Ask, _ answer: Answer?) {
        switch ask {
        case .create(let queue): queue.isReady = true
        case .count where isCounting:
            guard case .counted(let count)? = answer else { return }
            counts.append(count)
            if counts.count == world.queues.count {
                lastRound = counts
                isCounting = false
            }
        default: break
        }
    }
}
