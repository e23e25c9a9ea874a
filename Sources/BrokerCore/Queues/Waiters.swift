import Bytes

/// Long polls: receives that wait at their queue until there is a message for them, the oldest
/// served first. They are not part of the durable state.
extension Broker {
    /// Receives that wait for a message.
    public var waitingReceiveCount: Int { waiterOfToken.count }

    /// Lets a receive wait.
    mutating func park(
        _ request: ReceiveRequest, in queue: Queue, until deadline: Instant, token: UInt64
    ) {
        let slot = waiters.allocate()
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
        waiter.timer = chores.schedule(
            at: deadline.milliseconds, payload: Chore.waiter.payload(slot))
        waiter.previous = queue.lastWaiter
        if queue.lastWaiter == 0 {
            queue.firstWaiter = slot
        } else {
            waiters[queue.lastWaiter].next = slot
        }
        queue.lastWaiter = slot
        waiters[slot] = waiter
        precondition(waiterOfToken[token] == nil, "a token names one receive")
        waiterOfToken[token] = slot
    }

    /// Ends a wait with this answer.
    mutating func answer(_ slot: UInt32, _ result: Result<Outcome, BrokerError>) {
        answers.append((waiters[slot].token, result))
        removeWaiter(slot)
    }

    private mutating func removeWaiter(_ slot: UInt32) {
        let waiter = waiters[slot]
        if waiter.timer != 0 { chores.cancel(waiter.timer) }
        waiterOfToken[waiter.token] = nil
        if let queue = queues[Int(waiter.queue)] {
            if waiter.previous == 0 {
                queue.firstWaiter = waiter.next
            } else {
                waiters[waiter.previous].next = waiter.next
            }
            if waiter.next == 0 {
                queue.lastWaiter = waiter.previous
            } else {
                waiters[waiter.next].previous = waiter.previous
            }
        }
        waiters.free(slot)
    }

    /// Notes that waiting receives of a queue may find a message now.
    mutating func mayServe(_ queue: Queue) {
        guard queue.firstWaiter != 0, !queue.isToBeServed else { return }
        queue.isToBeServed = true
        toBeServed.append(queue.number)
    }

    /// Gives waiting receives the messages that have become ready in this tick.
    public mutating func serveWaiters(at now: Moment, into sink: any RecordSink) {
        var index = 0
        // A dead-letter move may add a queue to the list meanwhile.
        while index < toBeServed.count {
            let number = toBeServed[index]
            index += 1
            guard let queue = queues[Int(number)] else { continue }
            queue.isToBeServed = false
            serve(queue, at: now, into: sink)
        }
        toBeServed.removeAll(keepingCapacity: true)
    }

    /// Gives the waiting receives of a queue what is ready, the oldest first.
    private mutating func serve(_ queue: Queue, at now: Moment, into sink: any RecordSink) {
        while queue.firstWaiter != 0 {
            let slot = queue.firstWaiter
            let waiter = waiters[slot]
            let attempt = Hash128(first: waiter.attemptFirst, second: waiter.attemptSecond)
            let request = ReceiveRequest(
                count: Int(waiter.count), visibilityTimeout: Int(waiter.visibilityTimeout),
                attempt: waiter.hasAttempt == 1 ? attempt : nil)
            let received = take(request, from: queue, at: now, into: sink)
            guard !received.isEmpty else { return }
            answer(slot, .success(.received(received)))
        }
    }

    /// Lets those who wait already go before a receive that comes now.
    mutating func serveEarlierWaiters(
        of queue: Queue, at now: Moment, into sink: any RecordSink
    ) {
        // The queue stays in the list; looking twice does no harm.
        if queue.isToBeServed { serve(queue, at: now, into: sink) }
    }

    /// The wait of a receive is over. What became ready in the same tick is still its own.
    mutating func endWait(_ slot: UInt32, at now: Moment, into sink: any RecordSink) {
        waiters[slot].timer = 0
        let token = waiters[slot].token
        if let queue = queues[Int(waiters[slot].queue)] {
            serveEarlierWaiters(of: queue, at: now, into: sink)
        }
        if waiterOfToken[token] != nil { answer(slot, .success(.received([]))) }
    }

    /// Hands out the answers of receives that waited, and forgets them.
    public mutating func takeAnswers(
        _ body: (_ token: UInt64, _ result: Result<Outcome, BrokerError>) -> Void
    ) {
        guard !answers.isEmpty else { return }
        let taken = answers
        answers.removeAll(keepingCapacity: true)
        for answer in taken { body(answer.token, answer.result) }
    }

    /// Forgets a waiting receive whose connection is gone.
    public mutating func cancelWaiter(token: UInt64) {
        if let slot = waiterOfToken[token] { removeWaiter(slot) }
    }

    /// Answers every waiting receive with no messages, before the node stops.
    public mutating func releaseAllWaiters() {
        for queue in queues {
            while let queue, queue.firstWaiter != 0 {
                answer(queue.firstWaiter, .success(.received([])))
            }
        }
    }

    /// How many receives wait.
    public var waiterCount: Int { waiters.count }
}
