import Bytes

/// ReceiveMessage: what is ready, oldest first; and the long poll that waits for it. A receive that
/// does not wait does so for its turn, which comes in the same tick, or in one of the next ones; and
/// so does one that finds very many messages that have to go to a dead-letter queue first.
extension Broker {
    mutating func perform(
        _ receive: ReceiveMessage, at now: Moment, token: UInt64, into sink: any RecordSink
    ) throws(BrokerError) -> Outcome {
        let queue = try queue(receive.queue)
        let request = try check(receive, for: queue)
        if let attempt = request.attempt,
            let repeated = repeatAttempt(attempt, request, in: queue, at: now, into: sink)
        {
            return .received(repeated)
        }
        let wait = receive.waitTimeSeconds ?? queue.settings.receiveMessageWaitTimeSeconds
        var isToBeLookedAt = false
        if standsBehindOthers(in: queue) {
            if wait == 0 { try refuseOverLimit(queue) }
        } else {
            let received = take(request, from: queue, at: now, into: sink)
            if !received.isEmpty { return .received(received) }
            isToBeLookedAt = isInterrupted
            if wait == 0, !isToBeLookedAt {
                try refuseOverLimit(queue)
                return .received([])
            }
        }
        park(request, in: queue, until: now.instant.adding(seconds: wait), token: token)
        if isToBeLookedAt { mayServe(queue) }
        return .parked
    }

    /// A receive whose fields have been checked.
    struct ReceiveRequest {
        var count: Int
        /// Seconds.
        var visibilityTimeout: Int
        /// The digest of backlog and ReceiveRequestAttemptId.
        var attempt: Hash128?
    }

    private func check(
        _ receive: ReceiveMessage, for queue: Queue
    ) throws(BrokerError) -> ReceiveRequest {
        let count = receive.maxNumberOfMessages ?? 1
        guard count >= 1, count <= Limits.batchEntries else {
            throw .invalidValue(
                String(count), parameter: "MaxNumberOfMessages",
                reason: "Must be between 1 and \(Limits.batchEntries), if provided.")
        }
        if let timeout = receive.visibilityTimeout {
            try checkVisibilityTimeout(timeout, reason: ", if provided")
        }
        if let wait = receive.waitTimeSeconds, wait < 0 || wait > Limits.waitSeconds {
            throw .invalidValue(
                String(wait), parameter: "WaitTimeSeconds",
                reason: "Must be >= 0 and <= \(Limits.waitSeconds), if provided.")
        }
        var attempt: Hash128?
        if let id = receive.receiveRequestAttemptID {
            guard queue.settings.isFIFO else {
                throw .invalidValue(
                    id.string, parameter: "ReceiveRequestAttemptId",
                    reason: "The request includes a parameter that is not valid for this queue "
                        + "type.")
            }
            try MessageRules.checkIdentifier(id, parameter: "ReceiveRequestAttemptId")
            attempt = attemptKey(id, in: queue.backlog)
        }
        return ReceiveRequest(
            count: count,
            visibilityTimeout: receive.visibilityTimeout ?? queue.settings.visibilityTimeout,
            attempt: attempt)
    }

    func checkVisibilityTimeout(_ timeout: Int, reason suffix: String) throws(BrokerError) {
        guard timeout >= 0, timeout <= Limits.visibilitySeconds else {
            throw .invalidValue(
                String(timeout), parameter: "VisibilityTimeout",
                reason: "Must be >= 0 and <= \(Limits.visibilitySeconds)\(suffix).")
        }
    }

    /// Too many messages in flight fail a short poll of a standard queue; FIFO queues and long
    /// polls just find nothing.
    private func refuseOverLimit(_ queue: Queue) throws(BrokerError) {
        guard !queue.settings.isFIFO,
            queue.backlog.inFlightCount >= Limits.inFlightMessages
        else { return }
        throw BrokerError(
            .overLimit,
            "Too many messages in flight. The maximum number of in flight messages is "
                + "\(Limits.inFlightMessages).")
    }

    // MARK: Taking messages

    /// Receives up to the asked number of ready messages and records it.
    mutating func take(
        _ request: ReceiveRequest, from queue: Queue, at now: Moment, into sink: any RecordSink
    ) -> [ReceivedMessage] {
        let backlog = queue.backlog
        isInterrupted = false
        guard backlog.readyCount > 0 else { return [] }
        if deadLettersLeft <= 0, queue.settings.redrivePolicy != nil {
            isInterrupted = true
            return []
        }
        // While much more has expired than one tick removes, there is nothing to receive.
        guard expire(queue, at: now, into: sink) else { return [] }
        let room = Limits.inFlightMessages - backlog.inFlightCount
        let count = min(request.count, max(room, 0))
        guard count > 0 else { return [] }
        touch(backlog)
        taken.removeAll(keepingCapacity: true)
        let visibleAt = now.instant.adding(seconds: request.visibilityTimeout)
        if backlog.isFIFO {
            takeFromGroups(count, until: visibleAt, from: queue, at: now, into: sink)
        } else {
            takeFromLanes(count, until: visibleAt, from: queue, at: now, into: sink)
        }
        guard !taken.isEmpty else { return [] }
        beginRecord(at: now)
        scratch.append(littleEndian: backlog.number)
        scratch.append(littleEndian: visibleAt.milliseconds)
        scratch.append(littleEndian: request.attempt?.first ?? 0)
        scratch.append(littleEndian: request.attempt?.second ?? 0)
        scratch.append(UInt8(taken.count))
        for slot in taken { scratch.append(littleEndian: slot) }
        endRecord(.messagesReceived, into: sink)
        finishTaking(until: visibleAt, attempt: request.attempt, from: queue, at: now)
        statistics.messagesReceived += UInt64(taken.count)
        return describeTaken(in: queue)
    }

