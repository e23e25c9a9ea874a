import Bytes
import Testing

@testable import BrokerCore

/// Whatever happens to the catalog, a broker that recovers has the same.
@Suite struct TopicRecoveryTests {
    private static let steps = 160

    /// With an odd seed subscriptions of deleted topics are swept one by one.
    private func bench(seed: UInt64) -> TopicBench {
        var configuration = BrokerConfiguration()
        if seed % 2 == 1 { configuration.stepsPerTick = 1 }
        return TopicBench(World(configuration: configuration))
    }

    /// One change of the catalog, drawn from the seed; refusals are fine.
    private func step(_ bench: TopicBench, _ entropy: inout Entropy) {
        let bits = entropy.next()
        let number = bits.second % 5
        let topic = bench.arn(number == 4 ? "t4.fifo" : "t\(number)")
        let queue = bench.queueARN("q\((bits.second >> 8) % 4)")
        let subscriptions = bench.world.broker.topics.subscriptions.compactMap { $0?.arn }
        let subscription =
            subscriptions.isEmpty
            ? "" : subscriptions[Int((bits.second >> 16) % UInt64(subscriptions.count))]
        do {
            switch bits.first % 18 {
            case 0, 1:
                if number == 4 {
                    try bench.createFIFO("t4.fifo")
                } else {
                    try bench.createTopic("t\(number)", tags: [("k", "\(number)")])
                }
            case 2: try bench.deleteTopic(topic)
            case 3: try bench.setTopic(topic, "DisplayName", "n\(bits.second % 7)")
            case 4: try bench.subscribe(topic, "sqs", queue)
            case 5: try bench.subscribe(topic, "sqs", queue, [("FilterPolicy", #"{"a":[1]}"#)])
            case 6, 7: try bench.subscribe(topic, "http", "http://h\(bits.second % 3)/")
            case 8: try bench.setSubscription(subscription, "RawMessageDelivery", "true")
            case 9: try bench.setSubscription(subscription, "FilterPolicy", #"{"b":["x"]}"#)
            case 10: try bench.unsubscribe(subscription)
            case 11, 12:
                try bench.confirm(topic, bench.token(subscription), isSigned: bits.second & 1 == 0)
            case 13: bench.world.advance(milliseconds: bits.second % 100_000_000)
            case 14:
                for delivery in bench.world.takeDeliveries(limit: 3) {
                    _ = bench.world.finish(delivery, .delivered)
                }
            case 15: try bench.createPlatform("app\(number % 2)")
            case 16:
                try bench.createDevice(
                    "arn:aws:sns:us-east-1:000000000000:app/GCM/app\(number % 2)",
                    "token\(bits.second % 3)")
            default: try stepOnPhones(bench, bits)
            }
        } catch {
            #expect(!error.message.isEmpty)
        }
    }

    private func stepOnPhones(_ bench: TopicBench, _ bits: Hash128) throws(BrokerError) {
        let devices = bench.world.broker.topics.devices.compactMap { $0?.arn }
        let device = devices.last ?? ""
        switch bits.second % 6 {
        case 0: _ = try bench.run(.setSMSAttributes(bench.set("", [("DefaultSenderID", "me")])))
        case 1:
            bench.world.broker.optOut(
                phoneNumber: "+491511234\(bits.second >> 8 % 7)", of: bench.caller,
                at: bench.world.now, into: bench.world.sink)
        case 2: try bench.sandbox("+4915112345678")
        case 3: _ = try bench.run(.deleteEndpoint(bench.request(device)))
        case 4:
            _ = try bench.run(.setEndpointAttributes(bench.set(device, [("Token", "new")])))
        default:
            _ = try bench.run(
                .deletePlatformApplication(
                    bench.request("arn:aws:sns:us-east-1:000000000000:app/GCM/app0")))
        }
    }

    @Test(arguments: 0..<24 as Range<UInt64>)
    func aReplayedBrokerHasTheSameCatalog(seed: UInt64) throws {
        let bench = bench(seed: seed)
        var entropy = Entropy(seed: (seed, 1, 2))
        for _ in 0..<Self.steps { step(bench, &entropy) }
        bench.settle()
        try expectTheSame(bench)
    }

    @Test(arguments: 100..<124 as Range<UInt64>)
    func aBrokerFromASnapshotHasTheSameCatalog(seed: UInt64) throws {
        let bench = bench(seed: seed)
        var entropy = Entropy(seed: (seed, 1, 2))
        for _ in 0..<Self.steps { step(bench, &entropy) }
        // The snapshot begins in the midst of everything and is written while it goes on.
        bench.world.beginSnapshot()
        for _ in 0..<30 {
            step(bench, &entropy)
            bench.world.continueSnapshot(upTo: 1)
        }
        bench.world.finishSnapshot()
        bench.settle()
        try expectTheSame(bench)
    }

    @Test(arguments: 200..<208 as Range<UInt64>)
    func aSnapshotIsTheStateAtItsBeginning(seed: UInt64) throws {
        let bench = bench(seed: seed)
        var entropy = Entropy(seed: (seed, 1, 2))
        for _ in 0..<Self.steps { step(bench, &entropy) }
        bench.settle()
        let state = bench.state
        bench.world.beginSnapshot()
        let world = bench.world
        // What happens now is in no record that the twin reads.
        var records: [(type: UInt8, payload: [UInt8])] = []
        var isComplete = false
        while !isComplete {
            step(bench, &entropy)
            isComplete = world.broker.continueSnapshot(upTo: 1) { type, payload in
                records.append((type, payload.array))
            }
        }
        var loaded = Broker(configuration: world.configuration, entropy: Entropy(seed: (7, 8, 9)))
        for record in records {
            try loaded.load(type: record.type, payload: world.arena.view(record.payload))
        }
        try loaded.finishLoading()
        let twin = TopicBench()
        twin.world.broker = loaded
        let lines = { (state: [String]) in
            // Counts of owed deliveries belong to another table; times differ by the clock only.
            state.filter { !$0.contains("BeginningArchiveTime") }
        }
        #expect(lines(twin.state) == lines(state))
    }

    private func expectTheSame(_ bench: TopicBench) throws {
        #expect(InvariantChecker.faults(of: bench.world.broker).isEmpty)
        let twin = TopicBench(try bench.world.twin())
        // What was forgotten in silence, by the clock alone, is forgotten again.
        twin.settle()
        let (state, other) = (bench.state, twin.state)
        for (line, otherLine) in zip(state, other) where line != otherLine {
            Issue.record("\n- \(line)\n+ \(otherLine)")
            return
        }
        #expect(state.count == other.count)
        #expect(InvariantChecker.faults(of: twin.world.broker).isEmpty)
    }

    // MARK: Damaged records

    private func history() throws -> [ArraySink.Record] {
        let bench = TopicBench()
        let topic = try bench.createTopic("a", [("DisplayName", "A")], tags: [("k", "v")])
        try bench.createFIFO("b.fifo", [("ContentBasedDeduplication", "true")])
        try bench.subscribe(topic, "sqs", bench.queueARN("q"), [("FilterPolicy", #"{"a":[1]}"#)])
        let hook = try bench.subscribe(topic, "http", "http://example.com/")
        try bench.confirm(topic, bench.token(hook))
        try bench.setSubscription(
            hook, "DeliveryPolicy", #"{"healthyRetryPolicy":{"numRetries":1}}"#)
        try bench.unsubscribe(hook)
        let app = try bench.createPlatform("app")
        let device = try bench.createDevice(app, "token", data: "mine")
        _ = try bench.run(.setEndpointAttributes(bench.set(device, [("Enabled", "false")])))
        _ = try bench.run(.deleteEndpoint(bench.request(device)))
        try bench.createDevice(app, "other")
        _ = try bench.run(.deletePlatformApplication(bench.request(app)))
        _ = try bench.run(.setSMSAttributes(bench.set("", [("DefaultSenderID", "me")])))
        try bench.sandbox("+4915112345678")
        try bench.deleteTopic(topic)
        return bench.world.sink.records
    }

    private func replays(_ records: [ArraySink.Record]) -> Bool {
        var broker = Broker(
            configuration: BrokerConfiguration(), entropy: Entropy(seed: (7, 8, 9)))
        let arena = ByteArena()
        for record in records {
            do {
                try broker.apply(
                    type: record.type.rawValue, payload: arena.view(record.payload),
                    at: record.position)
            } catch {
                return false
            }
        }
        let later = Moment(
            instant: broker.latestInstant.adding(seconds: 1_000_000),
            timestamp: broker.latestTimestamp)
        broker.advance(to: later, into: ArraySink())
        return true
    }

    @Test func aHistoryIsReplayed() throws {
        let records = try history()
        #expect(replays(records))
        for type in [
            RecordType.topicChanged, .topicDeleted, .subscriptionChanged, .subscriptionEnded,
            .platformChanged, .smsChanged,
        ] {
            #expect(records.contains { $0.type == type })
        }
    }

    @Test func aRecordThatIsCutShortIsRefused() throws {
        let records = try history()
        for index in records.indices where records[index].type.rawValue >= 32 {
            for count in 0..<records[index].payload.count {
                var cut = Array(records[0...index])
                cut[index].payload = Array(cut[index].payload.prefix(count))
                #expect(!replays(cut), "record \(index), \(count) bytes")
            }
        }
    }

    @Test func aMissingOrRepeatedRecordIsToleratedOrRefused() throws {
        let records = try history()
        for index in records.indices {
            var fewer = records
            fewer.remove(at: index)
            _ = replays(fewer)
            var more = records
            more.insert(more[index], at: index)
            _ = replays(more)
        }
        // Without its topic nothing is subscribed.
        let first = try #require(records.firstIndex { $0.type == .topicChanged })
        #expect(!replays(Array(records[0..<first] + records[(first + 1)...])))
    }

    @Test func aSnapshotThatMissesARecordOrRepeatsItIsRefused() throws {
        let bench = TopicBench()
        let topic = try bench.createTopic("a")
        try bench.createFIFO("b.fifo")
        try bench.subscribe(topic, "http", "http://example.com/")
        try bench.createDevice(try bench.createPlatform("app"), "token")
        _ = try bench.run(.setSMSAttributes(bench.set("", [("DefaultSenderID", "me")])))
        bench.world.beginSnapshot()
        bench.world.finishSnapshot()
        let records = try #require(bench.world.snapshot?.records)
        #expect(loads(records, bench))
        let ours = records.indices.filter { records[$0].type >= RecordType.snapshotTopic.rawValue }
        #expect(ours.count == 7)
        for index in ours {
            var cut = records
            cut[index].payload.removeLast()
            #expect(!loads(cut, bench), "cut record \(index)")
            var twice = records
            twice.insert(twice[index], at: index)
            #expect(!loads(twice, bench), "repeated record \(index)")
        }
        for type in [RecordType.snapshotTopic, .snapshotPlatform] {
            var fewer = records
            fewer.remove(at: try #require(fewer.firstIndex { $0.type == type.rawValue }))
            #expect(!loads(fewer, bench), "without \(type)")
        }
    }

    private func loads(
        _ records: [(type: UInt8, payload: [UInt8])], _ bench: TopicBench
    ) -> Bool {
        var broker = Broker(
            configuration: BrokerConfiguration(), entropy: Entropy(seed: (7, 8, 9)))
        do {
            for record in records {
                try broker.load(
                    type: record.type, payload: bench.world.arena.view(record.payload))
            }
            try broker.finishLoading()
            return true
        } catch {
            return false
        }
    }
}
