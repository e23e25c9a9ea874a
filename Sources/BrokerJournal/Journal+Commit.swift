import Bytes

extension Journal {
    /// Starts one write and sync of everything appended, unless one is under way, and whatever
    /// else is due in the background. Call once per tick, after `poll` and after the replies that
    /// `poll` released were encoded. `now` is any monotonic clock in milliseconds.
    public func commit(at now: UInt64) {
        guard isOnDisk, case .open = phase else { return }
        lastTick = now
        if isCommitDue(at: now) { startCommit(at: now) }
        trimMemory()
        warmAhead()
        continuePreparation()
        advanceSnapshot()
        startReads()
    }

    /// When `commit` has to be called at the latest though nothing happens; nil when never. In the
    /// past when something was appended that no commit has taken and that could be written now.
    public var nextDeadline: UInt64? {
        guard isOnDisk, case .idle = commitState, synced < writer.end else { return nil }
        if case .interval(let milliseconds) = settings.durability {
            return lastCommitStart + milliseconds
        }
        let number = fullWriters.first { $0.batch != nil }.map { $0.base / segmentByteCount }
        return files.isReady(number ?? activeNumber) ? lastCommitStart : nil
    }

    private func isCommitDue(at now: UInt64) -> Bool {
        guard case .interval(let milliseconds) = settings.durability else { return true }
        // A quarter of a segment waiting is as good a reason as the time.
        return now >= lastCommitStart + milliseconds
            || writer.end - synced >= segmentByteCount / 4
    }

    /// Writes out the oldest batch, unless a write is under way or its file is not there yet.
    func startCommit(at now: UInt64) {
        guard case .idle = commitState else { return }
        while let full = fullWriters.first, full.batch == nil { fullWriters.removeFirst() }
        if fullWriters.isEmpty {
            guard writer.batch != nil, files.isReady(activeNumber) else { return }
            write(from: &writer, at: now)
        } else {
            guard files.isReady(fullWriters[0].base / segmentByteCount) else { return }
            write(from: &fullWriters[0], at: now)
        }
    }

    /// Closes the writer's batch and submits it, rounded out to whole pages: what stands before it
    /// on its first page is rewritten as it is, what stands after it is no batch yet.
    private func write(from writer: inout SegmentWriter, at now: UInt64) {
        let batch = writer.closeBatch(
            identity: identity, previousEnd: synced, shard: settings.shard)
        guard let batch else { preconditionFailure("there is a batch to be written") }
        let pages = PageMemory.pages(around: batch)
        submit(
            .write(
                .segment(writer.base / segmentByteCount), offset: UInt64(pages.lowerBound),
                from: writer.memory.diskMemory(pages), sync: true),
            lane: .commit, ticket: Ticket(.commit))
        commitState = .writing(end: writer.base + UInt64(batch.upperBound))
        lastCommitStart = now
    }

    /// Lets go of the oldest segments' memory while there is too much, and has memory at hand
    /// before the segment at the end is full.
    private func trimMemory() {
        let soonFull = writer.used > writer.memory.byteCount / 4 * 3
        guard memory.isOverBudget || (soonFull && memory.isSpent) else { return }
        for segment in segments.all where segment.number < activeNumber {
            guard let bytes = segment.memory else { continue }
            guard (segment.number + 1) * segmentByteCount <= syncedSegmentStart else { return }
            segment.memory = nil
            memory.give(bytes)
            guard memory.isOverBudget || (soonFull && memory.isSpent) else { return }
        }
    }

    /// Has fresh pages found in the background that appends will reach soon. The first touch of a
    /// large page can take milliseconds where a hypervisor has to find the memory.
    private func warmAhead() {
        // A journal in which little happens takes no more memory than it needs.
        guard writer.used >= Journal.warmingByteCount else { return }
        warm(writer.memory, upTo: writer.used + Journal.warmByteCount)
        guard writer.used > writer.memory.byteCount / 4 * 3, let next = memory.makeSpare()
        else { return }
        warm(next, upTo: Journal.warmByteCount)
    }

    private func warm(_ memory: PageMemory, upTo end: Int) {
        guard let range = memory.takeFresh(upTo: end) else { return }
        disk.warm(memory, range)
    }

    /// The start of the oldest segment that is not wholly on disk.
    var syncedSegmentStart: UInt64 { fullWriters.first?.base ?? writer.base }
}

extension PageMemory {
    /// The whole pages that hold `range`.
    static func pages(around range: Range<Int>) -> Range<Int> {
        range.lowerBound & ~(pageByteCount - 1)..<(range.upperBound + pageByteCount - 1)
            & ~(pageByteCount - 1)
    }
}
