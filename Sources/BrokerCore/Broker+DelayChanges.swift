import Bytes

/// A FIFO queue's delay belongs to the queue, so that a new one concerns the messages that are there.
///
/// A shorter delay ends that of the oldest ones, a longer one delays the younger of those that are
/// ready: two borders that move through the list of ages, some messages in each tick. Where they have
/// to go follows from the clock and the queue's settings alone, so that this needs no records, like
/// the end of a delay; a broker that recovers goes all the way at once. Until a longer delay has come
/// to a message nobody receives it (`awaitsDelay`).
extension Broker {
    /// Applies a FIFO queue's new delay, to `limit` messages at once and to the others in later ticks.
    mutating func applyDelayChanged(of queue: Queue, at instant: Instant, limit: Int) {
        let backlog = queue.backlog
        if backlog.delayTimer != 0 { store.wheel.cancel(backlog.delayTimer) }
        backlog.delayTimer = 0
        backlog.nextToDelay =
            backlog.firstDelayed == 0
            ? backlog.youngest : store.messages[backlog.firstDelayed].previousByAge
        _ = continueDelayChange(of: queue, at: instant, limit: limit)
        if backlog.nextToDelay != 0, !changedDelays.contains(backlog.number) {
            changedDelays.append(backlog.number)
        }
    }

    /// Looks at up to `limit` messages whose queues have a new delay.
    mutating func continueDelayChanges(at instant: Instant, limit: Int) {
        var left = limit
        while left > 0, let number = changedDelays.first {
            if let backlog = store.backlogs[Int(number)], let queue = queue(ofBacklog: backlog) {
                touch(backlog)
                left -= continueDelayChange(of: queue, at: instant, limit: left)
                guard backlog.nextToDelay == 0 else { return }
            }
            changedDelays.removeFirst()
            left -= 1
        }
    }

    /// Looks at up to `limit` messages of one queue; returns how many. What is left of a shorter delay
    /// is up to the timer, which is due.
    private mutating func continueDelayChange(
        of queue: Queue, at instant: Instant, limit: Int
    ) -> Int {
        let count = delayAgain(in: queue, at: instant, limit: limit)
        return count + endDelays(of: queue, at: instant, limit: limit - count)
    }

    /// Goes on where a snapshot was made in the midst of a change, to its end.
    mutating func finishDelayChange(of queue: Queue) {
        guard queue.backlog.nextToDelay != 0 else { return }
        applyDelayChanged(of: queue, at: latestInstant, limit: .max)
    }

    /// Delays ready messages again, from the younger to the older; returns how many it looked at.
    private mutating func delayAgain(in queue: Queue, at instant: Instant, limit: Int) -> Int {
        let backlog = queue.backlog
        var count = 0
        while backlog.nextToDelay != 0, count < limit {
            let slot = backlog.nextToDelay
            guard isDelayed(store.messages[slot], in: queue, at: instant) else {
                backlog.nextToDelay = 0
                break
            }
            // A message that was received once has had its delay.
            if store.messages[slot].place == .ready, store.messages[slot].delivery == 0 {
                store.becomeDelayedAgain(slot, in: backlog)
                backlog.firstDelayed = slot
            }
            backlog.nextToDelay = store.messages[slot].previousByAge
            count += 1
        }
        if count > 0, backlog.delayTimer != 0 {
            // It was armed for a younger one.
            store.wheel.cancel(backlog.delayTimer)
            backlog.delayTimer = 0
        }
        return count
    }

    private func isDelayed(_ message: MessageSlot, in queue: Queue, at instant: Instant) -> Bool {
        message.sentAt + UInt64(queue.settings.delaySeconds) * 1000 > instant.milliseconds
    }

    /// The first group of the ring that can be received from; 0 when there is none, or none among the
    /// first.
    func firstReceivable(in queue: Queue, at instant: Instant) -> UInt32 {
        var group = queue.backlog.ringHead
        guard queue.backlog.nextToDelay != 0 else { return group }
        var left = Limits.chores / 4
        while group != 0, awaitsDelay(store.groups[group].head, in: queue, at: instant) {
            left -= 1
            guard left > 0 else { return 0 }
            group = store.groups[group].ringNext
        }
        return group
    }

    /// Whether a ready message is only ready because a longer delay has not come to it yet.
    func awaitsDelay(_ slot: UInt32, in queue: Queue, at instant: Instant) -> Bool {
        queue.backlog.nextToDelay != 0 && store.messages[slot].delivery == 0
            && !store.messages[slot].flags.contains(.agedInHeap)
            && isDelayed(store.messages[slot], in: queue, at: instant)
    }
}
