/// What the oracle concludes from messages that clients receive.
extension Oracle {
    /// Takes the answer to ReceiveMessage.
    func receiveAnswered(
        _ attempt: Attempt, _ queue: SimulatedQueue, _ visibility: Int, _ messages: [JSON]
    ) -> Answer {
        queue.receivesAnswered += 1
        queue.receivesUnderWay -= 1
        if messages.isEmpty { checkEmpty(attempt, queue) }
        var held: [Held] = []
        for message in messages {
            guard let one = received(message, attempt, queue, visibility, before: held) else {
                break
            }
            held.append(one)
        }
        return .received(held)
    }

    private func received(
        _ json: JSON, _ attempt: Attempt, _ queue: SimulatedQueue, _ visibility: Int,
        before: [Held]
    ) -> Held? {
        guard let id = json.text("MessageId"), let handle = json.text("ReceiptHandle"),
            let body = json.text("Body"), let attributes = json["Attributes"],
            let count = attributes.text("ApproximateReceiveCount").flatMap({ Int($0) })
        else {
            fail("nonsense: a received message lacks something")
            return nil
        }
        guard let copy = copy(id, body, queue, attempt) else { return nil }
        note(attributes.text("SequenceNumber"), of: copy, began: copy.earliest)
        checkPlace(copy, queue, count, attempt)
        checkReturn(copy, queue, count, attempt)
        if queue.isFIFO { checkOrder(copy, queue, before) }
        let delivery = deliver(copy, queue, count, visibility, attempt)
        return Held(copy: copy, delivery: delivery, handle: handle)
    }

    /// The copy with this identifier, or a new one.
    private func copy(
        _ id: String, _ body: String, _ queue: SimulatedQueue, _ attempt: Attempt
    ) -> Copy? {
        let (text, envelope) = Envelope.open(body)
        guard let number = Sent.number(of: text) else {
            fail("unexpected: a body that nobody sent: \(body.prefix(80))")
            return nil
        }
        if let copy = copies[id] {
            if copy.sent.number != number && !copy.sent.isPublished || copy.sent.text != text {
                fail("damaged: b\(copy.sent.number) came as \(text.prefix(40))")
            }
            checkNotification(copy, envelope)
            return copy
        }
        guard let sent = sent(number, for: queue), let first = sent.firstBegan else {
            fail("unexpected: b\(number) in \(queue.name) was not sent there")
            return nil
        }
        if sent.text != text { fail("damaged: b\(number) has \(text.utf8.count) bytes") }
        let copy = Copy(sent, id: id, earliest: first, latest: now)
        add(copy)
        checkNotification(copy, envelope)
        return copy
    }

    /// It is where it belongs, no earlier and no later than it may be.
    private func checkPlace(
        _ copy: Copy, _ queue: SimulatedQueue, _ count: Int, _ attempt: Attempt
    ) {
        let sent = copy.sent
        let name = "b\(sent.number)#\(count)"
        if queue !== sent.queue {
            guard sent.queue.deadLetters === queue, let limit = sent.queue.receiveLimit else {
                return fail("unexpected: \(name) of \(sent.queue.name) came from \(queue.name)")
            }
            if count <= limit { fail("dead letter wrong: \(name) was moved too early") }
        } else if let limit = queue.receiveLimit, count > limit {
            fail("dead letter wrong: \(name) was not moved")
        }
        if latestNow < copy.earliest + UInt64(sent.delay ?? queue.delay) * 1000,
            queue === sent.queue
        {
            fail("delivered while delayed: \(name)")
        }
        let expiry = copy.latest + UInt64(sent.queue.retention) * 1000
        if attempt.began > expiry + clock.backward + 1_000, queue === sent.queue {
            fail("expired returns: \(name)")
        }
        let allowed = copy.deliveries.count + 1 + queue.unseenReceives + sent.queue.unseenReceives
        if count > allowed { fail("receive count wrong: \(name), at most \(allowed)") }
    }

