import Bytes

/// Appends records to the segment at the journal's end.
///
///     | written batches | open batch: room for its header, records … | untouched |
///     0                 batch start                                 used       byteCount
///
/// - Invariant: The bytes of an open batch's header are zero until the batch is closed, so that a
///   page which reaches the disk too early shows no batch.
struct SegmentWriter {
    /// The records appended since the last commit took its batch.
    struct OpenBatch {
        var start: Int
        var recordCount: UInt32
    }

    private static let expectedByteCount = 2048

    /// The segment's memory.
    let memory: PageMemory
    /// The position of the segment's first byte.
    let base: UInt64
    /// The epoch stamped on records.
    let epoch: UInt32
    /// Bytes in use.
    private(set) var used: Int
    /// The batch that records go to, if there is one.
    private(set) var batch: OpenBatch?

    /// A writer that goes on after the first `used` bytes of a segment.
    init(memory: PageMemory, base: UInt64, epoch: UInt32, used: Int) {
        precondition(used % 8 == 0 && used <= memory.byteCount, "records are aligned")
        self.memory = memory
        self.base = base
        self.epoch = epoch
        self.used = used
    }

    /// The end of what was appended.
    var end: UInt64 { base + UInt64(used) }

    /// Begins a batch unless there is one; false when its header does not fit.
    mutating func openBatch() -> Bool { openBatch(roomFor: 0) }

    /// Appends a record and returns its offset, or nil when it does not fit.
    mutating func append(type: UInt8, head: ByteView, body: ByteView) -> Int? {
        let payload = head.count + body.count
        let byteCount = RecordHeader.recordByteCount(payload: payload)
        guard openBatch(roomFor: byteCount) else { return nil }
        let offset = used
        // The last bytes first: where the payload does not fill them they are padding, and zero.
        memory.store(UInt64(0), at: offset + byteCount - 8)
        memory.store(head, at: offset + RecordHeader.byteCount)
        memory.store(body, at: offset + RecordHeader.byteCount + head.count)
        RecordHeader.seal(
            memory, at: offset, payload: payload, position: base + UInt64(offset), epoch: epoch,
            type: type)
        used = offset + byteCount
        batch?.recordCount += 1
        // The next record is often like this one.
        memory.expectWrite(of: min(byteCount, SegmentWriter.expectedByteCount), at: used)
        return offset
    }

    /// Ends the open batch and returns the bytes to be written, or nil when there is no batch.
    mutating func closeBatch(
        identity: UInt64, previousEnd: UInt64, shard: UInt32
    ) -> Range<Int>? {
        guard let closed = batch else { return nil }
        batch = nil
        let range = closed.start..<used
        BatchHeader(
            identity: identity, previousEnd: previousEnd, byteCount: UInt32(range.count),
            recordCount: closed.recordCount, shard: shard
        ).store(
            in: memory, at: range.lowerBound, position: base + UInt64(range.lowerBound),
            epoch: epoch)
        return range
    }

    private mutating func openBatch(roomFor byteCount: Int) -> Bool {
        if batch != nil { return byteCount <= memory.byteCount - used }
        let header = BatchHeader.recordByteCount
        guard header + byteCount <= memory.byteCount - used else { return false }
        memory.clear(used..<used + header)
        batch = OpenBatch(start: used, recordCount: 0)
        used += header
        return true
    }
}
