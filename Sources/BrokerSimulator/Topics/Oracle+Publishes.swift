/// What the oracle concludes from answers to Publish, and from notifications in queues.
extension Oracle {
    func publishAnswered(
        _ topic: SimulatedTopic, _ publications: [Publication], _ attempt: Attempt, _ xml: XMLText
    ) {
        for window in attempt.publishes { window.close(clock) }
        if publications.count == 1 {
            return accepted(publications[0], attempt.publishes[0], xml)
        }
        let entries = xml.all("member")
        if entries.count != publications.count {
            return fail("nonsense: not every entry of a batch is answered")
        }
        for entry in entries {
            guard let index = entry["Id"].flatMap({ Int($0) }), index < publications.count else {
                return fail("nonsense: an entry that was not sent is answered")
            }
            if let code = entry["Code"] { fail("refused: an entry to \(topic.name): \(code)") }
            accepted(publications[index], attempt.publishes[index], entry)
        }
    }

    private func accepted(
        _ publication: Publication, _ window: Publication.Window, _ xml: XMLText
    ) {
        let number = publication.number
        guard let id = xml["MessageId"] else { return fail("nonsense: no MessageId") }
        if let other = publicationOfID.updateValue(number, forKey: id), other != number {
            fail("unexpected: b\(number) is answered with the id of b\(other)")
        }
        let sequence = xml["SequenceNumber"]
        if publication.topic.isFIFO {
            acceptedInOrder(publication, window, id, sequence)
        } else if publication.answers.contains(where: { $0.id == id }) {
            fail("unexpected: two publishes of b\(number) have one id")
        }
        publication.answers.append((id, sequence, now))
        let first = publication.topic.isFIFO ? publication.windows.first ?? window : window
        if publication.topic.isFIFO, now > first.began + 250_000 { return }
        for (index, receiver) in publication.receivers.enumerated()
        where !publication.owed.contains(index)
            && publication.surelyReaches(receiver.subscription, from: first.began, through: now)
        {
            publication.owed.append(index)
            guard let sent = receiver.sent, !sent.queue.isWiped,
                !receiver.subscription.isReplayed, sent.copies.isEmpty
            else { continue }
            sent.owed = 1
            guard let group = sent.group else { continue }
            sent.queue.owedInOrder["\(publication.topic.name) \(group)", default: []]
                .append(sent)
        }
    }

    /// A FIFO topic takes an identifier once within its window, and its numbers grow.
    private func acceptedInOrder(
        _ publication: Publication, _ window: Publication.Window, _ id: String,
        _ sequence: String?
    ) {
        let topic = publication.topic
        let name = "b\(publication.number)"
        guard let sequence else { return fail("nonsense: no SequenceNumber") }
        if let known = publication.answers.first(where: { $0.id == id }) {
            if known.sequence != sequence {
                fail("reordered: \(name) is answered with another number than before")
            }
            if window.began >= known.time + Oracle.deduplicationMilliseconds + clock.backward {
                fail("lost: \(name) was taken for a duplicate after its window")
            }
            return
        }
        if !publication.answers.isEmpty,
            publication.acceptances(publication.windows, clock) == 1
        {
            return fail("deduplication violated: \(name) was published twice")
        }
        let began = publication.windows.first?.began ?? window.began
        if let before = topic.sequences.last(where: { $0.time < began }),
            before.highest >= sequence, !(topic.isWiped && clock.backward > 0)
        {
            fail("reordered: \(name) has a lower number than one published before")
        }
        topic.sequences.append((now, max(topic.sequences.last?.highest ?? "", sequence)))
        if topic.sequences.count > 2_000 { topic.sequences.removeFirst(1_000) }
    }

    // MARK: In queues

    /// A notification was received from a queue.
    func checkNotification(_ copy: Copy, _ envelope: Envelope?) {
        guard let publication = copy.sent.publication else {
            if envelope != nil { fail("unexpected: b\(copy.sent.number) has an envelope") }
            return
        }
        let sent = copy.sent
        let receivers = publication.receivers.filter {
            $0.sent === sent || $0.deadLetter === sent
        }
        let name = "b\(sent.number) in \(sent.queue.name)"
        let start = publication.windows.first?.began ?? 0
        let mayBeSo = receivers.contains {
            $0.subscription.conditions.possible(from: start, through: now)
                .contains { $0.isRaw == (envelope == nil) }
        }
        if !mayBeSo {
            fail("unexpected: \(name) is \(envelope == nil ? "raw" : "in an envelope")")
        }
        if let fault = envelope?.fault(of: publication) { fail("damaged: \(name) \(fault)") }
        if envelope?.isReplayed == true, receivers.allSatisfy(\.subscription.replays.isEmpty) {
            fail("unexpected: \(name) is replayed, and nobody asked for that")
        }
        if !receivers.contains(where: { $0.sent === sent || mayBeDead($0, publication) }) {
            fail("dead letter wrong: \(name) was given up too early")
        }
        checkTopicOrder(sent, publication)
    }

    /// Whether a receiver may have failed for good.
    private func mayBeDead(_ receiver: Publication.Receiver, _ publication: Publication) -> Bool {
        let start = publication.windows.first?.began ?? 0
        if let queue = receiver.sent?.queue {
            return queue.existence.possible(from: start, through: now).contains(false)
        }
        let receptions = receiver.subscription.receptions[publication.number] ?? []
        var failures = 0
        for reception in receptions {
            switch reception {
            case .refused: return true
            case .failed, .unsaid: failures += 1
            case .taken: break
            }
        }
        let retries = receiver.subscription.conditions.possible(from: start, through: now)
            .map(\.retries).min()
        return failures > retries ?? 0
    }

    /// What the topic took before it, of the same group, is there before it.
    private func checkTopicOrder(_ sent: Sent, _ publication: Publication) {
        guard let group = sent.group, let number = publication.sequence else { return }
        // A topic that is made anew may begin with lower numbers, when the wall clock was set back.
        if publication.topic.isWiped, clock.backward > 0 { return }
        let key = "\(publication.topic.name) \(group)"
        guard var owed = sent.queue.owedInOrder[key] else { return }
        owed.removeAll { $0.owed == 0 }
        sent.queue.owedInOrder[key] = owed
        for other in owed where other !== sent {
            guard let earlier = other.publication?.sequence, earlier < number,
                earlier.utf8.count == number.utf8.count
            else { continue }
            fail(
                "reordered: b\(sent.number) came before b\(other.number), "
                    + "which was published earlier")
        }
    }
}

extension Publication {
    /// Its number in the topic; nil when that is not known, or when it may have several.
    var sequence: String? {
        guard let first = answers.first, answers.allSatisfy({ $0.id == first.id }),
            windows.count == 1 || !topic.isWiped
        else { return nil }
        return first.sequence
    }
}
