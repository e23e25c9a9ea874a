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
            if let index = entry.text("Id").flatMap({ Int($0) }), index < messages.count,
                isRefusedAsTooLong(messages[index], attempt)
            {
                continue
            }
            fail("refused: an entry to \(queue.name): \(entry.text("Code") ?? "")")
        }
        if json.list("Successful").count + json.list("Failed").count != messages.count {
            fail("nonsense: not every entry is answered")
        }
        return .done
    }

    /// Whether a refusal is right because the message is longer than its queue may allow.
    func isRefusedAsTooLong(_ sent: Sent, _ attempt: Attempt) -> Bool {
        let least = sent.queue.maximumSizes.least(from: attempt.began, until: now)
        guard sent.byteCount > least else { return false }
        sent.attempts -= 1
        statistics.add(.tooLong)
        return true
    }

    private func accepted(_ sent: Sent, _ attempt: Attempt, _ json: JSON) {
        guard let id = json.text("MessageId") else { return fail("nonsense: no MessageId") }
        let sequence = json.text("SequenceNumber")
        if sent.byteCount > sent.queue.maximumSizes.most(from: attempt.began, until: now) {
            fail("accepted: b\(sent.number) is longer than \(sent.queue.name) allows")
        }
        if sent.tries == 1 { checkConnection(sent, attempt, sequence) }
        if let copy = copies[id] {
            guard copy.sent === sent else {
                return fail("unexpected: b\(sent.number) is answered with the id of another")
            }
            statistics.add(.duplicates)
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
        let isThisAttempt = sent.deduplication == nil || sent.tries == 1
        let copy = Copy(
            sent, id: id, in: sent.queue, attempt: isThisAttempt ? sent.tries : nil,
            earliest: (isThisAttempt ? attempt.began : sent.firstBegan) ?? attempt.began,
            latest: now)
        add(copy)
        note(sequence, of: copy, began: attempt.began)
    }

    /// What is asked on one connection is performed in order.
    private func checkConnection(_ sent: Sent, _ attempt: Attempt, _ sequence: String?) {
        guard let sequence, sent.queue.wipes.isEmpty else { return }
        if let before = attempt.sequences[sent.queue.name], before > sequence {
            fail("reordered: b\(sent.number) overtook what was sent before it on its connection")
        }
        attempt.sequences[sent.queue.name] = sequence
    }

    /// A message of the broker that was not known before.
    func add(_ copy: Copy) {
        let sent = copy.sent
        if let origin = copy.origin {
            origin.successor = copy
        } else {
            // What may have been moved, unseen, is what was sent or what became of it.
            let roots = sent.copies.filter { $0.origin == nil && !$0.isDoubtful }
            let most = sent.mostCopies(clock)
            if roots.count >= most {
                fail(
                    "unexpected: b\(sent.number) is there \(roots.count + 1) times in "
                        + "\(sent.queue.name), was sent \(most) times")
            }
            if sent.deduplication != nil {
                for other in roots where isWithinWindow(copy, other) {
                    fail("deduplication violated: b\(sent.number) is there twice")
                }
            }
            if sent.owed > 0 { sent.owed -= 1 }
        }
        sent.copies.append(copy)
        copies[copy.id] = copy
        copy.home.copies.append(copy)
        if let group = sent.group { copy.home.groups[group, default: []].append(copy) }
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
        if copy.isPossiblyWiped || copy.origin != nil || copy.isDoubtful { return }
        let queue = copy.home
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
