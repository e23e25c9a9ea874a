extension Journal {
    /// Goes on after a part of the draft has reached the disk.
    func snapshotDataCompleted(_ result: Result<Int, DiskError>) throws(JournalError) {
        guard var draft = snapshots.draft, !draft.inFlight.isEmpty else {
            preconditionFailure("a part of a snapshot was under way")
        }
        if let chunk = draft.inFlight.removeFirst(),
            chunk.byteCount == SnapshotKeeper.chunkByteCount
        {
            snapshots.spareChunk = chunk
        }
        if case .failure(let error) = result {
            guard error.isOutOfSpace else { throw .disk(error) }
            draft = abandon(draft)
        }
        snapshots.draft = draft
        if case .abandoned = draft.stage, draft.isEnded, draft.inFlight.isEmpty {
            snapshots.draft = nil
            snapshots.spareChunk = nil
        }
    }

    /// Renames the draft when it and the journal up to its position are on disk: recovery must find
    /// every record that a snapshot already contains.
    func advanceSnapshot() {
        guard let draft = snapshots.draft, case .syncing = draft.stage, draft.inFlight.isEmpty,
            synced >= draft.position
        else { return }
        snapshots.draft?.stage = .renaming
        submit(
            .rename(
                DiskFile(.snapshotDraft, number: draft.position),
                to: DiskFile(.snapshot, number: draft.position)),
            lane: .background, ticket: Ticket(.snapshotRename))
    }

    /// The draft is the snapshot now; the one before it is of no more use.
    func snapshotRenameCompleted(_ result: Result<Int, DiskError>) throws(JournalError) {
        guard let draft = snapshots.draft else { preconditionFailure("a snapshot was renamed") }
        if case .failure(let error) = result { throw .disk(error) }
        if let older = snapshots.file, older.number != draft.position {
            submit(.remove(older), lane: .background, ticket: Ticket(.removal))
        }
        snapshots.position = draft.position
        snapshots.byteCount = draft.flushed
        snapshots.draft = nil
        snapshots.spareChunk = nil
    }

    /// Gives the draft up for want of room. The older snapshot still counts.
    private func abandon(_ draft: SnapshotKeeper.Draft) -> SnapshotKeeper.Draft {
        var draft = draft
        if case .abandoned = draft.stage { return draft }
        draft.stage = .abandoned
        submit(
            .remove(DiskFile(.snapshotDraft, number: draft.position)), lane: .background,
            ticket: Ticket(.removal))
        return draft
    }
}
