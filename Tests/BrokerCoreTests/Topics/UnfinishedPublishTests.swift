import Bytes
import Testing

@testable import BrokerCore

/// A message for more receivers than a tick has time for goes over several ticks, and is the same to
/// each receiver as if it had not.
@Suite("Publishes over several ticks")
struct UnfinishedPublishTests {
    private let bench: TopicBench
    private let arn: String
    private var world: World { bench.world }

    /// A topic with ten queues, of which a tick serves four.
    init() throws {
        var configuration = BrokerConfiguration()
        configuration.receiversPerTick = 4
        bench = TopicBench(World(configuration: configuration))
        arn = try bench.createTopic("t")
        for index in 0..<10 {
            try world.createQueue("q\(index)")
            try subscribe("q\(index)")
        }
    }

    @discardableResult
    private func subscribe(_ name: String, _ attributes: TopicAttributeList = []) throws -> String {
        try bench.subscribe(
            arn, "sqs", bench.queueARN(name), [("RawMessageDelivery", "true")] + attributes)
    }

    @discardableResult
    private func publish(_ text: String, to topic: String? = nil) throws -> MessageID {
        var publish = Publish()
        publish.topicARN = topic ?? arn
        publish.message.message = world.arena.view(text)
        guard case .published(let published) = try bench.run(.publish(publish)) else {
            preconditionFailure("a publish has an answer of its own")
        }
        return published.id
    }

    /// The messages that are in each queue now.
    private var counts: [Int] {
        (0..<10).map { index in
            let queue = world.broker.queues.last { $0?.identity.name == "q\(index)" }
            return queue??.backlog.count ?? -1
        }
    }

    private var finished: [UInt64] {
        var tokens: [UInt64] = []
        world.broker.takeFinishedPublishes { tokens.append($0) }
        return tokens
    }

    private var published: [StoredNotification] {
        get throws {
            try world.sink.records.filter { $0.type == .notificationPublished }.map {
                try StoredNotification(payload: world.arena.view($0.payload))
            }
        }
    }

    @Test func eachTickServesAsManyAsItHasTimeFor() throws {
        let id = try publish("x")
        #expect(counts == Array(repeating: 0, count: 10))
        #expect(world.broker.unfinishedPublishCount == 1)
        #expect(world.broker.nextDeadline == world.now.instant)
        world.tick()
        #expect(counts == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
        world.tick()
        #expect(counts == [1, 1, 1, 1, 1, 1, 1, 1, 0, 0])
        #expect(finished.isEmpty)
        world.tick()
        #expect(counts == Array(repeating: 1, count: 10))
        #expect(finished.count == 1)
        #expect(world.broker.unfinishedPublishCount == 0)
        #expect(world.broker.nextDeadline != world.now.instant)
        let records = try published
        #expect(records.map(\.entryCount) == [4, 4, 2])
        #expect(records.allSatisfy { $0.id == id && $0.message.string == "x" })
        #expect(Set(records.map(\.timestamp)).count == 1)
        let ids = records.flatMap { record in
            (0..<record.entryCount).map { record.messageID(ofEntry: $0) }
        }
        #expect(Set(ids).count == 10)
    }

    @Test func fewReceiversGetAMessageAtOnce() throws {
        let small = try bench.createTopic("small")
        try bench.subscribe(small, "sqs", bench.queueARN("q0"))
        try publish("long")
        try publish("short", to: small)
        // The long one was served in the same tick, before the short one came.
        #expect(counts == [2, 1, 1, 1, 0, 0, 0, 0, 0, 0])
        #expect(world.broker.unfinishedPublishCount == 1)
    }

    @Test func unfinishedMessagesTakeTurns() throws {
        world.broker.waitsForDisk = true
        let first = try publish("first")
        let second = try publish("second")
        world.broker.waitsForDisk = false
        world.advance(milliseconds: 1)
        let order = try published.map(\.id)
        #expect(order.prefix(5) == [first, second, first, second, first])
        #expect(counts == Array(repeating: 2, count: 10))
        #expect(finished.count == 2)
    }

    @Test func theOldestIsNextWhenOneIsFinished() throws {
        // Two ticks' work each.
        let topic = try bench.createTopic("eight")
        for index in 0..<8 { try bench.subscribe(topic, "sqs", bench.queueARN("q\(index)")) }
        world.broker.waitsForDisk = true
        let ids = try ["first", "second", "third"].map { try publish($0, to: topic) }
        world.broker.waitsForDisk = false
        world.advance(milliseconds: 1)
        #expect(try published.map(\.id) == ids + ids)
    }

    @Test func aBatchIsFinishedWithItsLastMessage() throws {
        var batch = PublishBatch()
        batch.topicARN = arn
        for index in 0..<3 {
            var entry = PublishBatch.Entry()
            entry.id = world.arena.view("\(index)")
            entry.message.message = world.arena.view("m\(index)")
            batch.entries.append(entry)
        }
        let (outcome, token) = try world.perform(.topic(.publishBatch(batch)), from: bench.caller)
        guard case .topic(.publishedBatch(let results)) = outcome else {
            preconditionFailure("a batch has an answer of its own")
        }
        #expect(results.count == 3)
        #expect(world.broker.unfinishedPublishCount == 3)
        world.advance(milliseconds: 1)
        #expect(finished == [token, token, token])
        #expect(counts == Array(repeating: 3, count: 10))
    }

