import Bytes

/// The deduplication window of FIFO queues: five minutes from the first accepted send, not renewed
/// by duplicates, kept after the message is deleted, gone with a purge.
extension Broker {
    /// The keyed digest of backlog, scope and identifier. The scope is the one of the queue's
    /// creation: later changes show in its attributes and have no effect, as in AWS.
    func deduplicationKey(
        of deduplicationID: ByteView, groupID: ByteView, in queue: Queue
    ) -> Hash128 {
        deduplicationKey(
            of: deduplicationID,
            within: queue.settings.creationDeduplicationScope == .messageGroup ? groupID : nil,
            in: queue.backlog)
    }

    func deduplicationKey(
        of deduplicationID: ByteView, within groupID: ByteView?, in backlog: Backlog
    ) -> Hash128 {
        var hasher = SipHasher(key: hashKey)
        hasher.update(littleEndian: backlog.number)
        if let groupID {
            hasher.update(littleEndian: UInt32(groupID.count))
            hasher.update(groupID)
        }
        hasher.update(UInt8(0))
        hasher.update(deduplicationID)
        return hasher.finish()
    }

    /// What was accepted under a deduplication identifier within the last five minutes.
    func accepted(_ key: Hash128, at instant: Instant) -> DeduplicationSlot? {
        guard let known = store.deduplicationIndex[key],
            store.deduplications[known].expiresAt > instant.milliseconds
        else { return nil }
        return store.deduplications[known]
    }

    /// Remembers an accepted identifier; makes room by forgetting up to two whose time is over.
    mutating func remember(
        _ id: MessageID, sequenceNumber: UInt64, as key: Hash128, at instant: Instant,
        in backlog: Backlog
    ) {
        forgetDeduplications(2, of: backlog, at: instant)
        // One whose time is over can still be there when more than two were.
        if let known = store.deduplicationIndex[key] { forgetDeduplication(known, of: backlog) }
        let slot = store.deduplications.allocate()
        var entry = DeduplicationSlot()
        entry.keyFirst = key.first
        entry.keySecond = key.second
        entry.idHigh = id.high
        entry.idLow = id.low
        entry.sequenceNumber = sequenceNumber
        entry.expiresAt = instant.adding(seconds: Limits.deduplicationSeconds).milliseconds
        entry.previous = backlog.lastDeduplication
        if entry.previous == 0 {
            backlog.firstDeduplication = slot
        } else {
            store.deduplications[entry.previous].next = slot
        }
        backlog.lastDeduplication = slot
        store.deduplications[slot] = entry
        store.deduplicationIndex.insert(key, slot)
        scheduleDeduplications(of: backlog)
    }

    /// Forgets up to `limit` identifiers whose time is over, the oldest first.
    mutating func forgetDeduplications(_ limit: Int, of backlog: Backlog, at instant: Instant) {
        for _ in 0..<limit {
            let oldest = backlog.firstDeduplication
            guard oldest != 0, store.deduplications[oldest].expiresAt <= instant.milliseconds
            else { return }
            forgetDeduplication(oldest, of: backlog)
        }
    }

    mutating func forgetDeduplication(_ slot: UInt32, of backlog: Backlog) {
        let entry = store.deduplications[slot]
        if entry.previous == 0 {
            backlog.firstDeduplication = entry.next
        } else {
            store.deduplications[entry.previous].next = entry.next
        }
        if entry.next == 0 {
            backlog.lastDeduplication = entry.previous
        } else {
            store.deduplications[entry.next].previous = entry.previous
        }
        store.deduplicationIndex.remove(Hash128(first: entry.keyFirst, second: entry.keySecond))
        store.deduplications.free(slot)
    }

    /// Arms the timer that forgets identifiers on a queue that receives no more sends.
    mutating func scheduleDeduplications(of backlog: Backlog) {
        guard backlog.deduplicationTimer == 0, backlog.firstDeduplication != 0 else { return }
        let expiry = store.deduplications[backlog.firstDeduplication].expiresAt
        backlog.deduplicationTimer = chores.schedule(
            at: expiry + 60_000, payload: Chore.deduplication.payload(backlog.number))
    }
}
