import Bytes

extension Journal {
    /// Takes what the disk has finished. A failed write or sync is final, because what reached the
    /// disk is unknown: the error is thrown again ever after, and the process should stop.
    public func poll() throws(JournalError) {
        if case .failed(let error) = phase { throw error }
        var failure: JournalError?
        disk.takeCompletions { completion in
            do throws(JournalError) {
                try complete(Ticket(number: completion.ticket), completion.result)
            } catch {
                failure = failure ?? error
            }
        }
        if failure == nil, let damage = cold.damage { failure = .damaged(damage) }
        guard let failure else { return }
        phase = .failed(failure)
        throw failure
    }

    private func complete(
        _ ticket: Ticket, _ result: Result<Int, DiskError>
    ) throws(JournalError) {
        switch ticket.purpose {
        case .commit:
            try commitCompleted(result)
        case .preparation:
            try preparationCompleted(result)
        case .snapshotData:
            try snapshotDataCompleted(result)
        case .snapshotRename:
            try snapshotRenameCompleted(result)
        case .removal:
            // A file that could not be removed is found and removed at the next start.
            break
        case .window:
            try windowCompleted(ticket.detail, result)
        case .compaction:
            try compactionReadCompleted(result)
        }
    }

    private func commitCompleted(_ result: Result<Int, DiskError>) throws(JournalError) {
        guard case .writing(let end) = commitState else {
            preconditionFailure("a commit is under way")
        }
        if case .failure(let error) = result { throw .disk(error) }
        precondition(end >= synced, "the journal never forgets")
        commitState = .idle
        synced = end
    }

    /// Commits what is appended, waits for the disk and closes it. A snapshot that is under way is
    /// given up.
    public func close() throws(JournalError) {
        guard case .open = phase else { return disk.close() }
        defer { disk.close() }
        guard isOnDisk else {
            phase = .closed
            return
        }
        while true {
            continuePreparation()
            startCommit(at: lastCommitStart)
            if case .idle = commitState, synced == writer.end { break }
            disk.awaitCompletion()
            try poll()
        }
        phase = .closed
    }
}
