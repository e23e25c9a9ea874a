import Testing

@testable import BrokerCore

/// The new delay of a FIFO queue comes to a deep backlog some messages at a time.
@Suite("Delays that change over several ticks")
struct DelayChangeTests {
    private let world: World
    private let caller = Caller(account: .anonymous, region: "us-east-1")

    /// A queue in which a tick looks at two messages of a change.
    init() throws {
        var configuration = BrokerConfiguration()
        configuration.stepsPerTick = 2
        world = World(configuration: configuration)
        try create(delay: 0)
    }

    private func create(delay: Int) throws {
        try world.createQueue(
            "q.fifo", [("FifoQueue", "true"), ("DelaySeconds", String(delay))], from: caller)
    }

    private func set(delay: Int) throws {
        var set = SetQueueAttributes()
        set.queue = world.reference("q.fifo", caller)
        set.attributes = [("DelaySeconds", String(delay))]
        _ = try world.perform(.setQueueAttributes(set), from: caller)
    }

    /// Sends messages, each in a group of its own.
    private func send(_ names: [String]) throws {
        for name in names {
            var send = SendMessage()
            send.queue = world.reference("q.fifo", caller)
            send.message.body = world.arena.view(name)
            send.message.groupID = world.arena.view(name)
            send.message.deduplicationID = world.arena.view(name)
            _ = try world.perform(.sendMessage(send), from: caller)
        }
    }

    private func receive(_ count: Int = 10, timeout: Int = 30) throws -> [ReceivedMessage] {
        var receive = ReceiveMessage()
        receive.queue = world.reference("q.fifo", caller)
        receive.maxNumberOfMessages = count
        receive.visibilityTimeout = timeout
        guard
            case .received(let messages) = try world.perform(
                .receiveMessage(receive), from: caller
            ).outcome
        else { preconditionFailure("a receive has an answer of its own") }
        return messages
    }

    private func bodies(_ messages: [ReceivedMessage]) throws -> [String] {
        try messages.map { try world.message($0).body.string }
    }

    private func delete(_ message: ReceivedMessage) throws {
        var delete = DeleteMessage()
        delete.queue = world.reference("q.fifo", caller)
        delete.receiptHandle = world.arena.view(World.text(message.receiptHandle))
        _ = try world.perform(.deleteMessage(delete), from: caller)
    }

    private func settle(_ world: World) { world.advance(milliseconds: 0) }

    private func counts(_ world: World) -> [Int] {
        guard let backlog = world.broker.queues[1]?.backlog else { return [] }
        return [backlog.readyCount, backlog.delayedCount, backlog.inFlightCount]
    }

    @Test func aLongerDelayComesToSomeInEachTick() throws {
        try send(["a", "b", "c", "d", "e"])
        try set(delay: 60)
        #expect(counts(world) == [3, 2, 0])
        #expect(world.broker.nextDeadline == world.now.instant)
        world.tick()
        #expect(counts(world) == [1, 4, 0])
        settle(world)
        #expect(counts(world) == [0, 5, 0])
        #expect(InvariantChecker.faults(of: world.broker).isEmpty)
        world.advance(milliseconds: 59_999)
        #expect(counts(world) == [0, 5, 0])
        world.advance(milliseconds: 1)
        #expect(counts(world) == [5, 0, 0])
        #expect(try bodies(receive()) == ["a", "b", "c", "d", "e"])
    }

    @Test func nobodyReceivesWhatTheDelayHasYetToComeTo() throws {
        try send(["a", "b", "c", "d", "e", "f", "g", "h"])
        #expect(try bodies(receive(2, timeout: 0)) == ["a", "b"])
        try set(delay: 60)
        #expect(counts(world) == [6, 2, 0])
        // Two more are delayed before the receive, and two are ready still.
        #expect(try bodies(receive()) == ["a", "b"])
        #expect(counts(world) == [2, 4, 2])
        settle(world)
        #expect(counts(world) == [0, 6, 2])
        #expect(InvariantChecker.faults(of: world.broker).isEmpty)
    }

