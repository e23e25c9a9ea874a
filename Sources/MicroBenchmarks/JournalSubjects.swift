import BrokerCore
import BrokerJournal
import BrokerNode
import Bytes

/// A record of a message is appended.
final class Appending: Subject {
    private let journal: Journal
    private let head = [UInt8](repeating: 1, count: 128).withByteView { ByteCopy($0) }
    private let body = [UInt8](repeating: 2, count: 1024).withByteView { ByteCopy($0) }

    init() throws {
        var settings = JournalSettings()
        settings.durability = .memory
        settings.segmentByteCount = 1 << 20
        journal = Journal(disk: MemoryDisk(), settings: settings)
        try journal.open(load: { _, _ in }, loaded: {}, replay: { _, _, _ in })
    }

    var journalByteCount: UInt64 { journal.appendedPosition.offset }

    func prepare(_ count: Int) { journal.reclaim { _ in 0 } }

    func run(_ count: Int) {
        for _ in 0..<count {
            _ = journal.append(type: 1, head: head.bytes.view, body: body.bytes.view)
        }
    }
}

/// What was recorded, to be applied again.
final class RecordKeeper: RecordSink {
    private(set) var records: [(type: UInt8, payload: ByteCopy, position: JournalPosition)] = []
    private var end: UInt64 = 0

    func append(type: UInt8, head: ByteView, body: ByteView) -> JournalPosition {
        var payload = ByteWriter(capacity: head.count + body.count)
        payload.append(head)
        payload.append(body)
        let position = JournalPosition(offset: end)
        end += Journal.byteCount(ofRecordWithPayload: payload.count)
        records.append((type, ByteCopy(payload.view), position))
        return position
    }
}

/// The records of messages that were sent, received in tens and deleted are applied by a broker
/// that had none. An operation is one record.
final class Applying: Subject {
    private let records: [(type: UInt8, payload: ByteCopy, position: JournalPosition)]
    private let foundation: Int
    private var broker: Broker

    /// - Parameter messageCount: Messages that are sent; there are 1.2 records for each.
    init(messageCount: Int) throws {
        let world = try CoreWorld()
        let keeper = RecordKeeper()
        world.sink = keeper
        world.broker = CoreWorld.makeBroker()
        world.broker.found(at: world.now, into: keeper)
        try Operation.send.setUp(in: world)
        foundation = keeper.records.count
        for _ in 0..<messageCount { try world.success(Operation.send.request(0)) }
        for _ in 0..<messageCount / 10 {
            // The bodies are not at hand, so the answer is not encoded.
            let receive = Operation.receiveTen.request(0).withByteView { ByteCopy($0) }
            let outcome = try world.perform(try world.decode(receive))
            guard case .received(let messages) = outcome, messages.count == 10 else {
                throw MicroError(description: "messages are missing")
            }
            _ = try world.perform(try world.decode(Applying.deletion(of: messages)))
        }
        records = keeper.records
        broker = CoreWorld.makeBroker()
    }

    /// How many records are applied in a round.
    static func operationCount(messageCount: Int) -> Int { messageCount + messageCount / 10 * 2 }

    private static func deletion(of messages: [ReceivedMessage]) -> ByteCopy {
        let handles = messages.map { message in
            var writer = ByteWriter()
            message.receiptHandle.write(to: &writer)
            return writer.view.string
        }
        return Operation.deleteBatch(handles).withByteView { ByteCopy($0) }
    }

    func prepare(_ count: Int) throws {
        precondition(records.count == foundation + count, "a round applies every record")
        broker = CoreWorld.makeBroker()
        for record in records[..<foundation] { try apply(record) }
    }

    func run(_ count: Int) throws {
        for index in foundation..<records.count { try apply(records[index]) }
    }

    private func apply(
        _ record: (type: UInt8, payload: ByteCopy, position: JournalPosition)
    ) throws {
        try broker.apply(
            type: record.type, payload: record.payload.bytes.view, at: record.position)
    }
}

/// A journal of records of messages is opened: read, checked and handed out. An operation is one
/// record.
final class Replaying: Subject {
    private let disk = MemoryDisk()

    init(recordCount: Int) throws {
        let journal = Journal(disk: disk, settings: Replaying.settings)
        try journal.open(load: { _, _ in }, loaded: {}, replay: { _, _, _ in })
        let payload = [UInt8](repeating: 1, count: 1152).withByteView { ByteCopy($0) }
        for index in 0..<recordCount {
            _ = journal.append(type: 1, head: payload.bytes.view, body: ByteView())
            // As many as 64 connections send between two commits.
            guard index % 64 == 63 else { continue }
            journal.commit(at: 0)
            try journal.poll()
        }
        try journal.close()
    }

    private static var settings: JournalSettings {
        var settings = JournalSettings()
        settings.segmentByteCount = 4 << 20
        return settings
    }

    func prepare(_ count: Int) {}

    func run(_ count: Int) throws {
        var found = 0
        let journal = Journal(disk: disk, settings: Replaying.settings)
        try journal.open(load: { _, _ in }, loaded: {}, replay: { _, _, _ in found += 1 })
        precondition(found == count, "every record is replayed")
    }
}
