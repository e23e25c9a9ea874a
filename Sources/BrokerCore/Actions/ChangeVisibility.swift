import Bytes

/// ChangeMessageVisibility and ChangeMessageVisibilityBatch.
extension Broker {
    mutating func perform(
        _ change: ChangeMessageVisibility, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let queue = try queue(change.queue)
        try changeVisibility(
            change.receiptHandle, to: change.visibilityTimeout, in: queue, at: now, into: sink)
    }

    mutating func perform(
        _ change: ChangeMessageVisibilityBatch, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> [BatchResult<Void>] {
        let queue = try queue(change.queue)
        try Batches.checkCount(
            change.entries.count, entryName: "ChangeMessageVisibilityBatchRequestEntry")
        try Batches.checkIDs(of: change.entries, { $0.id }, into: &batchIDs)
        batchResults.removeAll(keepingCapacity: true)
        for (index, entry) in change.entries.enumerated() {
            do throws(BrokerError) {
                try changeVisibility(
                    entry.receiptHandle, to: entry.visibilityTimeout, in: queue, at: now,
                    into: sink)
                batchResults.append(BatchResult(id: batchIDs[index], result: .success(())))
            } catch {
                batchResults.append(BatchResult(id: batchIDs[index], result: .failure(error)))
            }
        }
        return batchResults
    }

    /// A message that is visible already stays so, and the answer is yes: a late change must not
    /// hide it again.
    private mutating func changeVisibility(
        _ handle: ByteView?, to timeout: Int?, in queue: Queue, at now: Moment,
        into sink: any RecordSink
    ) throws(BrokerError) {
        guard let timeout else { throw .missing(parameter: "VisibilityTimeout") }
        try checkVisibilityTimeout(timeout, reason: "")
        let slot: UInt32
        switch try receipt(handle, of: queue) {
        case .gone: throw notAvailable(handle)
        case .latest(let found): slot = found
        case .superseded(let found):
            // AWS lets an earlier handle of a standard queue act on the delivery that followed.
            guard !queue.settings.isFIFO else { throw notAvailable(handle) }
            slot = found
        }
        guard isInFlight(slot, at: now.instant) else {
            guard !queue.settings.isFIFO else { throw notAvailable(handle) }
            return
        }
        let visibleAt = now.instant.adding(seconds: timeout)
        let delivery = store.messages[slot].delivery
        let end = Instant(milliseconds: store.deliveries[delivery].receivedAt)
            .adding(seconds: Limits.visibilitySeconds)
        guard visibleAt <= end else {
            throw .invalidValue(
                String(timeout), parameter: "VisibilityTimeout",
                reason: "Total VisibilityTimeout for the message is beyond the limit "
                    + "[\(Limits.visibilitySeconds) seconds]")
        }
        recordVisibility(of: [slot], until: visibleAt, in: queue, at: now, into: sink)
    }

    private func notAvailable(_ handle: ByteView?) -> BrokerError {
        .invalidValue(
            handle?.string ?? "", parameter: "ReceiptHandle",
            reason: "Message does not exist or is not available for visibility timeout change.")
    }

    /// With `attempt`, the change is a repeated receive of the attempt with this digest.
    mutating func recordVisibility(
        of slots: [UInt32], until visibleAt: Instant, attempt: Hash128? = nil, in queue: Queue,
        at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        scratch.append(littleEndian: queue.backlog.number)
        scratch.append(littleEndian: visibleAt.milliseconds)
        scratch.append(UInt8(slots.count))
        for slot in slots { scratch.append(littleEndian: slot) }
        scratch.append(littleEndian: attempt?.first ?? 0)
        scratch.append(littleEndian: attempt?.second ?? 0)
        endRecord(.visibilityChanged, into: sink)
        applyVisibility(of: slots, until: visibleAt, attempt: attempt, in: queue, at: now)
    }

    /// The in-flight messages of a `visibilityChanged` record become visible at another time.
    mutating func applyVisibility(
        of slots: [UInt32], until visibleAt: Instant, attempt: Hash128?, in queue: Queue,
        at now: Moment
    ) {
        touch(queue.backlog)
        if let known = attempt.flatMap({ store.attemptIndex[$0] }) {
            store.attempts[known].visibleAt = visibleAt.milliseconds
        }
        for slot in slots {
            if visibleAt <= now.instant {
                store.becomeReadyAgain(slot, at: now.instant, in: queue.backlog)
            } else {
                store.changeVisibility(slot, until: visibleAt.milliseconds)
            }
        }
        mayServe(queue)
    }
}
