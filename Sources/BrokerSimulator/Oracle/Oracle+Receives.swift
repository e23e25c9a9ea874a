/// What the oracle concludes from messages that clients receive.
extension Oracle {
    /// Takes the answer to ReceiveMessage.
    func receiveAnswered(
        _ attempt: Attempt, _ queue: SimulatedQueue, _ form: ReceiveForm, _ messages: [JSON]
    ) -> Answer {
        queue.receivesAnswered += 1
        queue.receivesUnderWay -= 1
        if messages.isEmpty { checkEmpty(attempt, queue) }
        var held: [Held] = []
        for message in messages {
            guard let one = received(message, attempt, queue, form, before: held) else {
                break
            }
            held.append(one)
        }
        if let id = form.attemptID { checkRepetition(id, held, attempt, queue) }
        return .received(held)
    }

    private func received(
        _ json: JSON, _ attempt: Attempt, _ queue: SimulatedQueue, _ form: ReceiveForm,
        before: [Held]
    ) -> Held? {
        guard let id = json.text("MessageId"), let handle = json.text("ReceiptHandle"),
            let body = json.text("Body"), let attributes = json["Attributes"],
            let count = attributes.text("ApproximateReceiveCount").flatMap({ Int($0) })
        else {
            fail("nonsense: a received message lacks something")
            return nil
        }
        let number = json["MessageAttributes"]?["try"]?.text("StringValue").flatMap { Int($0) }
        guard let copy = copy(id, body, number, queue, attempt) else { return nil }
        note(attributes.text("SequenceNumber"), of: copy, began: copy.earliest)
        if let id = form.attemptID,
            let same = copy.deliveries.first(where: {
                $0.count == count && $0.attemptID == id && $0.queue === queue
            })
        {
            checkReturn(copy, queue, count + 1, attempt)
            hideAnew(copy, same, handle, form.visibility, attempt)
            return Held(copy: copy, delivery: same)
        }
        let first = form.attemptID.flatMap { attemptsBegan[$0] } ?? attempt.began
        checkDelay(copy, queue, count, since: first)
        checkPlace(copy, queue, count, attempt)
        checkReturn(copy, queue, count, attempt)
        if queue.isFIFO { checkOrder(copy, queue, before) }
        let start = max(attempt.began, copy.earliest)
        let delivery = Delivery(
            count: count, queue: queue, handle: handle, attemptID: form.attemptID,
            began: attempt.began, answered: now,
            visibleEnd: start + UInt64(form.visibility) * 1000)
        deliver(copy, delivery, form.visibility, attempt)
        return Held(copy: copy, delivery: delivery)
    }

    /// The copy with this identifier, or a new one.
    private func copy(
        _ id: String, _ body: String, _ number: Int?, _ queue: SimulatedQueue, _ attempt: Attempt
    ) -> Copy? {
        let (text, envelope) = Envelope.open(body)
        guard let bodyNumber = Sent.number(of: text) else {
            fail("unexpected: a body that nobody sent: \(body.prefix(80))")
            return nil
        }
        if let copy = copies[id] {
            let isOther = copy.sent.number != bodyNumber && !copy.sent.isPublished
            if isOther || copy.sent.text != text {
                fail("damaged: b\(copy.sent.number) came as \(text.prefix(40))")
            }
            checkKnown(copy, number, queue, attempt)
            checkNotification(copy, envelope)
            return copy
        }
        guard let sent = sent(bodyNumber, for: queue), sent.firstBegan != nil else {
            fail("unexpected: b\(bodyNumber) in \(queue.name) was not sent there")
            return nil
        }
        if sent.text != text { fail("damaged: b\(bodyNumber) has \(text.utf8.count) bytes") }
        guard let copy = firstSeen(sent, id, number, in: queue, attempt) else { return nil }
        checkNotification(copy, envelope)
        return copy
    }

    /// It is where it belongs, no earlier and no later than it may be.
    private func checkPlace(
        _ copy: Copy, _ queue: SimulatedQueue, _ count: Int, _ attempt: Attempt
    ) {
        let sent = copy.sent
        let name = "b\(sent.number)#\(count)"
        let home = copy.home
        if queue !== home {
            checkDeadLetter(copy, queue, count)
        } else if home.isRedriven {
            let redrives = home.redrives.values(from: attempt.began, until: now)
            let limit = redrives.map { $0?.limit ?? .max }.max() ?? .max
            if count > limit { fail("dead letter wrong: \(name) was not moved") }
        }
        let retention = home.retentions.most(from: copy.earliest, until: now)
        let expiry = copy.latest + UInt64(retention) * 1000
        if attempt.began > expiry + clock.backward + 1_000, queue === home {
            fail("expired returns: \(name)")
        }
        let unseen = queue.unseenReceives + (queue === home ? 0 : home.unseenReceives)
        let allowed = copy.deliveries.count + 1 + unseen
        if count > allowed { fail("receive count wrong: \(name), at most \(allowed)") }
    }

