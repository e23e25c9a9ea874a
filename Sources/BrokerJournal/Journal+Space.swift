extension Journal {
    /// Bytes of all files of the journal.
    public var diskByteCount: UInt64 {
        files.count * segmentByteCount + snapshots.byteCount
            + (snapshots.draft.map { $0.flushed + UInt64($0.used) } ?? 0)
    }

    /// Whether the disk allows new messages.
    ///
    /// What is left of the budget (free bytes of the segment at the end and of the next, and what
    /// no file takes yet) must cover, all at once: `finishingByteCount`; twice the last snapshot,
    /// for the next one while the last still stands; and two segments, for compaction and for the
    /// receives and deletes until the next snapshot frees a segment. So a budget below about eight
    /// segments accepts little.
    public var hasRoom: Bool {
        guard isOnDisk else { return true }
        if files.refusal != nil { return false }
        guard let budget = settings.diskBudget else { return true }
        let reserve = finishingByteCount + 2 * snapshots.byteCount + 2 * segmentByteCount
        return freeByteCount(of: budget) >= reserve
    }

    /// Whether freeing segments is worth more work than usual.
    var isShortOfDisk: Bool {
        if files.refusal != nil { return true }
        guard let budget = settings.diskBudget else { return false }
        return diskByteCount > budget / 4 * 3 || !hasRoom
    }

    private func freeByteCount(of budget: UInt64) -> UInt64 {
        let spare = UInt64(files.spares.count) * segmentByteCount
        let prepared = files.isReady(activeNumber + 1) ? segmentByteCount : 0
        let left = segmentByteCount - UInt64(writer.used)
        return budget - min(budget, diskByteCount) + spare + prepared + left
    }
}
