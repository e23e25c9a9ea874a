import Bytes

/// DeleteMessage and DeleteMessageBatch.
extension Broker {
    mutating func perform(
        _ delete: DeleteMessage, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let queue = try queue(delete.queue)
        guard let slot = try messageToDelete(delete.receiptHandle, of: queue, at: now) else {
            return
        }
        taken.removeAll(keepingCapacity: true)
        taken.append(slot)
        deleteTaken(from: queue, at: now, into: sink)
    }

    mutating func perform(
        _ delete: DeleteMessageBatch, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> [BatchResult<Void>] {
        let queue = try queue(delete.queue)
        try Batches.checkCount(delete.entries.count, entryName: "DeleteMessageBatchRequestEntry")
        try Batches.checkIDs(of: delete.entries, { $0.id }, into: &batchIDs)
        batchResults.removeAll(keepingCapacity: true)
        taken.removeAll(keepingCapacity: true)
        for (index, entry) in delete.entries.enumerated() {
            do throws(BrokerError) {
                let slot = try messageToDelete(entry.receiptHandle, of: queue, at: now)
                if let slot, !taken.contains(slot) { taken.append(slot) }
                batchResults.append(BatchResult(id: batchIDs[index], result: .success(())))
            } catch {
                batchResults.append(BatchResult(id: batchIDs[index], result: .failure(error)))
            }
        }
        if !taken.isEmpty { deleteTaken(from: queue, at: now, into: sink) }
        return batchResults
    }

    /// The message that a handle lets its holder delete; nil when there is nothing to do.
    ///
    /// On a standard queue a handle is good until the message is received again, even after its
    /// visibility timeout; an older one succeeds and deletes nothing. On a FIFO queue it is good
    /// while the message is in flight.
    private mutating func messageToDelete(
        _ handle: ByteView?, of queue: Queue, at now: Moment
    ) throws(BrokerError) -> UInt32? {
        switch try receipt(handle, of: queue) {
        case .gone: return nil
        case .latest(let slot):
            guard queue.settings.isFIFO, !isInFlight(slot, at: now.instant) else { return slot }
        case .superseded:
            guard queue.settings.isFIFO else { return nil }
        }
        throw .invalidValue(
            handle?.string ?? "", parameter: "ReceiptHandle",
            reason: "The receipt handle has expired.")
    }

    private mutating func deleteTaken(
        from queue: Queue, at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        scratch.append(littleEndian: queue.backlog.number)
        scratch.append(UInt8(taken.count))
        for slot in taken { scratch.append(littleEndian: slot) }
        endRecord(.messagesDeleted, into: sink)
        applyDeleted(taken, from: queue, at: now)
        statistics.messagesDeleted += UInt64(taken.count)
    }

    /// The messages of a `messagesDeleted` record are gone.
    mutating func applyDeleted(_ slots: [UInt32], from queue: Queue, at now: Moment) {
        touch(queue.backlog)
        for slot in slots { store.remove(slot, at: now.instant, from: queue.backlog) }
        // A FIFO group whose first message is gone may be received from again, and any queue
        // that had too many messages in flight.
        mayServe(queue)
    }
}
