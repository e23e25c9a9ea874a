import Bytes

/// ReceiveRequestAttemptId: within five minutes a receive of a FIFO queue can be repeated, and
/// returns the same messages with the same handles, hidden anew, unless any of them was deleted or
/// its visibility changed or passed.
extension Broker {
    func attemptKey(_ id: ByteView, in backlog: Backlog) -> Hash128 {
        var hasher = SipHasher(key: hashKey)
        hasher.update(littleEndian: backlog.number)
        hasher.update(UInt8(1))
        hasher.update(id)
        return hasher.finish()
    }

    /// The messages of an earlier receive with this identifier, hidden anew; nil when it has to be
    /// a new receive.
    mutating func repeatAttempt(
        _ key: Hash128, _ request: ReceiveRequest, in queue: Queue, at now: Moment,
        into sink: any RecordSink
    ) -> [ReceivedMessage]? {
        guard let slot = store.attemptIndex[key],
            store.attempts[slot].expiresAt > now.instant.milliseconds
        else { return nil }
        let attempt = store.attempts[slot]
        taken.removeAll(keepingCapacity: true)
        for index in 0..<Int(attempt.count) {
            let message = UInt32(truncatingIfNeeded: attempt.messages[index] >> 32)
            let generation = UInt32(truncatingIfNeeded: attempt.messages[index])
            guard store.messages[message].generation == generation,
                isInFlight(message, at: now.instant),
                store.backlogNumber(of: message) == queue.backlog.number,
                store.deliveries[store.messages[message].delivery].receiveCount
                    == attempt.receives[index],
                store.deliveries[store.messages[message].delivery].visibleAt == attempt.visibleAt
            else { return nil }
            taken.append(message)
        }
        let visibleAt = now.instant.adding(seconds: request.visibilityTimeout)
        // The repetition does not lengthen the time that a message can be in flight at most.
        let end = Instant(
            milliseconds: store.deliveries[store.messages[taken[0]].delivery].receivedAt
        ).adding(seconds: Limits.visibilitySeconds)
        let slots = taken
        let answer = describeTaken(in: queue)
        recordVisibility(
            of: slots, until: min(visibleAt, end), attempt: key, in: queue, at: now, into: sink)
        return answer
    }

    /// Remembers the messages in `taken` as those of one attempt.
    mutating func rememberAttempt(_ key: Hash128, at now: Moment) {
        forgetAttempts(2, at: now.instant)
        if let known = store.attemptIndex[key] { forgetAttempt(known) }
        guard store.attempts.count < Limits.attempts, !taken.isEmpty else { return }
        let slot = store.attempts.allocate()
        var attempt = AttemptSlot()
        attempt.keyFirst = key.first
        attempt.keySecond = key.second
        attempt.expiresAt = now.instant.adding(seconds: Limits.deduplicationSeconds).milliseconds
        attempt.count = UInt32(taken.count)
        for (index, message) in taken.enumerated() {
            let generation = store.messages[message].generation
            attempt.messages[index] = UInt64(message) << 32 | UInt64(generation)
            let delivery = store.messages[message].delivery
            attempt.receives[index] = store.deliveries[delivery].receiveCount
            attempt.visibleAt = store.deliveries[delivery].visibleAt
        }
        attempt.previous = store.lastAttempt
        if attempt.previous == 0 {
            store.firstAttempt = slot
        } else {
            store.attempts[attempt.previous].next = slot
        }
        store.lastAttempt = slot
        store.attempts[slot] = attempt
        store.attemptIndex.insert(key, slot)
        scheduleAttempts()
    }

    /// Forgets up to `limit` attempts whose time is over, the oldest first.
    mutating func forgetAttempts(_ limit: Int, at instant: Instant) {
        for _ in 0..<limit {
            let oldest = store.firstAttempt
            guard oldest != 0, store.attempts[oldest].expiresAt <= instant.milliseconds
            else { return }
            forgetAttempt(oldest)
        }
    }

    private mutating func forgetAttempt(_ slot: UInt32) {
        let attempt = store.attempts[slot]
        if attempt.previous == 0 {
            store.firstAttempt = attempt.next
        } else {
            store.attempts[attempt.previous].next = attempt.next
        }
        if attempt.next == 0 {
            store.lastAttempt = attempt.previous
        } else {
            store.attempts[attempt.next].previous = attempt.previous
        }
        store.attemptIndex.remove(Hash128(first: attempt.keyFirst, second: attempt.keySecond))
        store.attempts.free(slot)
    }

    /// Arms the timer that forgets attempts when no new ones come.
    mutating func scheduleAttempts() {
        guard attemptTimer == 0, store.firstAttempt != 0 else { return }
        attemptTimer = chores.schedule(
            at: store.attempts[store.firstAttempt].expiresAt + 60_000,
            payload: Chore.attempts.payload(0))
    }
}
