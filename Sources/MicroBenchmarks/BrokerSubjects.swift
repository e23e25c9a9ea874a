import BrokerCore
import BrokerJournal
import Bytes

/// A snapshot of queued messages is written. An operation is one message; journal bytes are those of
/// the snapshot.
final class Snapshotting: Subject {
    private let world: CoreWorld
    private(set) var journalByteCount: UInt64 = 0

    init(messageCount: Int) throws {
        world = try CoreWorld()
        try Operation.send.setUp(in: world)
        for _ in 0..<messageCount { try world.success(Operation.send.request(0)) }
    }

    func prepare(_ count: Int) {
        precondition(world.broker.messageCount == count, "an operation is a message")
    }

    func run(_ count: Int) {
        world.broker.beginSnapshot()
        var byteCount: UInt64 = 0
        while !world.broker.continueSnapshot(
            upTo: 256 * 1024,
            emit: { _, payload in
                byteCount += Journal.byteCount(ofRecordWithPayload: payload.count)
            })
        {}
        journalByteCount += byteCount
    }
}

/// Messages in flight become visible again, in tens of the same millisecond. An operation is one
/// message.
final class Advancing: Subject {
    private let world: CoreWorld

    init(messageCount: Int) throws {
        world = try CoreWorld()
        try Operation.send.setUp(in: world)
        for _ in 0..<messageCount { try world.success(Operation.send.request(0)) }
    }

    var journalByteCount: UInt64 { world.journalByteCount }

    func prepare(_ count: Int) throws {
        // Those of the round before have all come back.
        for _ in 0..<count / 10 {
            world.tick()
            guard try world.receiptHandles(Operation.receiveTen.request(0)).count == 10 else {
                throw MicroError(description: "messages are missing")
            }
        }
        // They were received in this many milliseconds, and are visible again 300 seconds later.
        world.skip(milliseconds: 300_000 - UInt64(count / 10))
    }

    func run(_ count: Int) { for _ in 0..<count / 10 { world.tick() } }
}

/// Ticks in which nothing falls due, while many messages are in flight. An operation is one tick.
final class Idling: Subject {
    private let world: CoreWorld

    init(messageCount: Int) throws {
        world = try CoreWorld()
        try Operation.send.setUp(in: world)
        for _ in 0..<messageCount { try world.success(Operation.send.request(0)) }
        for _ in 0..<messageCount / 10 {
            _ = try world.receiptHandles(Operation.receiveTen.request(0))
        }
    }

    func prepare(_ count: Int) {}

    func run(_ count: Int) { for _ in 0..<count { world.tick() } }
}
