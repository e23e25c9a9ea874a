import Bytes

/// What a deadline of the `chores` wheel is for. Its payload has the kind in the top byte.
enum Chore: UInt8 {
    case retention = 1
    case deduplication = 2
    case attempts = 3
    case moveTask = 4
    case delivery = 5
    case throttle = 6
    case subscription = 7

    func payload(_ number: UInt32) -> UInt64 { UInt64(rawValue) << 56 | UInt64(number) }
}

/// Time passes.
///
/// Two wheels, for two kinds of change. Visibility and delays follow from the clock alone: any
/// broker in this state makes the same messages ready at the same instants, so they need no record
/// and also pass while records are applied. The chores free slots, and so happen only in a running
/// broker, by records.
extension Broker {
    /// Does everything that has fallen due, at most a bounded number of things in one call; while
    /// more is due, `nextDeadline` is in the past.
    public mutating func advance(to now: Moment, into sink: any RecordSink) {
        passTime(to: now.instant, limit: configuration.stepsPerTick)
        var left = Limits.chores
        while left > 0, let due = chores.popExpired(upTo: now.instant.milliseconds) {
            let number = UInt32(truncatingIfNeeded: due.payload)
            guard let chore = Chore(rawValue: UInt8(due.payload >> 56)) else {
                preconditionFailure("every chore has a kind")
            }
            left -= 1 + perform(chore, number, at: now, into: sink)
        }
        if !abandoned.isEmpty {
            beginRecord(at: now)
            scratch.append(littleEndian: UInt32(Limits.chores))
            endRecord(.messagesSwept, into: sink)
            applySwept(Limits.chores, at: now)
        }
        if !deletedTopics.isEmpty || !deletedPlatforms.isEmpty { sweepDeletedTopics() }
        if !changedDelays.isEmpty {
            continueDelayChanges(at: now.instant, limit: configuration.stepsPerTick)
        }
        if !resets.waiting.isEmpty { continueReset(at: now, into: sink) }
        receiversLeft = configuration.receiversPerTick
        deadLettersLeft = configuration.deadLettersPerTick
        continuePublishes(at: now, into: sink)
    }

    /// When `advance` or `serveWaiters` next has something to do; nil when nothing waits for its time.
    public var nextDeadline: Instant? {
        if !abandoned.isEmpty || hasWaitersToAnswer || hasChangesToFinish {
            return latestInstant
        }
        if unfinishedPublishes.count > 0 && !waitsForDisk { return latestInstant }
        let first = min(
            store.wheel.nextDeadline ?? .max, chores.nextDeadline ?? .max,
            waiters.deadlines.nextDeadline ?? .max)
        return first == .max ? nil : Instant(milliseconds: first)
    }

    /// Whether changes of very many things are to be continued.
    private var hasChangesToFinish: Bool {
        !deletedTopics.isEmpty || !deletedPlatforms.isEmpty || !changedDelays.isEmpty
            || !resets.waiting.isEmpty
    }

    /// Does a chore and returns how many slots it freed.
    private mutating func perform(
        _ chore: Chore, _ number: UInt32, at now: Moment, into sink: any RecordSink
    ) -> Int {
        let slotCount = store.messages.count + store.deduplications.count + store.attempts.count
        switch chore {
        case .retention:
            let backlog = store.backlog(number)
            backlog.retentionTimer = 0
            guard let queue = queue(ofBacklog: backlog) else { break }
            _ = expire(queue, at: now, into: sink)
            scheduleRetention(of: queue)
            // A group may have lost the message that locked it.
            mayServe(queue)
        case .deduplication:
            let backlog = store.backlog(number)
            backlog.deduplicationTimer = 0
            beginRecord(at: now)
            scratch.append(littleEndian: number)
            scratch.append(littleEndian: UInt32(Limits.chores))
            endRecord(.deduplicationsExpired, into: sink)
            applyDeduplicationsExpired(Limits.chores, of: backlog, at: now)
            scheduleDeduplications(of: backlog)
        case .attempts:
            attemptTimer = 0
            beginRecord(at: now)
            scratch.append(littleEndian: UInt32(Limits.chores))
            endRecord(.attemptsExpired, into: sink)
            forgetAttempts(Limits.chores, at: now.instant)
            scheduleAttempts()
        case .moveTask:
            step(task: number, at: now, into: sink)
        case .delivery:
            becomeDue(number)
        case .throttle:
            endThrottle(of: number)
        case .subscription:
            endToken(ofSubscription: number, at: now, into: sink)
        }
        return slotCount - store.messages.count - store.deduplications.count
            - store.attempts.count
    }

    mutating func applyDeduplicationsExpired(_ limit: Int, of backlog: Backlog, at now: Moment) {
        touch(backlog)
        forgetDeduplications(limit, of: backlog, at: now.instant)
    }

    // MARK: Visibility and delays

