import Bytes

/// The record that begins every batch: what was written and synced by one commit.
///
/// - Invariant: `previousEnd` was durable when the batch was written, because one commit is under
///   way at a time. So a batch that can be read proves that all before it was on disk.
struct BatchHeader: Hashable {
    /// Bytes of the payload.
    static let payloadByteCount = 32
    /// Bytes of the record.
    static let recordByteCount = RecordHeader.byteCount + payloadByteCount

    /// The journal it belongs to.
    var identity: UInt64
    /// Where the batch before it ended.
    var previousEnd: UInt64
    /// Bytes of the batch, this record included.
    var byteCount: UInt32
    /// Records after this one.
    var recordCount: UInt32
    /// The shard whose journal it is.
    var shard: UInt32

    /// A header with these fields.
    init(
        identity: UInt64, previousEnd: UInt64, byteCount: UInt32, recordCount: UInt32, shard: UInt32
    ) {
        self.identity = identity
        self.previousEnd = previousEnd
        self.byteCount = byteCount
        self.recordCount = recordCount
        self.shard = shard
    }

    /// The fields of a record's payload, or nil when it is none of a batch header.
    init?(_ payload: ByteView) {
        guard payload.count == BatchHeader.payloadByteCount else { return nil }
        identity = payload.littleEndian(at: 0)
        previousEnd = payload.littleEndian(at: 8)
        byteCount = payload.littleEndian(at: 16)
        recordCount = payload.littleEndian(at: 20)
        shard = payload.littleEndian(at: 24)
        guard byteCount >= UInt32(BatchHeader.recordByteCount), byteCount % 8 == 0 else {
            return nil
        }
    }

    /// Writes the record at `offset` of `memory`.
    func store(in memory: PageMemory, at offset: Int, position: UInt64, epoch: UInt32) {
        let payload = offset + RecordHeader.byteCount
        memory.store(identity, at: payload)
        memory.store(previousEnd, at: payload + 8)
        memory.store(byteCount, at: payload + 16)
        memory.store(recordCount, at: payload + 20)
        memory.store(shard, at: payload + 24)
        memory.store(UInt32(0), at: payload + 28)
        RecordHeader.seal(
            memory, at: offset, payload: BatchHeader.payloadByteCount, position: position,
            epoch: epoch, type: RecordTypes.batch)
    }
}
