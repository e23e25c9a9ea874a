import Bytes

/// Walks the batches and records of one segment in order, checking everything on the way.
///
/// It is told what bytes are loaded and asks for more when it needs them. Recovery, compaction and
/// the inspector read segments through it, so they agree on what a segment says.
struct SegmentScan {
    /// What comes next.
    enum Step {
        /// Load the segment up to that offset, or to its end, and ask again.
        case needs(upTo: Int)
        case batch(BatchHeader, epoch: UInt32, offset: Int)
        case record(RecordHeader, payload: ByteView, offset: Int)
        /// Nothing can be read here; stays so.
        case end(Ending)
    }

    /// Where and why the readable part of a segment ended.
    struct Ending: Hashable {
        /// The end of the last whole record.
        var offset: Int
        /// The end its batch promised, when the batch ended too early.
        var promised: Int?
        /// What stood there instead.
        var fault: RecordFault
    }

    /// The journal the segment belongs to.
    let identity: UInt64
    /// The position of the segment's first byte.
    let base: UInt64
    /// The segment's size.
    let byteCount: Int
    /// Where the next record is looked for.
    private(set) var offset = 0
    /// The epoch of the batch that was read last; batches of earlier epochs are stale.
    private(set) var epoch: UInt32
    private var promised = 0

    /// A scan from the beginning of segment `number`, whose batches are at least of `epoch`.
    init(identity: UInt64, number: UInt64, byteCount: UInt64, epoch: UInt32) {
        self.identity = identity
        self.base = number * byteCount
        self.byteCount = Int(byteCount)
        self.epoch = epoch
    }

    /// The next step, given `bytes`: those of the segment from `offset` as far as loaded.
    mutating func next(_ bytes: ByteView) -> Step {
        let finding = RecordFinding(
            bytes, position: base + UInt64(offset), room: byteCount - offset)
        switch finding {
        case .needs(let count):
            return .needs(upTo: offset + count)
        case .fault(let fault):
            return end(fault)
        case .record(let header, let payload):
            if header.type == RecordTypes.batch { return enter(header, payload) }
            guard offset < promised else { return end(.nothing) }
            guard header.type <= RecordTypes.largestOfBroker else { return end(.type) }
            guard header.epoch == epoch else { return end(.epoch) }
            guard offset + header.recordByteCount <= promised else { return end(.length) }
            defer { offset += header.recordByteCount }
            return .record(header, payload: payload, offset: offset)
        }
    }

    /// A batch may begin where one ended, or, in a later epoch, where recovery cut one.
    private mutating func enter(_ header: RecordHeader, _ payload: ByteView) -> Step {
        guard let batch = BatchHeader(payload), batch.identity == identity,
            Int(batch.byteCount) <= byteCount - offset
        else { return end(.type) }
        guard header.epoch >= epoch else { return end(.epoch) }
        guard offset >= promised || header.epoch > epoch else { return end(.type) }
        // The first batch of a segment follows one of another segment, which the caller compares.
        guard offset == 0 || batch.previousEnd == base + UInt64(offset) else {
            return end(.position)
        }
        defer { offset += header.recordByteCount }
        epoch = header.epoch
        promised = offset + Int(batch.byteCount)
        return .batch(batch, epoch: header.epoch, offset: offset)
    }

    private func end(_ fault: RecordFault) -> Step {
        let cut = offset < promised
        return .end(Ending(offset: offset, promised: cut ? promised : nil, fault: fault))
    }
}

/// A batch header found by searching where no batch was expected.
struct StrayBatch: Hashable {
    /// The position it stands at.
    var position: UInt64
    /// Its fields.
    var header: BatchHeader

    /// The first valid header of `identity` and at least `epoch` in `bytes`, which begin at
    /// `position`, a multiple of eight. Only headers that fit whole are seen.
    static func first(
        in bytes: ByteView, at position: UInt64, identity: UInt64, epoch: UInt32
    ) -> StrayBatch? {
        var offset = 0
        while offset + BatchHeader.recordByteCount <= bytes.count {
            defer { offset += 8 }
            guard bytes.littleEndian(at: offset + 8, as: UInt64.self) == position + UInt64(offset)
            else { continue }
            let finding = RecordFinding(
                bytes.dropFirst(offset), position: position + UInt64(offset),
                room: bytes.count - offset)
            guard case .record(let header, let payload) = finding,
                header.type == RecordTypes.batch, header.epoch >= epoch,
                let batch = BatchHeader(payload), batch.identity == identity
            else { continue }
            return StrayBatch(position: position + UInt64(offset), header: batch)
        }
        return nil
    }
}
