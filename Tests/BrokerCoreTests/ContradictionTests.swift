import Bytes
import Testing

@testable import BrokerCore

/// Records that are whole, and yet cannot follow the ones before them: the reason is told.
@Suite struct ContradictionTests {
    private let scenario = Scenario()
    private var world: World { scenario.world }

    private func run(_ lines: String...) throws {
        for line in lines { _ = try scenario.run(line) }
    }

    // MARK: The journal

    /// Why a broker that has replayed everything refuses one more record.
    private func refusal(
        of type: RecordType, _ write: (inout ByteWriter) -> Void
    ) throws -> String? {
        var writer = ByteWriter()
        writer.append(littleEndian: world.now.instant.milliseconds)
        writer.append(littleEndian: world.now.timestamp.milliseconds)
        write(&writer)
        return try refusal(of: type, payload: writer.array)
    }

    private func refusal(of type: RecordType, payload: [UInt8]) throws -> String? {
        let twin = try world.twin()
        do throws(RecordError) {
            try twin.broker.apply(
                type: type.rawValue, payload: world.arena.view(payload),
                at: JournalPosition(offset: 1 << 30))
            return nil
        } catch {
            return error.reason
        }
    }

    private func lastRecord(_ type: RecordType) throws -> [UInt8] {
        try #require(world.sink.records.last { $0.type == type }).payload
    }