    @Test func aShorterDelayEndsForSomeInEachTick() throws {
        try set(delay: 900)
        try send(["a", "b", "c", "d", "e"])
        try set(delay: 0)
        #expect(counts(world) == [2, 3, 0])
        #expect(world.broker.nextDeadline.map { $0 <= world.now.instant } == true)
        #expect(try bodies(receive(1)) == ["a"])
        settle(world)
        #expect(counts(world) == [4, 0, 1])
        #expect(try bodies(receive()) == ["b", "c", "d", "e"])
        #expect(InvariantChecker.faults(of: world.broker).isEmpty)
    }

    @Test func theLatestDelayCounts() throws {
        try send(["a", "b", "c", "d", "e", "f", "g"])
        try set(delay: 60)
        try set(delay: 0)
        try set(delay: 30)
        settle(world)
        #expect(counts(world) == [0, 7, 0])
        try set(delay: 0)
        try set(delay: 900)
        try set(delay: 10)
        world.advance(milliseconds: 10_000)
        #expect(counts(world) == [7, 0, 0])
        #expect(try bodies(receive()) == ["a", "b", "c", "d", "e", "f", "g"])
        #expect(InvariantChecker.faults(of: world.broker).isEmpty)
    }

    @Test func aMessageThatGoesMeanwhileHoldsNothingUp() throws {
        try send(["a", "b", "c", "d", "e"])
        let taken = try receive(3)
        try set(delay: 60)
        // The delay would look at c next.
        let next = try #require(world.broker.queues[1]).backlog.nextToDelay
        #expect(world.broker.store.messages[next].place == .inFlight)
        try delete(taken[2])
        #expect(InvariantChecker.faults(of: world.broker).isEmpty)
        settle(world)
        #expect(counts(world) == [0, 2, 2])
        try delete(taken[0])
        try delete(taken[1])
        #expect(counts(world) == [0, 2, 0])
    }

    @Test func aPurgeEndsTheChange() throws {
        try send(["a", "b", "c", "d", "e", "f", "g", "h"])
        try set(delay: 60)
        var purge = PurgeQueue()
        purge.queue = world.reference("q.fifo", caller)
        _ = try world.perform(.purgeQueue(purge), from: caller)
        settle(world)
        #expect(counts(world) == [0, 0, 0])
        #expect(world.broker.messageCount == 0)
        #expect(world.broker.changedDelays.isEmpty)
        #expect(InvariantChecker.faults(of: world.broker).isEmpty)
    }

    @Test func whoWaitsGetsWhatAShorterDelaySets() throws {
        try set(delay: 900)
        try send(["a"])
        var receive = ReceiveMessage()
        receive.queue = world.reference("q.fifo", caller)
        receive.waitTimeSeconds = 20
        _ = try world.perform(.receiveMessage(receive), from: caller)
        try set(delay: 0)
        settle(world)
        #expect(world.answers.count == 1)
    }

    /// Before the snapshot, and while it is made, the change has come to some messages.
    @Test(arguments: [60, 0], 0..<5)
    func aBrokerThatRecoversGoesOn(delay: Int, ticks: Int) throws {
        try set(delay: delay == 0 ? 900 : 0)
        try send(["a", "b", "c", "d", "e", "f", "g", "h", "i"])
        if delay == 60 { #expect(try bodies(receive(1, timeout: 0)) == ["a"]) }
        try set(delay: delay)
        for _ in 0..<ticks { world.tick() }
        world.beginSnapshot()
        world.continueSnapshot(upTo: 1)
        world.tick()
        world.finishSnapshot()
        let loaded = try world.twin()
        let replayed = try world.twin()
        try replayed.restart()
        for twin in [loaded, replayed] {
            settle(twin)
            #expect(InvariantChecker.faults(of: twin.broker).isEmpty)
            #expect(counts(twin) == (delay == 0 ? [9, 0, 0] : [1, 8, 0]))
        }
        settle(world)
        #expect(counts(world) == counts(loaded))
    }

    @Test func aMoveTaskLeavesWhatIsToBeDelayed() throws {
        try send(["a", "b", "c", "d", "e", "f"])
        try set(delay: 60)
        let queue = try #require(world.broker.queues[1])
        #expect(world.broker.firstReceivable(in: queue, at: world.now.instant) == 0)
        #expect(queue.backlog.ringHead != 0)
    }
}
