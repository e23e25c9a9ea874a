/// What the oracle concludes from deletes, changes of visibility, refusals and counts.
extension Oracle {
    /// Takes the answer to DeleteMessage or DeleteMessageBatch.
    func deleteAnswered(_ attempt: Attempt, _ held: [Held], _ json: JSON) -> Answer {
        let failed = failures(json, held)
        for (index, one) in held.enumerated() {
            guard failed[index] == nil else { continue }
            one.copy.deleted.append(
                (
                    one.delivery.count, attempt.began, now,
                    one.delivery.visibleEnd > latestNow && !hasLaterDelivery(one)
                ))
        }
        for (index, one) in held.enumerated() {
            if let code = failed[index] { refusedDelete(one, code) }
        }
        return .done
    }

    private func hasLaterDelivery(_ held: Held) -> Bool {
        held.copy.deliveries.contains { $0.count > held.delivery.count }
    }

    /// Whether it may be gone for a reason that clients know; also from a dead-letter queue, where it
    /// was received and which was wiped since.
    private func isPossiblyGone(_ held: Held) -> Bool {
        held.copy.isPossiblyGone(at: latestNow)
            || held.delivery.queue.wipes.contains { $0.end >= held.delivery.began }
    }

    private func refusedDelete(_ held: Held, _ code: String) {
        held.copy.possibleDeletes -= 1
        if held.delivery.visibleEnd > latestNow, held.copy.deletesTried == 1,
            !isPossiblyGone(held), !hasLaterDelivery(held)
        {
            fail("refused: delete of \(held.description) in flight: \(code)")
        }
    }

    /// The codes of the entries that failed, by index.
    private func failures(_ json: JSON, _ held: [Held]) -> [String?] {
        var failed: [String?] = Array(repeating: nil, count: held.count)
        for entry in json.list("Failed") {
            guard let index = entry.text("Id").flatMap({ Int($0) }), index < held.count else {
                fail("nonsense: an entry that was not sent is answered")
                break
            }
            failed[index] = entry.text("Code") ?? ""
        }
        return failed
    }

    /// The visibility of a message is about to be changed. On a standard queue an earlier receipt
    /// acts on the delivery that followed, as on AWS.
    func changeBegan(_ held: Held, _ seconds: Int, _ attempt: Attempt) {
        let change = VisibilityChange(began: now, milliseconds: UInt64(seconds) * 1000)
        attempt.changes.append(change)
        held.copy.changes.append(change)
        for delivery in held.copy.deliveries {
            delivery.visibleEnd = min(delivery.visibleEnd, now + change.milliseconds)
        }
    }

    /// Takes the answer to ChangeMessageVisibility or ChangeMessageVisibilityBatch.
    func changeAnswered(
        _ attempt: Attempt, _ held: [Held], _ seconds: Int, _ json: JSON
    ) -> Answer {
        let failed = failures(json, held)
        statistics.add(.visibilityChanges, held.count)
        defer { for change in attempt.changes { change.end = now } }
        for (index, one) in held.enumerated() {
            let before = attempt.visibleEnds[index]
            if failed[index] != nil {
                if before > latestNow, one.copy.deletesTried == 0,
                    !isPossiblyGone(one), !hasLaterDelivery(one)
                {
                    fail("refused: change of \(one.description) in flight")
                }
            } else if before > latestNow, !hasLaterDelivery(one),
                one.copy.changes.count(where: { $0.end >= attempt.began }) == 1
            {
                // It was in flight all the while, so the change took effect.
                one.delivery.visibleEnd = attempt.began + UInt64(seconds) * 1000
            }
        }
        return .done
    }

    /// Takes an answer that refuses the whole request.
    func refused(_ attempt: Attempt, _ type: String, _ message: String) -> Answer {
        let isAbsent = type.hasSuffix("#QueueDoesNotExist")
        switch attempt.ask {
        case .send(let queue, let messages):
            if messages.count == 1, isRefusedAsTooLong(messages[0], attempt) {
                return .refused(type)
            }
            if !(isAbsent && queue.isWiped) { break }
            for sent in messages { sent.attempts -= 1 }
            return .refused(type)
        case .receive(let queue, _):
            queue.receivesAnswered += 1
            queue.receivesUnderWay -= 1
            if isAbsent && queue.isWiped { return .refused(type) }
        case .delete(let queue, let held):
            for one in held { refusedDelete(one, type) }
            if isAbsent && !queue.isWiped { break }
            return .refused(type)
        case .change(let queue, let held, _):
            for change in attempt.changes { change.end = now }
            for (index, one) in held.enumerated() {
                if attempt.visibleEnds[index] > latestNow, one.copy.deletesTried == 0,
                    !isPossiblyGone(one), !hasLaterDelivery(one)
                {
                    fail("refused: change of \(one.description) in flight: \(type)")
                }
            }
            if isAbsent && !queue.isWiped { break }
            return .refused(type)
        case .purge, .remove:
            // An attempt that nobody answered has removed it.
            if case .remove(let queue) = attempt.ask { queue.existence.became(at: now) }
            attempt.wipe?.end = now
            return .refused(type)
        case .count(let queue) where queue.isWiped:
            return .refused(type)
        case .startMove(let move):
            if moveRefused(move, attempt, type, message) { return .refused(type) }
        case .cancelMove(let move):
            if cancelRefused(move, message) { return .refused(type) }
        case .create, .set, .count, .listMoves, .topic: break
        }
        fail("refused: \(attempt.ask.description): \(type) \(message)")
        return .refused(type)
    }

    /// Takes the answer to GetQueueAttributes.
    func countAnswered(_ attempt: Attempt, _ queue: SimulatedQueue, _ json: JSON) -> Answer {
        guard let attributes = json["Attributes"] else {
            fail("nonsense: no attributes")
            return .counted(0)
        }
        checkAttributes(attempt, queue, attributes)
        var total = 0
        for name in ["", "Delayed", "NotVisible"] {
            let text = attributes.text("ApproximateNumberOfMessages" + name)
            guard let number = text.flatMap({ Int($0) }) else {
                fail("nonsense: no count of messages")
                return .counted(0)
            }
            total += number
        }
        return .counted(total)
    }
}
