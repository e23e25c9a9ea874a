import Bytes
import Testing

@testable import BrokerCore

/// A deleted topic is gone at once with its subscriptions, though they are swept some at a time.
@Suite("Sweeping the subscriptions of deleted topics")
struct TopicSweepTests {
    private let bench: TopicBench
    private let arn: String
    private let other: String
    /// Subscriptions of both topics, in turns.
    private var arns: [String] = []
    private var world: World { bench.world }

    /// Two topics with ten queues each; a tick sweeps one subscription.
    init() throws {
        var configuration = BrokerConfiguration()
        configuration.stepsPerTick = 1
        bench = TopicBench(World(configuration: configuration))
        arn = try bench.createTopic("t")
        other = try bench.createTopic("other")
        for index in 0..<10 {
            try world.createQueue("q\(index)")
            for topic in [arn, other] {
                arns.append(
                    try bench.subscribe(
                        topic, "sqs", bench.queueARN("q\(index)"),
                        index == 3 ? [("FilterPolicy", #"{"a":[1]}"#)] : []))
            }
        }
    }

    private func publish(_ text: String, to topic: String) throws {
        var publish = Publish()
        publish.topicARN = topic
        publish.message.message = world.arena.view(text)
        _ = try bench.run(.publish(publish))
    }

    /// The subscriptions that the catalog has, swept or not.
    private var count: Int { world.broker.topics.subscriptions.count { $0 != nil } }

    @Test func eachTickSweepsAsManyAsItHasTimeFor() throws {
        #expect(count == 20)
        world.broker.delete(
            try #require(world.broker.topics.topic(arn: arn)), at: world.now, into: world.sink)
        #expect(count == 19)
        for left in (10..<19).reversed() {
            #expect(world.broker.nextDeadline == world.now.instant)
            world.tick()
            #expect(count == left)
        }
        #expect(world.broker.nextDeadline != world.now.instant)
        #expect(world.broker.topics.topics[1] == nil)
        #expect(world.broker.topics.topics[2] != nil)
        #expect(world.sink.records.last?.type == .topicDeleted)
    }

    @Test func nobodySeesWhatIsNotSwept() throws {
        try bench.deleteTopic(arn)
        #expect(count == 19)
        let others = arns.indices.filter { $0 % 2 == 1 }.map { arns[$0] }
        #expect(try bench.subscriptions().map(\.arn) == others)
        #expect(throws: BrokerError(.notFound, "Topic does not exist")) {
            try bench.subscriptions(of: arn)
        }
        #expect(throws: BrokerError(.notFound, "Subscription does not exist")) {
            try bench.attributes(ofSubscription: arns[0])
        }
        #expect(throws: BrokerError(.notFound, "Subscription does not exist")) {
            try bench.setSubscription(arns[0], "RawMessageDelivery", "true")
        }
        try bench.unsubscribe(arns[0])
        #expect(!world.sink.records.contains { $0.type == .subscriptionEnded })
        #expect(world.broker.topics.subscriptions[1] != nil)
    }

    @Test func theNameIsFreeAtOnce() throws {
        try bench.deleteTopic(arn)
        #expect(try bench.createTopic("t") == arn)
        let again = try bench.subscribe(arn, "sqs", bench.queueARN("q0"))
        #expect(again != arns[0])
        #expect(try bench.subscriptions(of: arn).map(\.arn) == [again])
        try publish("x", to: arn)
        #expect(world.broker.messageCount == 1)
        bench.settle()
        #expect(count == 11)
        #expect(try bench.subscriptions(of: arn).map(\.arn) == [again])
    }

    @Test func whatCountsForTheAccountIsFreeAtOnce() throws {
        let pending = try bench.subscribe(arn, "http", "http://example.com/")
        let token = bench.token(pending)
        let namespace = bench.world.broker.topics.namespace(.anonymous, "us-east-1")
        #expect(namespace.pendingCount == 1)
        #expect(namespace.filterPolicyCount == 2)
        // The youngest is swept at once, and is owed its confirmation.
        try bench.deleteTopic(arn)
        #expect(namespace.pendingCount == 0)
        #expect(namespace.filterPolicyCount == 1)
        #expect(throws: BrokerError(.notFound, "Topic does not exist")) {
            try bench.confirm(arn, token)
        }
        bench.settle()
        #expect(namespace.pendingCount == 0)
        #expect(namespace.filterPolicyCount == 1)
        #expect(count == 11)
    }

    @Test func aTokenEndsWithItsTopic() throws {
        try bench.subscribe(arn, "http", "http://example.com/")
        let hook = try bench.subscribe(arn, "http", "http://example.com/2")
        let first = bench.token(hook)
        for delivery in world.takeDeliveries(limit: 10) { _ = world.finish(delivery, .delivered) }
        try bench.subscribe(arn, "sqs", bench.queueARN("last"))
        try bench.deleteTopic(arn)
        #expect(world.broker.topics.subscriptions[22] != nil)
        #expect(throws: BrokerError(.invalidParameter, "Invalid parameter: Token")) {
            try bench.confirm(arn, first)
        }
        // What is pending in a topic that is gone does not end once more.
        world.leap(milliseconds: UInt64(TopicLimits.tokenSeconds) * 1000)
        bench.settle()
        #expect(count == 10)
        #expect(!world.sink.records.contains { $0.type == .subscriptionEnded })
    }

