/// Makes queues and topics, and purges and remakes those that are there for it; at the end it counts.
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
            + world.topics.map { .createTopic($0) }
        for topic in world.topics {
            for subscription in topic.subscriptions {
                plans.append(.subscribe(topic, subscription))
            }
        }
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
        for topic in world.topics where !topic.isReady {
            for subscription in topic.subscriptions where !subscription.isConfirmed {
                guard let token = subscription.token else { return nil }
                return .confirm(topic, subscription, token: token)
            }
        }
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
        case .subscribe(_, let subscription):
            if case .queue = subscription.receiver { subscription.isConfirmed = true }
        case .confirm(_, let subscription, _):
            subscription.isConfirmed = true
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
