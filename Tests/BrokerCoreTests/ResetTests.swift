import Testing

@testable import BrokerCore

/// A reset of very much goes over several ticks, and leaves nothing either.
@Suite("Resets over several ticks")
struct ResetTests {
    private let bench: TopicBench
    private var world: World { bench.world }

    /// Things of each kind, of which a tick deletes two.
    init() throws {
        var configuration = BrokerConfiguration()
        configuration.stepsPerTick = 16
        bench = TopicBench(World(configuration: configuration))
        let app = try bench.createPlatform("app")
        for index in 0..<6 {
            try world.createQueue("q\(index)")
            let topic = try bench.createTopic("t\(index)")
            try bench.subscribe(topic, "sqs", bench.queueARN("q\(index)"))
            try bench.subscribe(topic, "http", "http://example.com/")
            try bench.createDevice(app, "token\(index)")
        }
        _ = try bench.run(.setSMSAttributes(bench.set("", [("DefaultSenderID", "me")])))
    }

    private var finished: [UInt64] {
        var tokens: [UInt64] = []
        world.broker.takeFinishedResets { tokens.append($0) }
        return tokens
    }

    private func expectNothing(in bench: TopicBench) {
        let broker = bench.world
        #expect(broker.broker.queueCount == 0)
        #expect(broker.broker.owedDeliveryCount == 0)
        #expect(broker.broker.topics.topics.allSatisfy { $0 == nil })
        #expect(broker.broker.topics.subscriptions.allSatisfy { $0 == nil })
        #expect(broker.broker.topics.devices.allSatisfy { $0 == nil })
        #expect(broker.broker.topics.namespaces.isEmpty)
        #expect(InvariantChecker.faults(of: broker.broker).isEmpty)
    }

    @Test func eachTickDeletesSome() throws {
        world.broker.reset(token: 7, at: world.now, into: world.sink)
        #expect(world.broker.queueCount == 4)
        #expect(world.broker.nextDeadline == world.now.instant)
        world.tick()
        #expect(world.broker.queueCount == 2)
        #expect(finished.isEmpty)
        bench.settle()
        #expect(finished == [7])
        #expect(world.broker.nextDeadline != world.now.instant)
        expectNothing(in: bench)
        #expect(world.sink.records.last?.type == .brokerReset)
        // The names are free at once.
        try world.createQueue("q0")
        try bench.createTopic("t0")
    }

    @Test func whatComesMeanwhileGoesToo() throws {
        world.broker.reset(token: 7, at: world.now, into: world.sink)
        try world.createQueue("late")
        try bench.createTopic("late")
        world.broker.reset(token: 8, at: world.now, into: world.sink)
        for index in 0..<3 { try world.createQueue("later\(index)") }
        #expect(finished.isEmpty)
        bench.settle()
        #expect(finished == [7, 8])
        #expect(world.broker.resets.waiting.isEmpty)
        expectNothing(in: bench)
    }

    @Test func aSmallResetIsOneRecord() throws {
        world.broker.reset(token: 1, at: world.now, into: world.sink)
        bench.settle()
        try world.createQueue("a")
        let before = world.sink.records.count
        world.broker.reset(token: 2, at: world.now, into: world.sink)
        #expect(finished == [1, 2])
        #expect(world.sink.records.count == before + 1)
        expectNothing(in: bench)
    }

    @Test(arguments: 0..<12)
    func aBrokerThatRecoversHasWhatWasNotDeleted(ticks: Int) throws {
        world.broker.reset(token: 1, at: world.now, into: world.sink)
        for _ in 0..<ticks { world.tick() }
        if ticks % 2 == 0 { world.beginSnapshot() }
        world.tick()
        world.finishSnapshot()
        let twin = TopicBench(try world.twin())
        twin.settle()
        // Nobody was answered: what is there goes on.
        #expect(twin.world.broker.queueCount == world.broker.queueCount)
        #expect(twin.world.broker.topics.topicCount == world.broker.topics.topicCount)
        #expect(twin.world.broker.owedDeliveryCount == world.broker.owedDeliveryCount)
        #expect(InvariantChecker.faults(of: twin.world.broker).isEmpty)
        bench.settle()
        expectNothing(in: bench)
        expectNothing(in: TopicBench(try replayed()))
    }

    private func replayed() throws -> World {
        let twin = try world.twin()
        try twin.restart()
        twin.advance(milliseconds: 0)
        return twin
    }
}
