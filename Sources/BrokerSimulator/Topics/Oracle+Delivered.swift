/// What the oracle concludes about publications when everything was received.
extension Oracle {
    func checkPublicationsDelivered(_ topics: [SimulatedTopic]) {
        for publication in publicationList where publication.isAcknowledged {
            checkDelivered(publication)
        }
        for topic in topics where topic.isFIFO && !(topic.isWiped && clock.backward > 0) {
            for subscription in topic.subscriptions { checkOrder(of: subscription) }
        }
    }

    private func checkDelivered(_ publication: Publication) {
        var missed: [(deadLetter: Sent?, name: String)] = []
        for index in publication.owed {
            let receiver = publication.receivers[index]
            let subscription = receiver.subscription
            if subscription.isReplayed, let sent = receiver.sent {
                let least = publication.least(for: subscription)
                if sent.copies.count < least {
                    fail(
                        "lost: b\(publication.number) came \(sent.copies.count) times to "
                            + "\(subscription.endpoint), with replays at least \(least) times")
                }
                continue
            }
            if isWithReceiver(publication, receiver) { continue }
            missed.append((receiver.deadLetter, subscription.endpoint))
        }
        for one in missed {
            let dead = one.deadLetter?.copies.count ?? 0
            if dead < missed.count(where: { $0.deadLetter === one.deadLetter }) {
                fail(
                    "lost: b\(publication.number) reached neither \(one.name) "
                        + "nor its dead-letter queue")
            }
        }
    }

    /// Whether a receiver has it, or may have had it.
    private func isWithReceiver(
        _ publication: Publication, _ receiver: Publication.Receiver
    ) -> Bool {
        guard let sent = receiver.sent else {
            return receiver.subscription.hasTaken(publication.number)
        }
        if !sent.copies.isEmpty { return true }
        let start = publication.windows.first?.began ?? 0
        let end = publication.windows.last?.end ?? 0
        // It was there, and went with the queue or with a purge.
        return sent.queue.existence.possible(from: start, through: end).contains(true)
            && sent.queue.wipes.contains { $0.end >= start }
    }

    /// A queue has what its topic published in the topic's order, once more for each replay.
    private func checkOrder(of subscription: SimulatedSubscription) {
        guard let queue = subscription.queue, queue.isFIFO else { return }
        var list: [(inQueue: String, inTopic: String, number: Int)] = []
        for publication in publicationList where publication.topic === subscription.topic {
            guard let inTopic = publication.sequence else { continue }
            for receiver in publication.receivers where receiver.subscription === subscription {
                for copy in receiver.sent?.copies ?? [] {
                    guard let inQueue = copy.sequence else { continue }
                    list.append((inQueue, inTopic, publication.number))
                }
            }
        }
        if queue.isWiped, clock.backward > 0 { return }
        list.sort { $0.inQueue < $1.inQueue }
        var replays = subscription.replays.reduce(0) { $0 + $1.attempts }
        for (earlier, later) in zip(list, list.dropFirst())
        where later.inTopic <= earlier.inTopic {
            replays -= 1
            if replays < 0 {
                fail(
                    "reordered: \(queue.name) has b\(later.number) behind b\(earlier.number), "
                        + "which the topic took later")
            }
        }
    }
}
