import Bytes
import Testing

@testable import BrokerCore

/// A broker with a simulated clock, a journal in memory and fixed entropy: the rim that a running
/// node gives it, without the node.
final class World {
    /// What a snapshot holds, and how many records of the journal came before it.
    struct Snapshot {
        var recordCount: Int
        var records: [(type: UInt8, payload: [UInt8])] = []
        var isComplete = false
    }

    static let start = Moment(
        instant: Instant(milliseconds: 1_000_000),
        timestamp: Timestamp(milliseconds: 1_767_225_600_000))

    private(set) var configuration: BrokerConfiguration
    var broker: Broker
    let sink: ArraySink
    let arena = ByteArena()
    private(set) var now = World.start
    var snapshot: Snapshot?
    /// Answers of receives that waited, in order.
    var answers: [(token: UInt64, result: Result<Outcome, BrokerError>)] = []
    /// The payloads of the records that the archive has taken.
    var archive: [[UInt8]] = []
    private var nextToken: UInt64 = 1
    private var brokerCount: UInt64 = 0

    init(configuration: BrokerConfiguration = BrokerConfiguration()) {
        self.configuration = configuration
        // Small segments, so that the ledger has many.
        self.configuration.segmentByteCount = 4096
        sink = ArraySink()
        broker = Broker(configuration: configuration, entropy: Entropy(seed: (1, 2, 3)))
        broker.found(at: now, into: sink)
    }

    /// Another world at the same time, whose broker has recovered from what this one has written:
    /// from the snapshot, if there is a complete one, and the journal.
    func twin() throws(RecordError) -> World { try World(recovering: self) }

    private init(recovering other: World) throws(RecordError) {
        configuration = other.configuration
        sink = ArraySink(copying: other.sink)
        now = other.now
        broker = Broker(configuration: configuration, entropy: Entropy(seed: (4, 5, 6)))
        snapshot = other.snapshot
        if let snapshot, snapshot.isComplete {
            try restartFromSnapshot()
        } else {
            try restart()
        }
    }

    // MARK: Ticks

    /// One tick with one action. A waiting receive is answered later, under the returned token.
    func perform(
        _ action: Action, from caller: Caller
    ) throws(BrokerError) -> (outcome: Outcome, token: UInt64) {
        broker.advance(to: now, into: sink)
        let token = nextToken
        nextToken += 1
        defer { finishTick() }
        let outcome = try broker.perform(action, from: caller, at: now, token: token, into: sink)
        return (outcome, token)
    }

    private func finishTick() {
        broker.serveWaiters(at: now, into: sink)
        broker.takeAnswers { token, result in answers.append((token, result)) }
    }

    /// Lets time pass as a node would: it wakes for every deadline on the way.
    func advance(milliseconds: UInt64) {
        let end = now.instant.milliseconds + milliseconds
        var idleTicks = 0
        while let deadline = broker.nextDeadline, deadline.milliseconds <= end {
            let before = now
            move(to: max(deadline.milliseconds, now.instant.milliseconds))
            tick()
            idleTicks = before == now ? idleTicks + 1 : 0
            precondition(idleTicks < 10_000, "a deadline that is due is dealt with")
        }
        move(to: end)
        tick()
    }

    /// Lets time pass in one leap, as for a node that was stopped.
    func leap(milliseconds: UInt64) { move(to: now.instant.milliseconds + milliseconds) }

    func tick() {
        broker.advance(to: now, into: sink)
        finishTick()
    }

    private func move(to instant: UInt64) {
        let passed = instant - now.instant.milliseconds
        now.instant.milliseconds += passed
        now.timestamp.milliseconds += passed
    }

    // MARK: Restarts

    private func freshBroker() -> Broker {
        brokerCount += 1
        return Broker(
            configuration: configuration, entropy: Entropy(seed: (1, 2, 3 + brokerCount)))
    }

    /// Replaces the broker by one that has replayed every record.
    func restart() throws(RecordError) {
        var recovered = freshBroker()
        try replay(sink.records[...], in: &recovered)
        broker = recovered
        snapshot = nil
    }

    /// Replaces the broker by one that has loaded the snapshot and replayed what followed.
    func restartFromSnapshot() throws(RecordError) {
        guard let snapshot, snapshot.isComplete else {
            preconditionFailure("a snapshot was completed before")
        }
        var recovered = freshBroker()
        for record in snapshot.records {
            try recovered.load(type: record.type, payload: arena.view(record.payload))
        }
        try recovered.finishLoading()
        try replay(sink.records[snapshot.recordCount...], in: &recovered)
        broker = recovered
        self.snapshot = nil
    }

    private func replay(
        _ records: ArraySlice<ArraySink.Record>, in broker: inout Broker
    ) throws(RecordError) {
        let scratch = ByteArena()
        for record in records {
            try broker.apply(
                type: record.type.rawValue, payload: scratch.view(record.payload),
                at: record.position)
        }
    }

    func beginSnapshot() {
        while snapshot?.isComplete == false { continueSnapshot(upTo: 1 << 20) }
        broker.beginSnapshot()
        snapshot = Snapshot(recordCount: sink.records.count)
    }

    func continueSnapshot(upTo byteCount: Int) {
        guard var snapshot, !snapshot.isComplete else { return }
        snapshot.isComplete = broker.continueSnapshot(upTo: byteCount) { type, payload in
            snapshot.records.append((type, payload.array))
        }
        self.snapshot = snapshot
    }

    func finishSnapshot() {
        while snapshot?.isComplete == false { continueSnapshot(upTo: 1 << 20) }
    }

    // MARK: Reclaiming

    /// Offers records for relocation, as the journal does when it compacts a segment. Returns how
    /// many were appended anew.
    @discardableResult
    func relocate(_ indices: [Int]) -> Int {
        let before = sink.records.count
        for index in indices {
            let record = sink.records[index]
            broker.relocate(
                type: record.type.rawValue, payload: arena.view(record.payload),
                from: record.position, at: now, into: sink)
            let kinds: [RecordType] = [
                .messageSent, .messageRelocated, .notificationPublished, .notificationRelocated,
            ]
            if kinds.contains(record.type) {
                sink.reclaim(record.position)
            }
        }
        return sink.records.count - before
    }

    // MARK: Making actions

    func reference(_ name: String, _ caller: Caller) -> QueueReference {
        QueueReference(account: caller.account, region: caller.region, name: arena.view(name))
    }

    /// The message of a received one, from the journal.
    func message(_ received: ReceivedMessage) throws -> StoredMessage {
        let record = try #require(sink.record(at: received.position))
        #expect(record.type == .messageSent || record.type == .messageRelocated)
        #expect(record.payload.count == received.length)
        return try StoredMessage(payload: arena.view(record.payload))
    }

    /// The base64 text of a handle.
    static func text(_ handle: ReceiptHandle) -> String {
        var writer = ByteWriter()
        handle.write(to: &writer)
        return writer.view.string
    }
}