    @Test(arguments: 0..<5)
    func aBrokerThatRecoversHasWhatWasRecorded(ticks: Int) throws {
        try publish("x")
        for _ in 0..<ticks { world.tick() }
        let twin = try world.twin()
        #expect(InvariantChecker.faults(of: twin.broker).isEmpty)
        #expect(twin.broker.messageCount == world.broker.messageCount)
        #expect(twin.broker.unfinishedPublishCount == 0)
        #expect(twin.broker.messageCount == min(ticks * 4, 10))
    }

    @Test(arguments: 0..<4)
    func aSnapshotInBetweenHoldsWhatWasRecordedBefore(ticks: Int) throws {
        try publish("x")
        for _ in 0..<ticks { world.tick() }
        world.beginSnapshot()
        world.advance(milliseconds: 1)
        world.finishSnapshot()
        let twin = try world.twin()
        #expect(InvariantChecker.faults(of: twin.broker).isEmpty)
        #expect(twin.broker.messageCount == 10)
    }

    @Test func whoUnsubscribesBeforeItsTurnGetsNothing() throws {
        let last = try #require(world.broker.topics.subscriptions.last??.arn)
        try publish("x")
        try bench.unsubscribe(last)
        world.advance(milliseconds: 1)
        #expect(counts == [1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
        #expect(finished.count == 1)
    }

    @Test func whoSubscribesAfterwardsGetsNothing() throws {
        try world.createQueue("late")
        try publish("x")
        try subscribe("late")
        world.advance(milliseconds: 1)
        #expect(world.broker.messageCount == 10)
        #expect(finished.count == 1)
    }

    @Test func aQueueThatIsDeletedBeforeItsTurnFails() throws {
        try publish("x")
        var delete = DeleteQueue()
        delete.queue = world.reference("q9", bench.caller)
        _ = try world.perform(.deleteQueue(delete), from: bench.caller)
        world.advance(milliseconds: 1)
        #expect(world.broker.messageCount == 9)
        let counts = try #require(world.broker.topics.topics[1]).counts
        let queues = counts.deliveries[Int(SubscriptionProtocol.sqs.rawValue)]
        #expect(queues.delivered == 9)
        #expect(queues.failed == 1)
    }

    @Test func aTopicThatIsDeletedEndsItsMessages() throws {
        try publish("x")
        try bench.deleteTopic(arn)
        world.advance(milliseconds: 1)
        #expect(world.broker.messageCount == 4)
        #expect(finished.count == 1)
        #expect(try world.twin().broker.messageCount == 4)
    }

    @Test func aResetEndsThemAll() throws {
        try publish("x")
        try publish("y")
        world.broker.reset(token: 1, at: world.now, into: world.sink)
        #expect(finished.count == 2)
        world.advance(milliseconds: 1)
        #expect(world.broker.queueCount == 0)
        #expect(world.broker.unfinishedPublishCount == 0)
    }

    @Test func aMessageIsCountedOnce() throws {
        for index in 0..<3 {
            try world.createQueue("f\(index)")
            try subscribe("f\(index)", [("FilterPolicy", #"{"colour":["red"]}"#)])
        }
        try publish("x")
        world.advance(milliseconds: 1)
        let counts = try #require(world.broker.topics.topics[1]).counts
        #expect(counts.published == 1)
        #expect(counts.filteredOut == 3)
        #expect(counts.deliveries[Int(SubscriptionProtocol.sqs.rawValue)].delivered == 10)
    }

    @Test func aFilterThatChangesMeanwhileDecidesOnce() throws {
        let first = try #require(world.broker.topics.subscriptions[1]?.arn)
        let last = try #require(world.broker.topics.subscriptions.last??.arn)
        try publish("x")
        world.tick()
        // The first one has it already; the last one's turn is to come.
        try bench.setSubscription(first, "FilterPolicy", #"{"colour":[{"exists":false}]}"#)
        try bench.setSubscription(last, "FilterPolicy", #"{"colour":[{"exists":false}]}"#)
        world.advance(milliseconds: 1)
        #expect(counts == Array(repeating: 1, count: 10))
    }

    @Test func nothingIsPublishedWhileTheDiskIsBehind() throws {
        try publish("x")
        world.broker.waitsForDisk = true
        world.tick()
        #expect(world.broker.messageCount == 0)
        #expect(world.broker.nextDeadline != world.now.instant)
        world.broker.waitsForDisk = false
        #expect(world.broker.nextDeadline == world.now.instant)
        world.advance(milliseconds: 1)
        #expect(world.broker.messageCount == 10)
    }

    @Test func theJournalKeepsRoomForWhatIsUnfinished() throws {
        let before = world.broker.finishingByteCount
        let text = String(repeating: "x", count: 5_000)
        try publish(text)
        let records = world.sink.records.count
        let promised = world.broker.finishingByteCount - before
        world.advance(milliseconds: 1)
        let written = world.sink.records[records...].reduce(0) { $0 + $1.payload.count }
        #expect(written > 3 * text.utf8.count)
        #expect(promised >= UInt64(written))
        #expect(world.broker.finishingByteCount == before + 10 * 256)
    }

    @Test func tooManyUnfinishedMessagesAreThrottled() throws {
        world.broker.waitsForDisk = true
        let text = String(repeating: "x", count: Limits.notificationBytes)
        while !world.broker.unfinishedPublishes.isFull { try publish(text) }
        #expect(throws: BrokerError(.throttled, "Rate exceeded")) { try publish(text) }
        // What is done at once needs no room.
        let small = try bench.createTopic("small")
        try bench.subscribe(small, "sqs", bench.queueARN("q0"))
        try publish("x", to: small)
        world.broker.waitsForDisk = false
        world.advance(milliseconds: 1)
        try publish(text)
    }
}