    @Test func whatIsOwedIsDelivered() throws {
        let hook = try bench.subscribe(arn, "http", "http://example.com/")
        try bench.confirm(arn, bench.token(hook))
        for delivery in world.takeDeliveries(limit: 1) { _ = world.finish(delivery, .delivered) }
        try bench.subscribe(arn, "sqs", bench.queueARN("last"))
        try publish("x", to: arn)
        try bench.deleteTopic(arn)
        let due = world.takeDeliveries(limit: 10)
        #expect(due.map(\.endpoint) == ["http://example.com/"])
        _ = world.finish(due[0], .failed)
        world.advance(milliseconds: 60_000)
        #expect(count == 11)
        let again = world.takeDeliveries(limit: 10)
        #expect(again.map(\.attempts) == [1])
        _ = world.finish(again[0], .delivered)
        #expect(count == 10)
        #expect(world.broker.topics.topics[1] == nil)
    }

    @Test func severalTopicsAreSweptOneAfterTheOther() throws {
        try bench.deleteTopic(arn)
        try bench.deleteTopic(other)
        #expect(try bench.subscriptions().isEmpty)
        bench.settle()
        #expect(count == 0)
        #expect(world.broker.topics.topics.allSatisfy { $0 == nil })
        #expect(world.broker.topics.namespaces.isEmpty)
        #expect(world.broker.deletedTopics.isEmpty)
    }

    @Test func aResetInBetweenEndsEverything() throws {
        try bench.deleteTopic(arn)
        world.broker.reset(token: 1, at: world.now, into: world.sink)
        bench.settle()
        #expect(try bench.subscriptions().isEmpty)
        #expect(count == 0)
        #expect(world.broker.topics.namespaces.isEmpty)
        #expect(try TopicBench(world.twin()).subscriptions().isEmpty)
    }

    @Test func aPageMayEndWhereVeryManyHaveEnded() throws {
        var all: [String] = []
        for index in 0..<40 {
            all.append(try bench.subscribe(other, "sqs", bench.queueARN("o\(index)")))
        }
        for index in 0..<150 { try bench.subscribe(arn, "sqs", bench.queueARN("t\(index)")) }
        let last = try bench.subscribe(other, "sqs", bench.queueARN("last"))
        try bench.deleteTopic(arn)
        // Sixty are looked at behind the first forty and the last of the setup.
        guard
            case .subscriptions(let page, let next) = try bench.run(
                .listSubscriptions(bench.list(nil)))
        else { preconditionFailure("a list has an answer of its own") }
        #expect(page.count == 50)
        #expect(next != nil)
        #expect(try bench.run(.listSubscriptions(bench.list(next))).isPageWithToken)
        #expect(try allPages().map(\.arn).suffix(41) == all + [last])
    }

    private func allPages() throws -> [SubscriptionDescription] {
        var all: [SubscriptionDescription] = []
        var token: String?
        repeat {
            guard
                case .subscriptions(let page, let next) = try bench.run(
                    .listSubscriptions(bench.list(token)))
            else { preconditionFailure("a list has an answer of its own") }
            all += page
            token = next
        } while token != nil
        return all
    }

    /// The snapshot begins before the deletion, with it, or while subscriptions are swept.
    @Test(arguments: 0..<10, [false, true])
    func aBrokerThatRecoversGoesOn(ticks: Int, isBefore: Bool) throws {
        let hook = try bench.subscribe(arn, "http", "http://example.com/")
        try bench.confirm(arn, bench.token(hook))
        for delivery in world.takeDeliveries(limit: 1) { _ = world.finish(delivery, .delivered) }
        try bench.subscribe(arn, "sqs", bench.queueARN("last"))
        try publish("x", to: arn)
        if isBefore { world.beginSnapshot() }
        try bench.deleteTopic(arn)
        for _ in 0..<ticks {
            if isBefore { world.continueSnapshot(upTo: 1) }
            world.tick()
        }
        if !isBefore { world.beginSnapshot() }
        // It ends before the snapshot comes to whom it was owed.
        for delivery in world.takeDeliveries(limit: 1) { _ = world.finish(delivery, .delivered) }
        world.finishSnapshot()
        for twin in [TopicBench(try world.twin()), TopicBench(try replayed())] {
            #expect(try twin.subscriptions().map(\.arn) == bench.subscriptions().map(\.arn))
            twin.settle()
            bench.settle()
            #expect(twin.state == bench.state)
            #expect(twin.world.broker.topics.topics[1] == nil)
            #expect(twin.world.broker.topics.subscriptions.count { $0 != nil } == 10)
        }
    }

    @Test func devicesGoWithTheirApplicationAtOnce() throws {
        let app = try bench.createPlatform("app")
        let devices = try (0..<5).map { try bench.createDevice(app, "token\($0)") }
        world.beginSnapshot()
        world.continueSnapshot(upTo: 1)
        _ = try bench.run(.deletePlatformApplication(bench.request(app)))
        #expect(world.broker.topics.devices.count { $0 != nil } == 4)
        #expect(throws: BrokerError(.notFound, "Endpoint does not exist")) {
            _ = try bench.run(.getEndpointAttributes(bench.request(devices[0])))
        }
        // Another application of the name has no devices, and the same tokens are free.
        #expect(try bench.createPlatform("app") == app)
        let again = try bench.createDevice(app, "token0")
        #expect(!devices.contains(again))
        world.finishSnapshot()
        let early = TopicBench(try world.twin())
        world.beginSnapshot()
        world.finishSnapshot()
        let late = TopicBench(try world.twin())
        let all = TopicBench(try replayed())
        for one in [bench, early, late, all] {
            one.settle()
            #expect(one.world.broker.topics.devices.count { $0 != nil } == 1)
            #expect(one.state == bench.state)
        }
    }

    /// A world whose broker has replayed all records and seen no snapshot.
    private func replayed() throws -> World {
        let twin = try world.twin()
        try twin.restart()
        return twin
    }
}

extension TopicOutcome {
    fileprivate var isPageWithToken: Bool {
        guard case .subscriptions(_, let token) = self else { return false }
        return token != nil
    }
}
