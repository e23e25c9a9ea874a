import Bytes

/// Dead-letter queues: a message that was received as often as the redrive policy allows goes to
/// the dead-letter queue instead of to the next receiver.
extension Broker {
    /// Moves a ready message to the dead-letter queue when its receives are used up; false when it
    /// is to be received. One record makes the move whole. `isInterrupted` tells when a tick has no
    /// time for another.
    ///
    /// A dead-letter queue that was deleted, or does not allow this source any more, takes nothing:
    /// then the message goes on being received. Only receives in this queue count, so that a
    /// dead-letter queue can have one of its own, and a message never goes round in circles.
    mutating func deadLetterIfExhausted(
        _ slot: UInt32, of queue: Queue, at now: Moment, into sink: any RecordSink
    ) -> Bool {
        guard let policy = queue.settings.redrivePolicy else { return false }
        let delivery = store.messages[slot].delivery
        guard delivery != 0 else { return false }
        let receives = UInt16(truncatingIfNeeded: store.deliveries[delivery].receiveCount)
        guard Int(receives &- store.messages[slot].receivesBefore) >= policy.maxReceiveCount,
            let target = self.queue(of: policy.target), target !== queue,
            target.settings.isFIFO == queue.settings.isFIFO,
            target.settings.redriveAllowPolicy?.allows(sourceARN: queue.identity.arn) ?? true
        else { return false }
        beginRecord(at: now)
        scratch.append(littleEndian: queue.backlog.number)
        scratch.append(littleEndian: slot)
        scratch.append(littleEndian: target.number)
        endRecord(.messageDeadLettered, into: sink)
        applyDeadLettered(slot, from: queue, to: target, at: now)
        statistics.messagesDeadLettered += 1
        deadLettersLeft -= 1
        isInterrupted = deadLettersLeft <= 0
        return true
    }

    /// The ready message of a `messageDeadLettered` record is in the dead-letter queue.
    ///
    /// It keeps its identifier, record and receive count; on standard queues its age too. On FIFO
    /// queues the time in the dead-letter queue counts anew, and its deduplication identifier
    /// becomes its message identifier.
    mutating func applyDeadLettered(
        _ slot: UInt32, from queue: Queue, to target: Queue, at now: Moment
    ) {
        let number = deadLetterSourceNumber(of: queue.identity)
        touch(queue.backlog)
        touch(target.backlog)
        let group = store.digest(of: store.messages[slot].group, in: queue.backlog)
        store.detach(slot, at: now.instant, from: queue.backlog)
        let delivery = store.messages[slot].delivery
        store.deliveries[delivery].deadLetterSource = number
        store.messages[slot].receivesBefore = UInt16(
            truncatingIfNeeded: store.deliveries[delivery].receiveCount)
        if queue.settings.isFIFO {
            store.messages[slot].flags.insert(.deduplicatedByID)
            store.messages[slot].sentAt = now.instant.milliseconds
        }
        arrive(slot, group: group, in: target)
        // What stood behind it in its group may be received now.
        if queue.settings.isFIFO { mayServe(queue) }
    }

    /// A message from another queue is ready in this one.
    mutating func arrive(_ slot: UInt32, group: Hash128?, in queue: Queue) {
        store.attach(slot, group: group, to: queue.backlog)
        store.becomeReadyAtFirst(slot, in: queue.backlog)
        // It may be older than what the timer was set for.
        if queue.backlog.retentionTimer != 0 { chores.cancel(queue.backlog.retentionTimer) }
        queue.backlog.retentionTimer = 0
        scheduleRetention(of: queue)
        mayServe(queue)
    }
}
