/// What a receive with an identifier of its own was answered.
struct AnsweredReceive {
    var held: [Held]
    /// When it was first asked for.
    var began: UInt64
}

/// What the oracle knows of receives that are repeated with their ReceiveRequestAttemptId: within five
/// minutes they give the same messages, hidden anew, as long as none was deleted, changed or visible
/// again.
extension Oracle {
    /// A repeated receive answers what the first one did, if it must.
    func checkRepetition(
        _ id: String, _ held: [Held], _ attempt: Attempt, _ queue: SimulatedQueue
    ) {
        let first = attemptsBegan[id] ?? attempt.began
        if let before = attempts[id] {
            statistics.add(.repeatedReceives)
            let isSame =
                held.map(\.description) == before.held.map(\.description)
                && zip(held, before.held).allSatisfy { $0.delivery === $1.delivery }
            if isSame { statistics.add(.sameReceives) }
            if !isSame, isDue(before) {
                let names = before.held.map(\.description).joined(separator: " ")
                fail("attempt forgotten: \(id) gave \(names) before")
            }
        }
        attempts[id] = held.isEmpty ? nil : AnsweredReceive(held: held, began: first)
    }

    /// Whether what was received can be received again with the same identifier.
    private func isDue(_ receive: AnsweredReceive) -> Bool {
        guard latestNow < receive.began + Oracle.deduplicationMilliseconds else { return false }
        return receive.held.allSatisfy { one in
            let copy = one.copy
            return copy.deletesTried == 0 && copy.successor == nil
                && copy.deliveries.last === one.delivery
                && one.delivery.visibleEnd > latestNow
                && !copy.changes.contains { $0.end >= one.delivery.began }
                && !copy.isPossiblyGone(at: latestNow)
                && !one.delivery.queue.wipes.contains { $0.end >= one.delivery.began }
        }
    }

    /// The same receive came once more: the message is hidden from then on.
    func hideAnew(
        _ copy: Copy, _ delivery: Delivery, _ handle: String, _ visibility: Int, _ attempt: Attempt
    ) {
        if delivery.handle != handle {
            fail("attempt forgotten: b\(copy.sent.number)#\(delivery.count) has another handle")
        }
        delivery.visibleEnd = max(
            delivery.visibleEnd, attempt.began + UInt64(visibility) * 1000)
        shorten(delivery, by: copy.changes, since: attempt)
    }
}
