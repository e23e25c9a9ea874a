import Bytes

@testable import BrokerCore

/// A journal in an array: it keeps every record at a position that grows like a real one's.
final class ArraySink: RecordSink {
    struct Record {
        var type: RecordType
        var position: JournalPosition
        var payload: [UInt8]
    }

    private(set) var records: [Record] = []
    private var indices: [JournalPosition: Int] = [:]
    private var end: UInt64 = 64
    private let arena = ByteArena()

    func append(type: UInt8, head: ByteView, body: ByteView) -> JournalPosition {
        guard let type = RecordType(rawValue: type) else {
            preconditionFailure("the broker writes known records")
        }
        let position = JournalPosition(offset: end)
        let payload = head.array + body.array
        indices[position] = records.count
        records.append(Record(type: type, position: position, payload: payload))
        end += UInt64(payload.count + 32)
        return position
    }

    /// The record that begins at `position`; nil when none does.
    func record(at position: JournalPosition) -> Record? {
        indices[position].map { records[$0] }
    }

    /// The payload of the record at `position`, for as long as the sink lives.
    func payload(at position: JournalPosition) -> ByteView? {
        record(at: position).map { arena.view($0.payload) }
    }
}