    @Test func aMoveTaskEndsWithAStatusThatIsKnown() throws {
        let end = { (status: String) in
            { (writer: inout ByteWriter) in
                writer.append(littleEndian: 7 as UInt32)
                writer.append(counted: status)
                writer.append(counted: "")
            }
        }
        #expect(try refusal(of: .moveTaskEnded, end("COMPLETED")) == nil)
        #expect(
            try refusal(of: .moveTaskEnded, end("TIRED"))
                == "a move task ended with an unknown status")
    }

    @Test func aTopicsBacklogIsNoQueues() throws {
        try run("create-topic t.fifo")
        let refusal = try refusal(of: .messageMoved) { writer in
            writer.append(littleEndian: 1 as UInt32)
            writer.append(littleEndian: 1 as UInt32)
        }
        #expect(refusal == "backlog 1 belongs to no queue")
    }

    @Test func aTopicIsCreatedOnce() throws {
        try run("create-topic news")
        let topic = try #require(world.broker.topics.topics.last ?? nil)
        var image = TopicImage(topic)
        image.number += 1
        #expect(
            try refusal(of: .topicChanged) { image.encode(to: &$0) }
                == "topic news is created twice")
        image.identity = TopicIdentity(
            account: image.identity.account, region: image.identity.region, name: "other")
        #expect(try refusal(of: .topicChanged) { image.encode(to: &$0) } == nil)
    }

    @Test func aSubscriptionDoesNotEndByAChange() throws {
        try run("create-topic news", "subscribe news http http://example.com/ return-arn")
        let subscription = try #require(world.broker.topics.subscriptions.last ?? nil)
        var image = SubscriptionImage(subscription)
        let change = { (image: SubscriptionImage) in
            { (writer: inout ByteWriter) in
                writer.append(0 as UInt8)
                image.encode(to: &writer)
            }
        }
        #expect(try refusal(of: .subscriptionChanged, change(image)) == nil)
        image.condition.state = .ended
        #expect(
            try refusal(of: .subscriptionChanged, change(image))
                == "a subscription ends by a record of its own")
    }

    @Test func anAccountHasTwelveDigits() throws {
        let settings = { (account: UInt64) in
            { (writer: inout ByteWriter) in
                writer.append(littleEndian: account)
                writer.append(counted: "us-east-1")
                SMSSettings().encode(to: &writer)
            }
        }
        #expect(try refusal(of: .smsChanged, settings(999_999_999_999)) == nil)
        #expect(
            try refusal(of: .smsChanged, settings(1_000_000_000_000))
                == "an account has twelve digits")
        try run("create-application app GCM PlatformCredential=secret")
        var payload = try lastRecord(.platformChanged)
        // Behind the moment, the kind and whether it is there stand number and account.
        for index in 22..<30 { payload[index] = 0xFF }
        #expect(
            try refusal(of: .platformChanged, payload: payload)
                == "a platform application has an unknown owner")
    }

    @Test func anEntryOfAPublicationIsOfAKindThatIsKnown() throws {
        try run("create q", "create-topic news", "subscribe news sqs queue:q", "publish news x")
        var payload = try lastRecord(.notificationPublished)
        let entry = payload.count - 1 - StoredNotification.Entry.byteCount
        payload[entry] = 99
        let reason = "an entry of a published message is not one of this version"
        #expect(try refusal(of: .notificationPublished, payload: payload) == reason)
        payload[entry] = StoredNotification.EntryKind.queue.rawValue
        payload[entry + 1] = 0xF0
        #expect(try refusal(of: .notificationPublished, payload: payload) == reason)
    }

    // MARK: Snapshots

    private typealias SnapshotRecord = (type: UInt8, payload: [UInt8])

    private func snapshot() throws -> [SnapshotRecord] {
        world.beginSnapshot()
        world.finishSnapshot()
        return try #require(world.snapshot?.records)
    }

    /// Why a broker does not load a snapshot.
    private func refusal(of records: [SnapshotRecord]) -> String? {
        var broker = Broker(configuration: world.configuration, entropy: Entropy(seed: (7, 8, 9)))
        do throws(RecordError) {
            for record in records {
                try broker.load(type: record.type, payload: world.arena.view(record.payload))
            }
            try broker.finishLoading()
            return nil
        } catch {
            return error.reason
        }
    }

    private func index(of type: RecordType, in records: [SnapshotRecord]) throws -> Int {
        try #require(records.firstIndex { $0.type == type.rawValue })
    }

    @Test func aMessagesPublicationIsThere() throws {
        try run("create q", "create-topic news", "subscribe news sqs queue:q", "publish news x")
        #expect(refusal(of: try snapshot()) == nil)
        let slot = try #require((1..<world.broker.store.messages.highWater).first)
        world.broker.store.messages[slot].position = 99
        #expect(refusal(of: try snapshot()) == "the publication of message 1 is missing")
    }

    @Test func aMessagesGroupAndBacklogAreThere() throws {
        try run("create q", "send q x")
        #expect(refusal(of: try snapshot()) == nil)
        let group = world.broker.store.messages[1].group
        world.broker.store.groups[group].backlog = 99
        #expect(refusal(of: try snapshot()) == "the backlog of message 1 is missing")
        world.broker.store.messages[1].group = 99
        #expect(refusal(of: try snapshot()) == "the group of message 1 is missing")
        world.broker.store.messages[1].group = 0
        #expect(refusal(of: try snapshot()) == "the group of message 1 is missing")
    }

    @Test func aTableIsOneOfThisVersionOrOfTheOneBefore() throws {
        try run("create q", "send q x")
        var records = try snapshot()
        let index = try #require(
            records.firstIndex {
                $0.type == RecordType.snapshotPage.rawValue && $0.payload[0] == 7
            })
        records[index].payload[0] = 8
        #expect(refusal(of: records) == "page 0 of table 8 does not fit")
        records[index].payload[0] = 0
        records[index].payload.removeLast()
        #expect(refusal(of: records) == "a page of messages ends within one")
        records[index].payload = Array(records[index].payload.prefix(5))
        #expect(refusal(of: records) == "page 0 of table 0 does not fit")
    }

    @Test func aDeliverysReceiverIsThere() throws {
        try run("create-topic t.fifo ArchivePolicy=\"{\\\"MessageRetentionPeriod\\\":\\\"1\\\"}\"")
        try run("publish t.fifo x group=g dedup=1")
        #expect(refusal(of: try snapshot()) == nil)
        world.broker.store.owed[1].receiver = 99
        #expect(refusal(of: try snapshot()) == "delivery 1 has no topic")
    }

    @Test func theTablesOfDeliveriesAreWhole() throws {
        try run("publish-to +4912345678 hello")
        var records = try snapshot()
        let index = try index(of: .snapshotDeliveries, in: records)
        // The head of the list of free slots is beyond the table.
        records[index].payload[0] = 0xFF
        #expect(refusal(of: records) == "a table's header contradicts itself")
    }

    @Test func aSubscriptionIsOneOfATopicThatIsThere() throws {
        try run("create-topic news", "subscribe news http http://example.com/ return-arn")
        var records = try snapshot()
        let index = try index(of: .snapshotTopic, in: records)
        // Whether the topic is deleted stands before its sequence number and a count.
        records[index].payload[records[index].payload.count - 13] = 1
        #expect(refusal(of: records) == "subscription 1 belongs to a deleted topic")
    }

    @Test func whatIsReplayedHasAPolicy() throws {
        try run("create-topic t.fifo", "create q.fifo", "subscribe t.fifo sqs queue:q.fifo")
        var records = try snapshot()
        let index = try index(of: .snapshotSubscription, in: records)
        records[index].payload[records[index].payload.count - 17] = 1
        #expect(refusal(of: records) == "subscription 1 replays without a policy")
    }

    @Test func aSubscriptionIsNobodysDouble() throws {
        try run("create-topic news", "subscribe news http http://example.com/ return-arn")
        try run("subscribe news http http://example.org/ return-arn")
        var records = try snapshot()
        let first = try index(of: .snapshotSubscription, in: records)
        records[first + 1].payload = records[first].payload
        records[first + 1].payload[0] = 2
        #expect(refusal(of: records) == "subscription 2 is another's double")
    }

    @Test func aSnapshotHoldsNothingThatIsDeleted() throws {
        try run("create-application app GCM PlatformCredential=secret")
        var records = try snapshot()
        let index = try index(of: .snapshotPlatform, in: records)
        records[index].payload[1] = 0
        #expect(refusal(of: records) == "a snapshot holds nothing that is deleted")
    }
}
