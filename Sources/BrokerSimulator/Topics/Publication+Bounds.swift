/// How often a publication may be, and has to be, with its receivers.
extension Publication {
    /// Whether a subscription may have got what this request published.
    func mayReach(_ subscription: SimulatedSubscription, by window: Window) -> Bool {
        subscription.conditions.possible(from: window.began, through: window.end)
            .contains { $0.wants(self) }
    }

    /// Whether a subscription may have got it at all.
    func mayReach(_ subscription: SimulatedSubscription) -> Bool {
        windows.contains { mayReach(subscription, by: $0) }
    }

    /// Whether a subscription surely got what was published between these times.
    func surelyReaches(
        _ subscription: SimulatedSubscription, from start: UInt64, through end: UInt64
    ) -> Bool {
        subscription.conditions.possible(from: start, through: end).allSatisfy { $0.wants(self) }
    }

    /// How many messages these requests may have become: a FIFO topic takes an identifier once in
    /// five minutes.
    func acceptances(_ windows: [Window], _ clock: SimulatedClock) -> Int {
        guard topic.isFIFO, !topic.isWiped else { return windows.count }
        var count = 0
        var last: UInt64?
        for window in windows {
            let end = min(window.end, clock.now)
            if let last, end - min(last, end) + clock.forward < Oracle.deduplicationMilliseconds {
                continue
            }
            count += 1
            last = window.began
        }
        return count
    }

    /// How many copies of a message there may be.
    func most(of sent: Sent, _ clock: SimulatedClock) -> Int {
        var most = 0
        for receiver in receivers where receiver.sent === sent || receiver.deadLetter === sent {
            let windows = windows.filter { mayReach(receiver.subscription, by: $0) }
            most += acceptances(windows, clock)
            guard receiver.sent === sent else { continue }
            for order in receiver.subscription.replays where mayBe(in: order) {
                most += order.attempts
            }
        }
        return most
    }

    // MARK: Replays

    /// Whether a replay may bring it again.
    private func mayBe(in order: ReplayOrder) -> Bool {
        windows.contains { window in
            window.began <= order.answered ?? .max && window.wall.upperBound >= order.start
                && window.wall.lowerBound <= order.end ?? .max
        }
    }

    /// Whether a replay surely brings it again.
    private func isSurely(in order: ReplayOrder) -> Bool {
        isAcknowledged
            && windows.allSatisfy { window in
                // Without the policy the archive is forgotten.
                !topic.archiving.possible(from: window.began, through: .max).contains(false)
                    && window.end < order.began && window.wall.lowerBound >= order.start
                    && window.wall.upperBound <= order.end ?? .max
            }
    }

    /// How many copies a subscription with replays has to have got at the end.
    func least(for subscription: SimulatedSubscription) -> Int {
        guard isAcknowledged, let first = windows.first, windows.count < 10,
            surelyReaches(
                subscription, from: first.began, through: windows.map(\.end).max() ?? .max)
        else { return 0 }
        let orders = subscription.replays
        let again = orders.indices.count { isFinished($0, of: orders) && isSurely(in: orders[$0]) }
        // What is published while a replay goes on comes with it, or with the one that replaces it:
        // after its range, or within.
        let missedIn = orders.indices.first { index in
            // A request that is repeated replaces what the one before it began.
            var end = orders[index].attempts > 1 ? orders[index].answered ?? .max : 0
            if index + 1 < orders.count, !orders[index].isComplete {
                end = orders[index + 1].answered ?? .max
            }
            return windows.contains { $0.end >= orders[index].began && $0.began <= end }
        }
        guard let missedIn,
            let last = orders.indices[missedIn...].first(where: { isFinished($0, of: orders) }),
            isSurely(in: orders[last])
        else { return 1 + again }
        return again
    }

    /// Whether a replay surely comes to its end.
    private func isFinished(_ index: Int, of orders: [ReplayOrder]) -> Bool {
        orders[index].answered != nil && (orders[index].isComplete || index == orders.count - 1)
    }
}
