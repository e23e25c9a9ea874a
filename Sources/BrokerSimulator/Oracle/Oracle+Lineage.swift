/// What the oracle knows of messages that move tasks gave another identifier.
///
/// Each attempt to send writes its number into the message, so that a message is known again by body
/// and attempt. A chain of copies is what became of it, one move after the other.
extension Oracle {
    /// A message that was known before came again.
    func checkKnown(
        _ copy: Copy, _ number: Int?, _ queue: SimulatedQueue, _ attempt: Attempt
    ) {
        if copy.attempt == nil { copy.attempt = number }
        if copy.attempt != number {
            fail("damaged: b\(copy.sent.number) says it is of attempt \(number ?? 0)")
        }
        if let seen = copy.successor?.deliveries.first, attempt.began > seen.answered {
            fail("duplicated: b\(copy.sent.number) is in \(queue.name) though it was moved")
        }
    }

    /// A message with a new identifier: it was sent, or a task moved it.
    func firstSeen(
        _ sent: Sent, _ id: String, _ number: Int?, in queue: SimulatedQueue, _ attempt: Attempt
    ) -> Copy? {
        let first = sent.firstBegan ?? now
        guard !sent.isPublished else {
            let copy = Copy(
                sent, id: id, in: sent.queue, attempt: number, earliest: first, latest: now)
            add(copy)
            return copy
        }
        let chain = sent.copies.filter { $0.successor == nil }
        if let last = chain.last(where: { $0.attempt == number }) {
            return moved(last, id, in: queue)
        }
        // An accepted message may be of any attempt until it is received.
        if let last = chain.first(where: {
            $0.attempt == nil && home(after: $0, in: queue) != nil
        }) {
            last.attempt = number
            return moved(last, id, in: queue)
        }
        let redrives = sent.queue.redrives.values(from: first, until: now).compactMap(\.self)
        let isDeadLetter = redrives.contains { $0.target === queue }
        let receives = sent.queue.unseenReceives(after: first)
        let mayBeMoved = !moves.isEmpty && redrives.contains { receives >= $0.limit }
        guard queue === sent.queue || isDeadLetter || mayBeMoved else {
            fail("unexpected: b\(sent.number) in \(queue.name) was not sent there")
            return nil
        }
        let copy = Copy(
            sent, id: id, in: isDeadLetter || queue === sent.queue ? sent.queue : queue,
            attempt: number, earliest: first, latest: now)
        copy.isDoubtful = mayBeMoved
        add(copy)
        return copy
    }

    /// What became of `origin` when a task moved it.
    private func moved(_ origin: Copy, _ id: String, in queue: SimulatedQueue) -> Copy? {
        let sent = origin.sent
        guard let home = home(after: origin, in: queue) else {
            fail(
                "duplicated: b\(sent.number) in \(queue.name) has a new identifier, "
                    + "and no task moved it there")
            return nil
        }
        if let last = origin.lastDelivery, last.visibleEnd > latestNow {
            fail("delivered while invisible: b\(sent.number) was moved in flight")
        }
        let copy = Copy(
            sent, id: id, in: home, attempt: origin.attempt, origin: origin,
            earliest: origin.lastDelivery?.began ?? origin.earliest, latest: now)
        copy.sequence = origin.sequence
        statistics.add(.movedMessages)
        if origin.origin != nil { statistics.add(.movedTwice) }
        add(copy)
        return copy
    }

    /// The queue that a task moved `copy` to, when it is seen in `queue` next; nil when it cannot be
    /// there.
    private func home(after copy: Copy, in queue: SimulatedQueue) -> SimulatedQueue? {
        let homes = destinations(of: copy)
        return homes.first { $0 === queue }
            ?? homes.first {
                $0.redrives.values(from: copy.earliest, until: now).contains {
                    $0?.target === queue
                }
            }
    }

    /// Where tasks may have moved it to since it was seen last.
    func destinations(of copy: Copy) -> [SimulatedQueue] {
        let since = copy.lastDelivery?.began ?? copy.earliest
        var homes: [SimulatedQueue] = []
        var places = places(of: copy)
        while let place = places.popLast() {
            for move in moves
            where move.source === place.queue && move.began <= now && move.ended >= since {
                let home = move.destination ?? place.origin
                if homes.contains(where: { $0 === home }) { continue }
                homes.append(home)
                // Receives that nobody saw may have sent it on.
                for redrive in home.redrives.values(from: since, until: now) {
                    guard let redrive, home.unseenReceives(after: since) >= redrive.limit else {
                        continue
                    }
                    places.append((redrive.target, home))
                }
            }
        }
        return homes
    }

    /// The dead-letter queues in which it may be, with the queue that it came from.
    func places(
        of copy: Copy
    ) -> [(queue: SimulatedQueue, origin: SimulatedQueue)] {
        if let last = copy.lastDelivery, last.queue !== copy.home {
            return [(last.queue, copy.home)]
        }
        guard copy.isPossiblyDead(at: now) else { return [] }
        return copy.home.redrives.values(from: copy.earliest, until: now).compactMap { redrive in
            redrive.map { ($0.target, copy.home) }
        }
    }

    /// Whether it may be gone for a reason that clients know, wherever it went.
    func isPossiblyGone(_ copy: Copy) -> Bool {
        if copy.isPossiblyGone(at: latestNow) { return true }
        let elsewhere = places(of: copy).map(\.queue) + destinations(of: copy)
        return elsewhere.contains { queue in queue.wipes.contains { $0.end >= copy.earliest } }
    }
}
