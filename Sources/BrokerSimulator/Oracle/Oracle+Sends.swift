/// What the oracle concludes from answers to sends.
extension Oracle {
    static let deduplicationMilliseconds: UInt64 = 300_000

    /// Takes the answer to SendMessage or SendMessageBatch.
    func sendAnswered(
        _ attempt: Attempt, _ queue: SimulatedQueue, _ messages: [Sent], _ json: JSON
    ) -> Answer {
        if messages.count == 1 {
            accepted(messages[0], attempt, json)
            return .done
        }
        for entry in json.list("Successful") {
            guard let index = entry.text("Id").flatMap({ Int($0) }), index < messages.count else {
                fail("nonsense: an entry that was not sent is answered")
                break
            }
            accepted(messages[index], attempt, entry)
        }
        for entry in json.list("Failed") where entry.text("Code") != "ServiceUnavailable" {
            fail("refused: an entry to \(queue.name): \(entry.text("Code") ?? "")")
        }
        if json.list("Successful").count + json.list("Failed").count != messages.count {
            fail("nonsense: not every entry is answered")
        }
        return .done
    }

    private func accepted(_ sent: Sent, _ attempt: Attempt, _ json: JSON) {
        guard let id = json.text("MessageId") else { return fail("nonsense: no MessageId") }
        let sequence = json.text("SequenceNumber")
        if let copy = copies[id] {
            guard copy.sent === sent else {
                return fail("unexpected: b\(sent.number) is answered with the id of another")
            }
            copy.latest = min(copy.latest, now)
            if !sent.queue.isFIFO { copy.earliest = max(copy.earliest, attempt.began) }
            if let window = sent.deduplication, !window.isEmpty,
                attempt.began >= copy.latest + Oracle.deduplicationMilliseconds + clock.backward
            {
                fail("lost: b\(sent.number) was taken for a duplicate after its window")
            }
            note(sequence, of: copy, began: attempt.began)
            return
        }
        // Of a FIFO queue, it may have been accepted by any attempt.
        let earliest = sent.deduplication == nil ? attempt.began : sent.firstBegan
        let copy = Copy(sent, id: id, earliest: earliest ?? attempt.began, latest: now)
        add(copy)
        note(sequence, of: copy, began: attempt.began)
    }

    /// A message of the broker that was not known before.
    func add(_ copy: Copy) {
        let sent = copy.sent
        let most = sent.mostCopies(clock)
        if sent.copies.count >= most {
            fail(
                "unexpected: b\(sent.number) is there \(sent.copies.count + 1) times in "
                    + "\(sent.queue.name), was sent \(most) times")
        }
        if sent.deduplication != nil {
            for other in sent.copies where isWithinWindow(copy, other) {
                fail("deduplication violated: b\(sent.number) is there twice")
            }
        }
        sent.copies.append(copy)
        copies[copy.id] = copy
        sent.queue.copies.append(copy)
        if let group = sent.group { sent.queue.groups[group, default: []].append(copy) }
        if sent.owed > 0 { sent.owed -= 1 }
    }

    private func isWithinWindow(_ one: Copy, _ other: Copy) -> Bool {
        guard !one.isPossiblyWiped, !other.isPossiblyWiped else { return false }
        let longest =
            max(one.latest, other.latest) - min(one.earliest, other.earliest)
        return longest + clock.forward < Oracle.deduplicationMilliseconds
    }

    /// A sequence number was shown; messages sent one after the other have growing ones.
    func note(_ sequence: String?, of copy: Copy, began: UInt64) {
        guard let sequence else { return }
        guard copy.sequence == nil else {
            if copy.sequence != sequence {
                fail("reordered: b\(copy.sent.number) changes its sequence number")
            }
            return
        }
        copy.sequence = sequence
        // A queue that is made anew may begin with lower numbers, when the wall clock was set back.
        if copy.isPossiblyWiped { return }
        let queue = copy.sent.queue
        // The last answer before this one was asked for.
        let before = queue.sequences.last { $0.time < copy.earliest }
        if let before, before.highest > sequence {
            fail("reordered: b\(copy.sent.number) has a lower number than one sent before")
        }
        let highest = max(queue.sequences.last?.highest ?? "", sequence)
        queue.sequences.append((now, highest))
        if queue.sequences.count > 2_000 { queue.sequences.removeFirst(1_000) }
    }
}
