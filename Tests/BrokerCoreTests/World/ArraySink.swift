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

    init() {}

    /// A sink that holds what `other` holds.
    init(copying other: ArraySink) {
        records = other.records
        indices = other.indices
        end = other.end
    }

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

    /// The record that begins at `position`; nil when none does, or its place was reclaimed.
    func record(at position: JournalPosition) -> Record? {
        indices[position].map { records[$0] }
    }

    /// Nobody reads the record at `position` again, except a replay.
    func reclaim(_ position: JournalPosition) { indices[position] = nil }
}
