/// What the oracle knows of the order within message groups.
///
/// A group is received from in the order in which its messages came to the queue: those sent there by
/// their sequence numbers, those that were moved there by the time when they came. A message that went
/// to a dead-letter queue, or away with a move task, lets the next one go.
extension Oracle {
    /// Every earlier message of its group is gone, or comes before it in the same answer.
    func checkOrder(_ copy: Copy, _ queue: SimulatedQueue, _ before: [Held]) {
        guard let group = copy.sent.group else { return }
        let homes = queue === copy.home ? [queue] : [queue, copy.home]
        for place in homes {
            tidy(group, of: place)
            for other in place.groups[group] ?? [] where other !== copy {
                guard came(other, before: copy, to: queue), other.deleted.isEmpty,
                    other.successor == nil, !mayHaveLeft(other, queue),
                    !before.contains(where: { $0.copy === other })
                else { continue }
                return fail(
                    "reordered: b\(copy.sent.number) came before b\(other.sent.number) "
                        + "from \(queue.name)")
            }
        }
        if copy.deliveries.isEmpty { checkMoveOrder(copy, group) }
    }

    /// Takes out what is finished, now and then.
    private func tidy(_ group: String, of queue: SimulatedQueue) {
        guard queue.groupsTidied[group].map({ $0 + 1_000 <= now }) ?? true else { return }
        queue.groupsTidied[group] = now
        queue.groups[group]?.removeAll { !$0.deleted.isEmpty || $0.successor != nil }
    }

    /// A task moved everything before it that stood before it.
    private func checkMoveOrder(_ copy: Copy, _ group: String) {
        guard let origin = copy.origin, let last = origin.lastDelivery, last.queue !== origin.home
        else { return }
        for place in [last.queue, origin.home] {
            for other in place.groups[group] ?? [] where other !== origin {
                guard other.successor == nil, other.deleted.isEmpty,
                    came(other, before: origin, to: last.queue), !isPossiblyGone(other),
                    !last.queue.wipes.contains(where: { $0.end >= other.earliest }),
                    places(of: other).allSatisfy({ $0.queue === last.queue }),
                    destinations(of: other).allSatisfy({ $0 === copy.home && !$0.isRedriven })
                else { continue }
                return fail(
                    "reordered: b\(copy.sent.number) was moved before b\(other.sent.number) "
                        + "from \(last.queue.name)")
            }
        }
    }

    /// Whether `other` surely came to the queue before `copy`.
    private func came(_ other: Copy, before copy: Copy, to queue: SimulatedQueue) -> Bool {
        if let earlier = other.order, let later = copy.order, other.origin == nil,
            copy.origin == nil, other.home === copy.home, !other.isDoubtful, !copy.isDoubtful
        {
            // What comes to a dead-letter queue comes in order, too.
            return earlier < later
                && (queue === copy.home || places(of: other).allSatisfy { $0.queue === queue })
        }
        return arrival(of: other, in: queue).latest < arrival(of: copy, in: queue).earliest
    }

    /// When a copy came to the queue.
    private func arrival(
        of copy: Copy, in queue: SimulatedQueue
    ) -> (earliest: UInt64, latest: UInt64) {
        if queue === copy.home { return (copy.earliest, copy.latest) }
        let before = copy.deliveries.last { $0.queue !== queue }
        let first = copy.deliveries.first { $0.queue === queue }
        return (before?.began ?? copy.earliest, first?.answered ?? .max)
    }

    /// Whether it may be in the queue no more.
    private func mayHaveLeft(_ copy: Copy, _ queue: SimulatedQueue) -> Bool {
        if copy.isPossiblyGone(at: latestNow) { return true }
        if queue === copy.home, copy.isPossiblyDead(at: now) { return true }
        let since = copy.lastDelivery?.began ?? copy.earliest
        return queue.wipes.contains { $0.end >= since }
            || moves.contains { $0.source === queue && $0.began <= now && $0.ended >= since }
    }
}
