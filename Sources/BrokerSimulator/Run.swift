/// A run of one seed: set-up and faults for as long as was asked for; then faults stop, everybody
/// rests, messages are counted, and everything is received and deleted.
final class Run {
    /// How long what is under way may take once faults have stopped: eight long polls of twenty
    /// seconds may stand one behind the other.
    private static let restMilliseconds: UInt64 = 240_000
    /// How long everything may take to be received and deleted: visibility, delays, attempts to
    /// deliver, then a receive after the other.
    private static let drainMilliseconds: UInt64 = 3_600_000

    let world: World
    private let keeper: Keeper
    private let curator: Curator
    private let mover: Mover
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
        mover = Mover(in: world)
        var clients = [
            Client("keeper", keeper, in: world), Client("curator", curator, in: world),
            Client("mover", mover, in: world),
        ]
        for number in 0..<workload.producers {
            let role = Producer("p\(number)", in: world, meanPause: workload.producerPause)
            clients.append(
                Client("producer \(number)", role, depth: workload.depth, in: world))
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
            let role = Consumer(
                "c\(number)", in: world, queues: queues, meanPause: workload.consumerPause)
            consumers.append(role)
            clients.append(
                Client("consumer \(number)", role, depth: workload.depth, in: world))
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
        let before = count(isDrained: false)
        if mover.hasSources, world.oracle.violation == nil { moveAll(before) }
        if world.isRefused { return world.oracle.violation }
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
                && curator.hasMadeAll && mover.hasStopped
        }
        if !world.isRefused, !clients.allSatisfy(\.isIdle) || !mover.hasStopped {
            world.oracle.fail("stuck: clients do not come to rest")
        }
        // What was in flight is visible after that.
        if mover.hasSources {
            go(until: world.clock.now + 61_000 + world.clock.backward) { false }
        }
    }

    /// Has every dead letter moved while nobody does anything else: none is lost, none stays.
    private func moveAll(_ before: [Int]) {
        world.stage = .moving
        world.transcript.note("move")
        go(until: world.clock.now + Run.drainMilliseconds) { mover.hasMovedAll }
        guard world.oracle.violation == nil, !world.isRefused else { return }
        guard mover.hasMovedAll else {
            return world.oracle.fail("stuck: move tasks do not end")
        }
        let after = count(isDrained: false)
        guard world.oracle.violation == nil, !world.isRefused else { return }
        world.oracle.checkMoved(world.queues, before: before, after: after, mover.emptied)
    }

    /// Counts every queue.
    @discardableResult
    private func count(isDrained: Bool) -> [Int] {
        keeper.count()
        go(until: world.clock.now + Run.restMilliseconds) { keeper.lastRound != nil }
        if world.isRefused { return [] }
        guard let round = keeper.lastRound else {
            world.oracle.fail("stuck: queues are not counted")
            return []
        }
        world.transcript.note("counts \(round)")
        if !isDrained {
            for (count, queue) in zip(round, world.queues) {
                world.oracle.checkCount(count, of: queue)
            }
        }
        return round
    }

    private func drain() {
        let limit = world.clock.now + Run.drainMilliseconds
        var emptyRounds = 0
        while world.oracle.violation == nil, !world.isRefused, emptyRounds < 2 {
            if world.clock.now >= limit {
                return world.oracle.fail("stuck: queues are not empty after an hour of receiving")
            }
            let deliveries = world.watch.parcels + world.archive.count
            go(until: world.clock.now + 35_000) { false }
            let isEmpty =
                count(isDrained: true).allSatisfy { $0 == 0 } && consumers.allSatisfy(\.isDone)
            // Endpoints and the archive may be owed more than they take at once.
            let isQuiet = world.watch.parcels + world.archive.count == deliveries
            emptyRounds = isEmpty && isQuiet ? emptyRounds + 1 : 0
        }
    }

    /// Lets time pass until `limit`, or until `isDone`.
    private func go(until limit: UInt64, _ isDone: () -> Bool) {
        let clock = world.clock
        while clock.now < limit, world.oracle.violation == nil, !world.isRefused {
            Watchdog.shared.step()
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