    /// It was neither deleted nor purged before.
    private func checkReturn(
        _ copy: Copy, _ queue: SimulatedQueue, _ count: Int, _ attempt: Attempt
    ) {
        for delete in copy.deleted where attempt.began > delete.answered && count > delete.count {
            let isNext = count == delete.count + 1 && queue === copy.sent.queue
            if delete.wasInFlight || isNext || (queue.isFIFO && queue === copy.sent.queue) {
                fail("deleted returns: b\(copy.sent.number)#\(count) after #\(delete.count)")
            }
        }
        guard queue === copy.sent.queue else { return }
        for wipe in queue.wipes where wipe.began > copy.latest {
            if let answered = wipe.answered, answered < attempt.began {
                fail("wiped returns: b\(copy.sent.number)#\(count)")
            }
        }
    }

    /// Every earlier message of its group is gone, or comes before it in the same answer.
    private func checkOrder(_ copy: Copy, _ queue: SimulatedQueue, _ before: [Held]) {
        guard queue.deadLetters == nil, queue === copy.sent.queue, let group = copy.sent.group,
            let sequence = copy.sequence
        else { return }
        queue.groups[group]?.removeAll { !$0.deleted.isEmpty }
        for other in queue.groups[group] ?? [] {
            guard other !== copy, let earlier = other.sequence, earlier < sequence,
                !other.isPossiblyGone(at: latestNow), !before.contains(where: { $0.copy === other })
            else { continue }
            fail("reordered: b\(copy.sent.number) came before b\(other.sent.number)")
        }
    }

    /// Nobody else had it in flight.
    private func deliver(
        _ copy: Copy, _ queue: SimulatedQueue, _ count: Int, _ visibility: Int, _ attempt: Attempt
    ) -> Delivery {
        let name = "b\(copy.sent.number)#\(count)"
        let earlier = copy.deliveries.last { $0.count < count }
        let start = max(attempt.began, copy.earliest, earlier?.visibleEnd ?? 0)
        let delivery = Delivery(
            count: count, queue: queue, began: attempt.began, answered: now,
            visibleEnd: start + UInt64(visibility) * 1000)
        for change in copy.changes where change.end >= attempt.began {
            delivery.visibleEnd = min(delivery.visibleEnd, change.began + change.milliseconds)
        }
        if let earlier, earlier.visibleEnd > latestNow, earlier.queue === queue {
            fail("delivered while invisible: \(name), \(earlier.visibleEnd - now) ms too early")
        }
        if let later = copy.deliveries.first(where: { $0.count > count }),
            min(delivery.visibleEnd, attempt.began + UInt64(visibility) * 1000) > later.answered
                + clock.forward,
            later.queue === queue
        {
            fail("delivered while invisible: #\(later.count) beside \(name)")
        }
        if copy.deliveries.contains(where: { $0.count == count }) {
            fail("duplicated: \(name) came twice")
        }
        let index = copy.deliveries.firstIndex { $0.count > count } ?? copy.deliveries.count
        copy.deliveries.insert(delivery, at: index)
        return delivery
    }

    /// Nothing came: then nothing was there that this receive alone could have had.
    private func checkEmpty(_ attempt: Attempt, _ queue: SimulatedQueue) {
        guard !queue.isFIFO, queue.deadLetters == nil, !queue.isForDeadLetters,
            attempt.foreignReceives == 0, queue.receivesUnderWay == 0,
            queue.lastReceiveBegan == attempt.began,
            queue.lastReceiveLost == 0 || attempt.began > queue.lastReceiveLost + 120_000
        else { return }
        queue.copies.removeAll { !$0.deleted.isEmpty || $0.isPossiblyExpired(at: latestNow) }
        for copy in queue.copies
        where copy.deliveries.isEmpty && !copy.isPossiblyGone(at: latestNow) {
            let delay = UInt64(copy.sent.delay ?? queue.delay) * 1000
            let visible = copy.latest + delay + clock.backward + 1_000
            // An answer may be late, when the disk is slow or the node was paused.
            guard !copy.sent.isPublished, visible <= attempt.began || visible + 12_000 <= now else {
                continue
            }
            fail("not delivered: b\(copy.sent.number) waits and a receive came back empty")
        }
    }
}
