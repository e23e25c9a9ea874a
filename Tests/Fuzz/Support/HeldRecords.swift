import Bytes

@testable import BrokerCore

/// A journal in an array, whose bytes stay where they are as long as it lives.
final class HeldRecords: RecordSink {
    /// One record.
    struct Record {
        var type: UInt8
        var position: JournalPosition
        fileprivate let bytes: HeldBytes

        var payload: ByteView { bytes.view }
    }

    private(set) var records: [Record] = []
    private var end: UInt64 = 64

    func append(type: UInt8, head: ByteView, body: ByteView) -> JournalPosition {
        let position = JournalPosition(offset: end)
        records.append(Record(type: type, position: position, bytes: HeldBytes(head, body)))
        end += UInt64(head.count + body.count + 32)
        return position
    }

    /// The payload of the record at a position.
    func payload(at position: JournalPosition) -> ByteView {
        guard let record = records.last(where: { $0.position == position }) else {
            preconditionFailure("a position is one of a record")
        }
        return record.payload
    }
}

/// Bytes that do not move.
final class HeldBytes {
    private var writer: ByteWriter

    var view: ByteView { writer.view }

    init(_ first: ByteView, _ second: ByteView = ByteView()) {
        writer = ByteWriter(capacity: first.count + second.count)
        writer.append(first)
        writer.append(second)
    }
}
