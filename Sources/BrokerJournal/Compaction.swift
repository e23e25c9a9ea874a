import Bytes

/// The segment whose live records are being appended again, so that its file becomes free.
struct Compaction {
    /// How many bytes of a segment one call walks over: twice what was appended since the last
    /// call, so that space is freed as fast as it is used, within bounds for one tick.
    static let strideByteCounts = UInt64(128 << 10)...UInt64(2 << 20)
    /// How much is read at a time when the segment is not in memory.
    static let readByteCount = 1 << 20

    /// The segment.
    let number: UInt64
    /// How far its records were handed out.
    var scan: SegmentScan
    /// What was read of it, and where that begins.
    var buffer: PageMemory?
    var bufferStart = 0
    var bufferCount = 0
    /// Whether a read is under way.
    var isReading = false
    /// The end of the journal at the last call.
    var appended: UInt64

    /// What is loaded from the scan's offset on.
    func loaded(_ segment: Segment) -> ByteView {
        if let memory = segment.memory { return memory.view(scan.offset..<memory.byteCount) }
        guard let buffer, scan.offset >= bufferStart,
            scan.offset < bufferStart + bufferCount
        else { return ByteView() }
        return buffer.view(scan.offset - bufferStart..<bufferCount)
    }
}

extension Journal {
    /// When dead bytes exceed live ones, walks over the sparsest segment, reading it off the loop,
    /// and hands its records to `relocate`, which appends again what is still live: a bounded
    /// stretch per call. The segment is reclaimed like any other that holds nothing live.
    public func compact(
        liveByteCount: (_ segment: UInt64) -> UInt64,
        relocate: (_ type: UInt8, _ payload: ByteView, _ position: JournalPosition) -> Void
    ) {
        guard case .open = phase, let work = compaction ?? nextCompaction(), !work.isReading
        else { return }
        guard let segment = segments[work.number], liveByteCount(work.number) > 0 else {
            compaction = nil
            return
        }
        compaction = advance(work, over: segment, relocate)
    }

    /// Walks one stretch; nil when the segment is done.
    private func advance(
        _ begun: Compaction, over segment: Segment,
        _ relocate: (_ type: UInt8, _ payload: ByteView, _ position: JournalPosition) -> Void
    ) -> Compaction? {
        var work = begun
        work.appended = writer.end
        let stride = Compaction.strideByteCounts.clamp(2 * (writer.end - begun.appended))
        while work.scan.offset < begun.scan.offset + Int(stride) {
            switch work.scan.next(work.loaded(segment)) {
            case .batch:
                continue
            case .record(let header, let payload, _):
                relocate(header.type, payload, JournalPosition(offset: header.position))
            case .needs(let end):
                read(&work, upTo: end)
                return work
            case .end:
                segment.isCompacted = true
                return nil
            }
        }
        return work
    }

    private func read(_ work: inout Compaction, upTo end: Int) {
        let start = work.scan.offset
        let range = PageMemory.pages(around: start..<max(end, start + Compaction.readByteCount))
            .clamped(to: 0..<Int(segmentByteCount))
        if (work.buffer?.byteCount ?? 0) < range.count {
            work.buffer = PageMemory(byteCount: range.count)
        }
        guard let buffer = work.buffer else { return }
        work.bufferStart = range.lowerBound
        work.bufferCount = range.count
        work.isReading = true
        submit(
            .read(
                .segment(work.number), offset: UInt64(range.lowerBound),
                into: buffer.diskMemory(0..<range.count)),
            lane: .read, ticket: Ticket(.compaction))
    }

    /// A stretch of the segment was read; the next `compact` goes on.
    func compactionReadCompleted(_ result: Result<Int, DiskError>) throws(JournalError) {
        switch result {
        case .success(let count):
            // What the file lacks is zero, which is no record.
            if let work = compaction { work.buffer?.clear(count..<work.bufferCount) }
            compaction?.isReading = false
        case .failure(let error):
            throw .disk(error)
        }
    }

    /// Begins with the sparsest segment of the last survey when that is worth it: dead exceeds
    /// live, or a quarter of live while the disk is short.
    private func nextCompaction() -> Compaction? {
        guard let findings = survey.last, let number = findings.sparsest else { return nil }
        survey.last = nil
        let live = findings.liveByteCount
        let dead =
            findings.segmentCount * segmentByteCount
            - min(
                live, findings.segmentCount * segmentByteCount)
        guard dead > (isShortOfDisk ? live / 4 : live) else { return nil }
        return Compaction(
            number: number,
            scan: SegmentScan(
                identity: identity, number: number, byteCount: segmentByteCount, epoch: 0),
            appended: writer.end)
    }
}

extension ClosedRange {
    /// The bound or value nearest to `value`.
    fileprivate func clamp(_ value: Bound) -> Bound {
        Swift.min(Swift.max(value, lowerBound), upperBound)
    }
}
