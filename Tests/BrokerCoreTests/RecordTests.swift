import Bytes
import Testing

@testable import BrokerCore

/// Records that cannot follow the ones before them are refused with a reason; they never stop the
/// process.
@Suite struct RecordTests {
    private struct Fault: Error {}

    /// A journal with every kind of record.
    private func history() throws -> [ArraySink.Record] {
        let scenario = Scenario()
        let lines = #"""
            create dead.fifo
            create orders.fifo redrive=dead.fifo/1
            create plain DelaySeconds=1
            send orders.fifo a group=g dedup=a
            send orders.fifo b group=g dedup=b
            send plain x
            send plain y delay=0 attr:k=String:v
            receive orders.fifo timeout=1 attempt=t
            advance 1s
            receive orders.fifo max=10
            receive plain max=10
            visibility plain h3 5
            delete plain h4
            send plain z
            tag plain a=b
            set plain MessageRetentionPeriod=60
            relocate
            move-task start dead.fifo
            advance 1m
            advance 10m
            purge plain
            advance 1s
            delete-queue plain
            advance 1s
            create box
            create-topic news
            create-topic log.fifo ArchivePolicy="{\"MessageRetentionPeriod\":\"1\"}"
            subscribe news sqs queue:box
            subscribe news http http://example.com/ return-arn dead=box
            set-sms DefaultSMSType=Promotional
            create-application app GCM PlatformCredential=secret
            attempt delivered
            confirm news n2
            publish news x
            publish news y
            relocate
            attempt failed max=1
            attempt refused
            receive box max=10
            publish log.fifo a group=g dedup=1
            attempt delivered
            subscribe log.fifo sqs queue:orders.fifo
            set-subscription n3 ReplayPolicy="{\"PointType\":\"Timestamp\",\"StartingPoint\":\"2020-01-01T00:00:00Z\"}"
            replay
            replay
            publish-to +4912345678 hello
            unsubscribe n1
            delete-topic news
            reset
            """#
        for line in lines.split(separator: "\n") { _ = try scenario.run(String(line)) }
        let records = scenario.world.sink.records
        let missing = RecordType.allCases.filter { type in
            type.rawValue < 64
                && !records.contains { $0.type == type }
        }
        #expect(missing.isEmpty)
        return records
    }

    /// Replays records and then uses the broker; false when they were refused.
    private func replays(_ records: [(type: UInt8, payload: [UInt8], position: UInt64)]) -> Bool {
        var broker = Broker(
            configuration: BrokerConfiguration(), entropy: Entropy(seed: (7, 8, 9)))
        let arena = ByteArena()
        for record in records {
            do {
                try broker.apply(
                    type: record.type, payload: arena.view(record.payload),
                    at: JournalPosition(offset: record.position))
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

    private func plain(
        _ records: [ArraySink.Record]
    ) -> [(type: UInt8, payload: [UInt8], position: UInt64)] {
        records.map { ($0.type.rawValue, $0.payload, $0.position.offset) }
    }

    @Test func aWholeHistoryIsReplayed() throws {
        #expect(replays(plain(try history())))
    }

    @Test func aMissingRecordIsToleratedOrRefused() throws {
        let records = plain(try history())
        for index in records.indices {
            var fewer = records
            fewer.remove(at: index)
            _ = replays(fewer)
        }
        // Without the creation of its queue no message can be sent.
        #expect(!replays(Array(records[0..<1] + records[2...])))
    }

    @Test func aRepeatedRecordIsToleratedOrRefused() throws {
        let records = plain(try history())
        for index in records.indices {
            var more = records
            more.insert(more[index], at: index)
            _ = replays(more)
        }
    }

    @Test func aRecordThatIsCutShortIsRefused() throws {
        let records = plain(try history())
        for index in records.indices {
            for count in 0..<min(records[index].payload.count, 60) {
                var cut = Array(records[0...index])
                cut[index].payload = Array(cut[index].payload.prefix(count))
                #expect(!replays(cut), "record \(index), \(count) bytes")
            }
        }
    }

    @Test func aRecordThatNamesAMessageTwiceIsRefused() throws {
        let records = plain(try history())
        // Where the number of messages stands, with their slots behind it.
        let places: [UInt8: Int] = [
            RecordType.messagesReceived.rawValue: 44, RecordType.messagesDeleted.rawValue: 20,
            RecordType.visibilityChanged.rawValue: 28,
        ]
        for index in records.indices {
            guard let place = places[records[index].type] else { continue }
            var twice = Array(records[0...index])
            let slot = Array(twice[index].payload[place + 1..<place + 5])
            twice[index].payload[place] += 1
            twice[index].payload.insert(contentsOf: slot, at: place + 1)
            #expect(!replays(twice), "record \(index)")
        }
    }

    @Test func aRecordOfAnImpossibleTimeIsRefused() throws {
        var records = plain(try history())
        records[0].payload[6] = 0x01
        #expect(!replays(records))
    }

    @Test func aMoveTaskFromTheFutureIsRefused() throws {
        var records = plain(try history())
        let index = try #require(
            records.firstIndex { $0.type == RecordType.moveTaskStarted.rawValue })
        // Its own beginning is the second place where the instant of the record stands.
        let instant = Array(records[index].payload[0..<8])
        let place = try #require(
            (8..<records[index].payload.count - 8).first {
                Array(records[index].payload[$0..<$0 + 8]) == instant
            })
        records[index].payload[place + 5] = 1
        #expect(!replays(Array(records[0...index])))
    }

    @Test func anUnknownTypeIsRefused() throws {
        var records = plain(try history())
        records[3].type = 63
        #expect(!replays(records))
        records[3].type = RecordType.snapshotPage.rawValue
        #expect(!replays(records))
    }

    @Test func aSnapshotThatMissesARecordIsRefusedOrCutShort() throws {
        let scenario = Scenario()
        for line in [
            "create dead", "create orders redrive=dead/1", "create o.fifo",
            "send orders x", "send o.fifo a group=g dedup=a", "receive orders", "receive o.fifo",
            "create-topic news", "subscribe news sqs queue:orders",
            "subscribe news http http://example.com/ return-arn", "publish news y",
            "publish-to +4912345678 hello",
        ] {
            _ = try scenario.run(line)
        }
        scenario.world.beginSnapshot()
        scenario.world.finishSnapshot()
        let records = try #require(scenario.world.snapshot?.records)
        #expect(loads(records, scenario))
        for index in records.indices {
            var fewer = records
            fewer.remove(at: index)
            // A queue or subscription that lost its record is only missed by what refers to it.
            let kinds: [RecordType] = [.snapshotQueue, .snapshotSubscription]
            if kinds.contains(where: { $0.rawValue == records[index].type }) { continue }
            #expect(!loads(fewer, scenario), "record \(index) of type \(records[index].type)")
            var cut = records
            cut[index].payload.removeLast()
            #expect(!loads(cut, scenario), "cut record \(index)")
            var twice = records
            twice.insert(twice[index], at: index)
            #expect(!loads(twice, scenario), "repeated record \(index)")
        }
    }

    private func loads(_ records: [(type: UInt8, payload: [UInt8])], _ scenario: Scenario) -> Bool {
        var broker = Broker(
            configuration: BrokerConfiguration(), entropy: Entropy(seed: (7, 8, 9)))
        do {
            for record in records {
                try broker.load(
                    type: record.type, payload: scenario.world.arena.view(record.payload))
            }
            try broker.finishLoading()
            return true
        } catch {
            return false
        }
    }
}
