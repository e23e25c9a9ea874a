import Bytes

/// The 24 bytes before every payload; see "Record" in protocol-docs/journal-format.md.
struct RecordHeader: Hashable {
    /// Bytes of a header.
    static let byteCount = 24
    /// Where the checksummed part begins: right after the checksum.
    static let checksumByteCount = 4

    /// CRC32C over the rest of the header and the payload.
    var checksum: UInt32
    /// Bytes of the payload.
    var payloadByteCount: UInt32
    /// In a segment the record's position; in another file its offset.
    var position: UInt64
    /// The epoch it was written in.
    var epoch: UInt32
    /// What the payload is: the broker's types up to `RecordTypes.largestOfBroker`, then ours.
    var type: UInt8

    /// Bytes the record takes: header and payload, rounded up to eight.
    var recordByteCount: Int { RecordHeader.recordByteCount(payload: Int(payloadByteCount)) }

    /// Bytes a record with such a payload takes.
    static func recordByteCount(payload: Int) -> Int { (byteCount + payload + 7) & ~7 }

    /// The fields at the beginning of `bytes`, which holds at least a header.
    init(_ bytes: ByteView) {
        checksum = bytes.littleEndian(at: 0)
        payloadByteCount = bytes.littleEndian(at: 4)
        position = bytes.littleEndian(at: 8)
        epoch = bytes.littleEndian(at: 16)
        type = bytes[20]
    }

    /// Writes a header at `offset` of `memory`, after the payload was stored behind it.
    static func seal(
        _ memory: PageMemory, at offset: Int, payload: Int, position: UInt64, epoch: UInt32,
        type: UInt8
    ) {
        memory.store(UInt32(payload), at: offset + 4)
        memory.store(position, at: offset + 8)
        memory.store(epoch, at: offset + 16)
        memory.store(UInt32(type), at: offset + 20)
        let checked = memory.view(offset + checksumByteCount..<offset + byteCount + payload)
        memory.store(CRC32C.checksum(checked), at: offset)
    }
}

/// The types of records that belong to the journal itself.
enum RecordTypes {
    /// The largest type the broker may use; 0 is never a type, so that zeros are never a record.
    static let largestOfBroker: UInt8 = 239
    /// Begins a batch in a segment.
    static let batch: UInt8 = 255
    /// The one record of the manifest.
    static let manifest: UInt8 = 254
    /// Begins a snapshot.
    static let snapshotHead: UInt8 = 253
    /// Ends a snapshot.
    static let snapshotEnd: UInt8 = 252
}

/// Why the bytes at a place are no record.
enum RecordFault: String, Error {
    case nothing = "no record"
    case position = "a record of another place"
    case length = "a length that cannot be"
    case checksum = "a bad checksum"
    case epoch = "a record of another epoch"
    case type = "a type that cannot be"
}

/// What stands at a place where a record could.
enum RecordFinding {
    case record(RecordHeader, payload: ByteView)
    /// That many bytes are needed to tell.
    case needs(Int)
    case fault(RecordFault)

    /// Looks at the beginning of `bytes` for the record at `position`, of which at most `room`
    /// bytes can belong to it.
    init(_ bytes: ByteView, position: UInt64, room: Int) {
        guard room >= RecordHeader.byteCount else {
            self = .fault(.nothing)
            return
        }
        guard bytes.count >= RecordHeader.byteCount else {
            self = .needs(RecordHeader.byteCount)
            return
        }
        let header = RecordHeader(bytes)
        guard header.type != 0 else {
            self = .fault(.nothing)
            return
        }
        guard header.position == position else {
            self = .fault(.position)
            return
        }
        guard header.payloadByteCount <= Journal.largestPayloadByteCount,
            header.recordByteCount <= room
        else {
            self = .fault(.length)
            return
        }
        guard bytes.count >= header.recordByteCount else {
            self = .needs(header.recordByteCount)
            return
        }
        let end = RecordHeader.byteCount + Int(header.payloadByteCount)
        let checksum = CRC32C.checksum(bytes[RecordHeader.checksumByteCount..<end])
        guard checksum == header.checksum else {
            self = .fault(.checksum)
            return
        }
        self = .record(header, payload: bytes[RecordHeader.byteCount..<end])
    }
}
