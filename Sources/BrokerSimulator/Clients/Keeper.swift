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
        if world.isBusy, random.chance(200) {
            return .setVisibility(random.pick(world.queues), seconds: random.within(20...40))
        }
        let wiped = world.queues.filter(\.isWiped)
        guard world.isBusy, !wiped.isEmpty, random.chance(300) else { return nil }
        let queue = random.pick(wiped)
        if random.chance(500) { return .purge(queue) }
        plans.append(.create(queue))
        queue.isReady = false
        return .remove(queue)
    }

    func finished(_ ask: Ask, _ answer: Answer?) {
        switch ask {
        case .create(let queue): queue.isReady = true
        case .count:
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
