/// A run of one seed: set-up and faults for as long as was asked for; then faults stop, everybody
/// rests, messages are counted, and everything is received and deleted.
final class Run {
    /// How long what is under way may take once faults have stopped.
    private static let restMilliseconds: UInt64 = 60_000
    /// How long everything may take to be received and deleted: visibility, delays, attempts to
    /// deliver, then a receive after the other.
    private static let drainMilliseconds: UInt64 = 3_600_000

    let world: World
    private let keeper: Keeper
    private let curator: Curator
    private let clients: [Client]
    private let consumers: [Consumer]
    private let order: Randomness
    private let end: UInt64

    init(seed: UInt64, milliseconds: UInt64, kind: Workload.Kind?, isVerbose: Bool) {
        world = World(seed: seed, kind: kind, isVerbose: isVerbose)
        let workload = world.workload
        end = world.clock.now + milliseconds
        keeper = Keeper(in: world)
        curator = Curator(in: world)
        var clients = [
            Client("keeper", keeper, in: world), Client("curator", curator, in: world),
        ]
        for number in 0..<workload.producers {
            let role = Producer("p\(number)", in: world, meanPause: workload.producerPause)
            clients.append(Client("producer \(number)", role, in: world))
        }
        var consumers: [Consumer] = []
        for number in 0..<workload.consumers {
            // Every queue has a consumer; some have several.
            var queues = world.queues.enumerated().filter {
                $0.offset % workload.consumers == number
            }.map(\.element)
            if queues.isEmpty || world.random.chance(500) {
                queues.append(world.random.pick(world.queues))
            }
            let role = Consumer(in: world, queues: queues, meanPause: workload.consumerPause)
            consumers.append(role)
            clients.append(Client("consumer \(number)", role, in: world))
        }
        self.clients = clients
        self.consumers = consumers
        order = world.random.fork()
    }

    /// Runs to the end; the violation, or nil when every promise was kept.
    func finish() -> String? {
        go(until: end) { false }
        if world.isRefused { return world.oracle.violation }
        world.endTrouble()
        world.transcript.note("faults stop")
        settle()
        if world.isRefused { return world.oracle.violation }
        count(isDrained: false)
        world.stage = .draining
        world.transcript.note("drain")
        drain()
        if world.isRefused { return world.oracle.violation }
        if world.oracle.violation == nil {
            world.oracle.checkDrained()
            world.oracle.checkPublicationsDelivered(world.topics)
            world.checkSpace()
        }
        return world.oracle.violation
    }

    private func settle() {
        let limit = world.clock.now + Run.restMilliseconds
        go(until: limit) {
            clients.allSatisfy(\.isIdle) && world.node != nil && keeper.hasMadeAll
                && curator.hasMadeAll
        }
        if !world.isRefused, !clients.allSatisfy(\.isIdle) {
            world.oracle.fail("stuck: clients do not come to rest")
        }
    }

    /// Counts every queue; whether all are empty.
    @discardableResult
    private func count(isDrained: Bool) -> Bool {
        keeper.count()
        go(until: world.clock.now + Run.restMilliseconds) { keeper.lastRound != nil }
        if world.isRefused { return true }
        guard let round = keeper.lastRound else {
            world.oracle.fail("stuck: queues are not counted")
            return false
        }
        world.transcript.note("counts \(round)")
        if !isDrained {
            for (count, queue) in zip(round, world.queues) {
                world.oracle.checkCount(count, of: queue)
            }
        }
        return round.allSatisfy { $0 == 0 }
    }

    private func drain() {
        let limit = world.clock.now + Run.drainMilliseconds
        var emptyRounds = 0
        while world.oracle.violation == nil, !world.isRefused, emptyRounds < 2 {
            if world.clock.now >= limit {
                return world.oracle.fail("stuck: queues are not empty after an hour of receiving")
            }
            go(until: world.clock.now + 35_000) { false }
            emptyRounds =
                count(isDrained: true) && consumers.allSatisfy(\.isDone)
                ? emptyRounds + 1 : 0
        }
    }

    /// Lets time pass until `limit`, or until `isDone`.
    private func go(until limit: UInt64, _ isDone: () -> Bool) {
        let clock = world.clock
        while clock.now < limit, world.oracle.violation == nil, !world.isRefused {
            world.takeFaults()
            world.startNode()
            for client in order.shuffled(clients) { client.step() }
            world.turnNode()
            if isDone() { return }
            let due = min(world.nextDeadline, clients.map(\.nextDeadline).min() ?? .max)
            clock.now = min(max(due, clock.now + 1), limit)
        }
    }
}