    /// Makes ready what is due at `instant`, the earliest first, up to `limit` messages.
    mutating func passTime(to instant: Instant, limit: Int) {
        var left = limit
        while left > 0, let due = store.wheel.popExpired(upTo: instant.milliseconds) {
            let number = UInt32(truncatingIfNeeded: due.payload)
            if due.payload >> 56 == 0 {
                let backlog = store.backlog(store.backlogNumber(of: number))
                touch(backlog)
                store.deliveries[store.messages[number].delivery].link = 0
                store.becomeReadyAgain(
                    number, at: Instant(milliseconds: due.deadline), in: backlog)
                if let queue = queue(ofBacklog: backlog) { mayServe(queue) }
                left -= 1
            } else {
                let backlog = store.backlog(number)
                touch(backlog)
                backlog.delayTimer = 0
                guard let queue = queue(ofBacklog: backlog) else { continue }
                // Only what is due by this deadline, so that groups become receivable in the same
                // order however far the time jumps.
                left -= endDelays(
                    of: queue, at: Instant(milliseconds: due.deadline), limit: left)
            }
        }
    }

    /// Makes ready the delayed messages of a FIFO queue that are due; returns how many.
    mutating func endDelays(of queue: Queue, at instant: Instant, limit: Int) -> Int {
        let backlog = queue.backlog
        let delay = UInt64(queue.settings.delaySeconds) * 1000
        var count = 0
        while count < limit, backlog.firstDelayed != 0,
            store.messages[backlog.firstDelayed].sentAt + delay <= instant.milliseconds
        {
            let slot = backlog.firstDelayed
            backlog.firstDelayed = store.nextDelayed(after: slot)
            store.becomeReadyAgain(slot, at: instant, in: backlog)
            count += 1
        }
        scheduleDelay(of: queue)
        mayServe(queue)
        return count
    }

    /// Arms the timer for the oldest delayed message of a FIFO queue.
    mutating func scheduleDelay(of queue: Queue) {
        let backlog = queue.backlog
        guard backlog.delayTimer == 0, backlog.firstDelayed != 0 else { return }
        let delay = UInt64(queue.settings.delaySeconds) * 1000
        backlog.delayTimer = store.wheel.schedule(
            at: store.messages[backlog.firstDelayed].sentAt + delay,
            payload: 1 << 56 | UInt64(backlog.number))
    }

    // MARK: Retention and sweeping

    /// Arms the timer for the oldest message of a queue.
    mutating func scheduleRetention(of queue: Queue) {
        let backlog = queue.backlog
        guard backlog.retentionTimer == 0 else { return }
        let oldest = store.oldest(in: backlog)
        guard oldest != 0 else { return }
        let end = Instant(milliseconds: store.messages[oldest].sentAt)
            .adding(seconds: queue.settings.messageRetentionPeriod)
        backlog.retentionTimer = chores.schedule(
            at: end.milliseconds, payload: Chore.retention.payload(backlog.number))
    }

    /// Removes messages of a queue that have outlived the retention period, a bounded number of
    /// them; false when there are more, which the retention timer goes on with.
    mutating func expire(_ queue: Queue, at now: Moment, into sink: any RecordSink) -> Bool {
        guard hasExpired(queue, at: now.instant) else { return true }
        beginRecord(at: now)
        scratch.append(littleEndian: queue.backlog.number)
        scratch.append(littleEndian: UInt32(Limits.chores))
        endRecord(.messagesExpired, into: sink)
        applyExpired(Limits.chores, from: queue, at: now)
        return !hasExpired(queue, at: now.instant)
    }

    private func hasExpired(_ queue: Queue, at instant: Instant) -> Bool {
        let oldest = store.oldest(in: queue.backlog)
        guard oldest != 0 else { return false }
        return Instant(milliseconds: store.messages[oldest].sentAt)
            .adding(seconds: queue.settings.messageRetentionPeriod) <= instant
    }

    mutating func applyExpired(_ limit: Int, from queue: Queue, at now: Moment) {
        touch(queue.backlog)
        var count = 0
        while count < limit, hasExpired(queue, at: now.instant) {
            store.remove(
                store.oldest(in: queue.backlog), at: now.instant, from: queue.backlog)
            count += 1
        }
        statistics.messagesExpired += UInt64(count)
    }

    /// Frees a bounded part of what purged and deleted queues have left.
    mutating func applySwept(_ limit: Int, at now: Moment) {
        var left = limit
        while left > 0, let number = abandoned.first {
            let backlog = store.backlog(number)
            touch(backlog)
            let oldest = store.oldest(in: backlog)
            if oldest != 0 {
                store.remove(oldest, at: now.instant, from: backlog)
            } else if backlog.firstDeduplication != 0 {
                forgetDeduplication(backlog.firstDeduplication, of: backlog)
            } else {
                if backlog.plainLane != 0 { store.groups.free(backlog.plainLane) }
                store.backlogs[Int(number)] = nil
                abandoned.removeFirst()
            }
            left -= 1
        }
    }
}