    /// Fills the receive from the earliest messages of the quiet lanes, then of the noisy ones.
    private mutating func takeFromLanes(
        _ count: Int, until visibleAt: Instant, from queue: Queue, at now: Moment,
        into sink: any RecordSink
    ) {
        let backlog = queue.backlog
        while taken.count < count {
            let slot = store.nextReady(in: backlog, at: now.instant)
            guard slot != 0 else { return }
            if deadLetterIfExhausted(slot, of: queue, at: now, into: sink) {
                if isInterrupted { return }
                continue
            }
            store.becomeInFlight(slot, until: visibleAt.milliseconds, at: now, in: backlog)
            taken.append(slot)
        }
    }

    /// Fills the receive from one group first, then from the next ones of the ring.
    private mutating func takeFromGroups(
        _ count: Int, until visibleAt: Instant, from queue: Queue, at now: Moment,
        into sink: any RecordSink
    ) {
        var group = firstReceivable(in: queue, at: now.instant)
        while taken.count < count, group != 0 {
            let backlog = queue.backlog
            var slot = store.groups[group].head
            while slot != 0, taken.count < count, store.messages[slot].place == .ready,
                !awaitsDelay(slot, in: queue, at: now.instant)
            {
                let next = store.messages[slot].next
                if deadLetterIfExhausted(slot, of: queue, at: now, into: sink) {
                    if isInterrupted { return }
                } else {
                    store.becomeInFlight(slot, until: visibleAt.milliseconds, at: now, in: backlog)
                    taken.append(slot)
                }
                slot = next
            }
            guard taken.count < count else { return }
            // What was received from has left the ring.
            group = firstReceivable(in: queue, at: now.instant)
        }
    }

    /// What follows once all messages of a receive are in flight: a timeout of zero shows them
    /// again at once, and a repeatable receive is remembered.
    private mutating func finishTaking(
        until visibleAt: Instant, attempt: Hash128?, from queue: Queue, at now: Moment
    ) {
        if visibleAt <= now.instant {
            for slot in taken { store.becomeReadyAgain(slot, at: now.instant, in: queue.backlog) }
            mayServe(queue)
        } else if let attempt {
            rememberAttempt(attempt, at: now)
        }
    }

    /// The messages of a `messagesReceived` record are in flight.
    mutating func applyReceived(
        _ slots: [UInt32], until visibleAt: Instant, attempt: Hash128?, from queue: Queue,
        at now: Moment
    ) {
        touch(queue.backlog)
        taken = slots
        for slot in slots {
            store.becomeInFlight(
                slot, until: visibleAt.milliseconds, at: now, in: queue.backlog)
        }
        finishTaking(until: visibleAt, attempt: attempt, from: queue, at: now)
    }

    mutating func describeTaken(in queue: Queue) -> [ReceivedMessage] {
        received.removeAll(keepingCapacity: true)
        for slot in taken { received.append(describe(slot, in: queue)) }
        return received
    }

    private func describe(_ slot: UInt32, in queue: Queue) -> ReceivedMessage {
        let message = store.messages[slot]
        let delivery = store.deliveries[message.delivery]
        let isReplaced = message.flags.contains(.replaced)
        let record = store.record(of: message)
        var received = ReceivedMessage(
            receiptHandle: handle(
                queue: queue.number, slot: slot, generation: message.generation,
                receive: delivery.receiveCount),
            position: record.position, length: record.length,
            receiveCount: Int(delivery.receiveCount),
            firstReceivedAt: Timestamp(milliseconds: delivery.firstReceivedAt),
            sentAt: isReplaced ? Timestamp(milliseconds: delivery.replacedTimestamp) : nil,
            entry: message.flags.contains(.published) ? Int(message.entry) : nil)
        if delivery.deadLetterSource != 0 {
            received.deadLetterSourceARN = deadLetterSources[Int(delivery.deadLetterSource)]?.arn
        }
        received.deduplicationIDIsMessageID = message.flags.contains(.deduplicatedByID)
        if isReplaced {
            received.replacedID = MessageID(
                high: delivery.replacedHigh, low: delivery.replacedLow)
        }
        return received
    }
}
