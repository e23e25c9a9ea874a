import Bytes

/// Long polls: receives that wait at their queue until there is a message for them, the oldest
/// served first. They are not part of the durable state.
///
/// A tick serves some of them and ends the waits of some, because very many may have their turn at
/// once: their queue is deleted, their time is over together, or a message comes to the queues of
/// all. The others follow in the next ticks, and until then those who come later stand behind them.
extension Broker {
    /// Receives that wait for a message.
    public var waitingReceiveCount: Int { waiters.count }

    /// Receives that are given messages in one tick, and as many whose wait ends.
    private var waitersPerTick: Int { max(configuration.stepsPerTick / 20, 1) }

    /// Whether waiting receives have their turn now.
    var hasWaitersToAnswer: Bool { !waiters.refused.isEmpty || !waiters.toBeServed.isEmpty }

    /// Lets a receive wait.
    mutating func park(
        _ request: ReceiveRequest, in queue: Queue, until deadline: Instant, token: UInt64
    ) {
        var waiter = WaiterSlot()
        waiter.token = token
        waiter.queue = queue.number
        waiter.count = UInt8(request.count)
        waiter.visibilityTimeout = UInt32(request.visibilityTimeout)
        if let attempt = request.attempt {
            waiter.hasAttempt = 1
            waiter.attemptFirst = attempt.first
            waiter.attemptSecond = attempt.second
        }
        let slot = waiters.slots.allocate()
        waiters.slots[slot] = waiter
        waiters.slots.append(slot, to: &queue.waiting)
        waiters.enter(slot, until: deadline)
    }

    /// Ends a wait with this answer.
    private mutating func answer(_ slot: UInt32, _ result: Result<Outcome, BrokerError>) {
        waiters.answers.append((waiters.slots[slot].token, result))
        remove(slot)
    }

    private mutating func remove(_ slot: UInt32) {
        if let queue = queues[Int(waiters.slots[slot].queue)] {
            waiters.slots.remove(slot, from: &queue.waiting)
        } else {
            waiters.slots.remove(slot, from: &waiters.refused)
        }
        waiters.leave(slot)
    }

    /// Forgets a waiting receive whose connection is gone.
    public mutating func cancelWaiter(token: UInt64) {
        if let slot = waiters[token] { remove(slot) }
    }

    /// Notes that waiting receives of a queue may find a message now.
    mutating func mayServe(_ queue: Queue) {
        guard !queue.waiting.isEmpty, !queue.isToBeServed else { return }
        queue.isToBeServed = true
        waiters.toBeServed.append(queue.number)
    }

    /// Whether a receive that comes now stands behind others that may find a message.
    func standsBehindOthers(in queue: Queue) -> Bool {
        queue.isToBeServed && !queue.waiting.isEmpty && queue.backlog.readyCount > 0
    }

    /// Gives waiting receives the messages that have become ready, and ends waits that are over, as
    /// many as a tick has time for; while there are more, `nextDeadline` is in the past.
    public mutating func serveWaiters(at now: Moment, into sink: any RecordSink) {
        var left = waitersPerTick
        // A dead-letter move may add a queue to the line meanwhile.
        while left > 0, let number = waiters.toBeServed.popFirst() {
            guard let queue = queues[Int(number)] else { continue }
            queue.isToBeServed = false
            guard !queue.waiting.isEmpty else { continue }
            let (count, isFinished) = serve(queue, limit: left, at: now, into: sink)
            if !isFinished { mayServe(queue) }
            left -= max(count, 1)
        }
        endWaits(until: now.instant, at: now, into: sink)
    }

    /// Ends the waits of receives though their time is not over, as many as a tick has time for,
    /// because the node stops.
    public mutating func releaseWaiters(at now: Moment, into sink: any RecordSink) {
        endWaits(until: Instant(milliseconds: .max), at: now, into: sink)
    }

    /// Gives up to `limit` waiting receives of a queue what is ready, the oldest first. It is
    /// finished when there is nothing for the first one that still waits.
    private mutating func serve(
        _ queue: Queue, limit: Int, at now: Moment, into sink: any RecordSink
    ) -> (count: Int, isFinished: Bool) {
        var count = 0
        while !queue.waiting.isEmpty {
            guard count < limit else { return (count, false) }
            let slot = queue.waiting.first
            let received = takeAgain(waiters.slots[slot], from: queue, at: now, into: sink)
            guard !received.isEmpty else { return (count, !isInterrupted) }
            answer(slot, .success(.received(received)))
            count += 1
        }
        return (count, true)
    }

    /// Receives as a request would that came now.
    private mutating func takeAgain(
        _ waiter: WaiterSlot, from queue: Queue, at now: Moment, into sink: any RecordSink
    ) -> [ReceivedMessage] {
        var request = ReceiveRequest(
            count: Int(waiter.count), visibilityTimeout: Int(waiter.visibilityTimeout))
        if waiter.hasAttempt == 1 {
            let attempt = Hash128(first: waiter.attemptFirst, second: waiter.attemptSecond)
            request.attempt = attempt
            // The same receive may have waited twice, because its first connection is gone.
            if let repeated = repeatAttempt(attempt, request, in: queue, at: now, into: sink) {
                return repeated
            }
        }
        return take(request, from: queue, at: now, into: sink)
    }

    /// Answers receives whose queue was deleted or whose wait is over at `instant`.
    private mutating func endWaits(
        until instant: Instant, at now: Moment, into sink: any RecordSink
    ) {
        var left = waitersPerTick
        while left > 0, !waiters.refused.isEmpty {
            answer(waiters.refused.first, .failure(BrokerError(.queueDoesNotExist)))
            left -= 1
        }
        while left > 0, let due = waiters.deadlines.popExpired(upTo: instant.milliseconds) {
            let slot = UInt32(truncatingIfNeeded: due.payload)
            waiters.slots[slot].timer = 0
            guard let queue = queues[Int(waiters.slots[slot].queue)] else {
                preconditionFailure("those whose queue was deleted were told before")
            }
            if queue.isToBeServed {
                // What became ready before the end is its own, or of those before it.
                let token = waiters.slots[slot].token
                let (count, isFinished) = serve(queue, limit: left, at: now, into: sink)
                left -= count
                guard waiters[token] == slot else { continue }
                guard isFinished else {
                    waiters.slots[slot].timer = waiters.deadlines.schedule(
                        at: due.deadline, payload: due.payload)
                    return
                }
            }
            answer(slot, .success(.received([])))
            left -= 1
        }
    }

    /// Hands out the answers of receives that waited, and forgets them.
    public mutating func takeAnswers(
        _ body: (_ token: UInt64, _ result: Result<Outcome, BrokerError>) -> Void
    ) {
        guard !waiters.answers.isEmpty else { return }
        for answer in waiters.answers { body(answer.token, answer.result) }
        waiters.answers.removeAll(keepingCapacity: true)
    }
}