    /// Its delay was over. That of a FIFO queue is the present one for what was never received.
    private func checkDelay(
        _ copy: Copy, _ queue: SimulatedQueue, _ count: Int, since first: UInt64
    ) {
        guard copy.origin == nil, queue === copy.home else { return }
        let from = queue.isFIFO && count == 1 ? max(copy.earliest, first) : copy.earliest
        let until = queue.isFIFO ? now : copy.latest
        let delay = copy.sent.delay ?? queue.delays.least(from: from, until: until)
        if latestNow < copy.earliest + UInt64(delay) * 1000 {
            fail("delivered while delayed: b\(copy.sent.number)#\(count)")
        }
    }

    /// It was received as often as it takes to come to a dead-letter queue.
    private func checkDeadLetter(_ copy: Copy, _ queue: SimulatedQueue, _ count: Int) {
        let name = "b\(copy.sent.number)#\(count)"
        let limits = copy.home.redrives.values(from: copy.earliest, until: now)
            .compactMap(\.self).filter { $0.target === queue }.map(\.limit)
        guard let limit = limits.min() else {
            return fail("unexpected: \(name) of \(copy.home.name) came from \(queue.name)")
        }
        if count <= limit { fail("dead letter wrong: \(name) was moved too early") }
        guard !copy.deliveries.contains(where: { $0.queue === queue }) else { return }
        statistics.add(.deadLetters)
        if let group = copy.sent.group { queue.groups[group, default: []].append(copy) }
    }

    /// It was neither deleted nor purged before.
    private func checkReturn(
        _ copy: Copy, _ queue: SimulatedQueue, _ count: Int, _ attempt: Attempt
    ) {
        for delete in copy.deleted where attempt.began > delete.answered && count > delete.count {
            let isNext = count == delete.count + 1 && queue === copy.home
            if delete.wasInFlight || isNext || (queue.isFIFO && queue === copy.home) {
                fail("deleted returns: b\(copy.sent.number)#\(count) after #\(delete.count)")
            }
        }
        guard queue === copy.home else { return }
        for wipe in queue.wipes where wipe.began > copy.latest {
            if let answered = wipe.answered, answered < attempt.began {
                fail("wiped returns: b\(copy.sent.number)#\(count)")
            }
        }
    }

    /// Nobody else had it in flight.
    private func deliver(
        _ copy: Copy, _ delivery: Delivery, _ visibility: Int, _ attempt: Attempt
    ) {
        let name = "b\(copy.sent.number)#\(delivery.count)"
        let earlier = copy.deliveries.last { $0.count < delivery.count }
        if let earlier {
            let start = max(attempt.began, copy.earliest, earlier.visibleEnd)
            delivery.visibleEnd = start + UInt64(visibility) * 1000
        }
        shorten(delivery, by: copy.changes, since: attempt)
        if let earlier, earlier.visibleEnd > latestNow {
            fail("delivered while invisible: \(name), \(earlier.visibleEnd - now) ms too early")
        }
        if let later = copy.deliveries.first(where: { $0.count > delivery.count }),
            min(delivery.visibleEnd, attempt.began + UInt64(visibility) * 1000) > later.answered
                + clock.forward
        {
            fail("delivered while invisible: #\(later.count) beside \(name)")
        }
        if copy.deliveries.contains(where: { $0.count == delivery.count }) {
            fail("duplicated: \(name) came twice")
        }
        let index =
            copy.deliveries.firstIndex { $0.count > delivery.count } ?? copy.deliveries.count
        copy.deliveries.insert(delivery, at: index)
    }

    /// Changes that may take effect after the receive may show the message earlier.
    func shorten(_ delivery: Delivery, by changes: [VisibilityChange], since attempt: Attempt) {
        for change in changes where change.end >= attempt.began {
            delivery.visibleEnd = min(delivery.visibleEnd, change.began + change.milliseconds)
        }
    }

    /// Nothing came: then nothing was there that this receive alone could have had.
    private func checkEmpty(_ attempt: Attempt, _ queue: SimulatedQueue) {
        guard !queue.isFIFO, !queue.isRedriven, !queue.isForDeadLetters,
            attempt.foreignReceives == 0, queue.receivesUnderWay == 0,
            queue.lastReceiveBegan == attempt.began,
            queue.lastReceiveLost == 0 || attempt.began > queue.lastReceiveLost + 120_000
        else { return }
        queue.copies.removeAll { !$0.deleted.isEmpty || $0.isPossiblyExpired(at: latestNow) }
        for copy in queue.copies
        where copy.deliveries.isEmpty && !copy.isPossiblyGone(at: latestNow) {
            let delay =
                copy.sent.delay ?? queue.delays.most(from: copy.earliest, until: copy.latest)
            let visible = copy.latest + UInt64(delay) * 1000 + clock.backward + 1_000
            // An answer may be late, when the disk is slow or the node was paused, or when it has
            // to wait for others.
            guard !copy.sent.isPublished,
                visible <= attempt.began || visible + 12_000 <= now && !attempt.isBehind
            else { continue }
            fail("not delivered: b\(copy.sent.number) waits and a receive came back empty")
        }
    }
}
