import Bytes

/// Fair queues: on a standard queue with message groups, a noisy group does not delay the others.
///
/// Source: AWS, "Amazon SQS fair queues". A group is noisy while it has more than a tenth of the
/// messages in flight and at least thirty of its own, or more than a tenth of the recent processing
/// time. Messages of quiet groups, and those without a group, go first, in order; then those of
/// noisy ones, in order. Only a queue that has seen a message group pays for any of this.
extension MessageStore {
    // MARK: The list of lanes

    func linkLane(_ lane: UInt32, in backlog: Backlog) {
        groups[lane].ringPrevious = backlog.lastLane
        groups[lane].ringNext = 0
        if backlog.lastLane == 0 {
            backlog.firstLane = lane
        } else {
            groups[backlog.lastLane].ringNext = lane
        }
        backlog.lastLane = lane
        backlog.laneCount += 1
    }

    func unlinkLane(_ lane: UInt32, in backlog: Backlog) {
        let next = groups[lane].ringNext
        let previous = groups[lane].ringPrevious
        if previous == 0 { backlog.firstLane = next } else { groups[previous].ringNext = next }
        if next == 0 { backlog.lastLane = previous } else { groups[next].ringPrevious = previous }
        backlog.laneCount -= 1
        if groups[lane].state == 1 { backlog.noisyCount -= 1 }
        if backlog.laneCount == 0 {
            backlog.quiet = nil
            backlog.noisy = nil
        }
        // An entry left in a heap must not fit the slot's next user.
        groups[lane].stamp &+= 1
    }

    // MARK: Order among lanes

    /// Enters a lane anew into its heap after its earliest message changed.
    func orderChanged(_ lane: UInt32, in backlog: Backlog) {
        guard lane != backlog.plainLane else { return }
        groups[lane].stamp &+= 1
        let first = earliest(in: lane)
        guard first != 0 else { return }
        let order = messages[first].order
        if groups[lane].state == 1 {
            if backlog.noisy == nil { backlog.noisy = OrderHeap() }
            backlog.noisy?.push(order: order, slot: lane, stamp: groups[lane].stamp)
        } else {
            if backlog.quiet == nil { backlog.quiet = OrderHeap() }
            backlog.quiet?.push(order: order, slot: lane, stamp: groups[lane].stamp)
        }
        let entries = (backlog.quiet?.count ?? 0) + (backlog.noisy?.count ?? 0)
        if entries > 4 * backlog.laneCount + 1024 { rebuildLaneHeaps(in: backlog) }
    }

    /// Drops all out-of-date entries, once they outnumber the lanes several times.
    func rebuildLaneHeaps(in backlog: Backlog) {
        backlog.quiet?.removeAll()
        backlog.noisy?.removeAll()
        var lane = backlog.firstLane
        while lane != 0 {
            let first = earliest(in: lane)
            if first != 0 {
                if backlog.quiet == nil { backlog.quiet = OrderHeap() }
                if backlog.noisy == nil { backlog.noisy = OrderHeap() }
                let heap = groups[lane].state == 1 ? backlog.noisy : backlog.quiet
                heap?.push(order: messages[first].order, slot: lane, stamp: groups[lane].stamp)
            }
            lane = groups[lane].ringNext
        }
    }

    /// The message that a standard queue hands out next, or 0. Amortised O(log lanes).
    func nextReady(in backlog: Backlog, at instant: Instant) -> UInt32 {
        let plain = backlog.plainLane == 0 ? 0 : earliest(in: backlog.plainLane)
        guard backlog.laneCount > 0 else { return plain }
        if backlog.noisyCount > 0 { reviewNoisyLanes(in: backlog, at: instant) }
        while let lane = firstLane(of: backlog.quiet, in: backlog) {
            if isNoisy(lane, in: backlog, at: instant) {
                groups[lane].state = 1
                backlog.noisyCount += 1
                orderChanged(lane, in: backlog)
                continue
            }
            let first = earliest(in: lane)
            guard plain != 0 else { return first }
            return messages[plain].order < messages[first].order ? plain : first
        }
        if plain != 0 { return plain }
        guard let lane = firstLane(of: backlog.noisy, in: backlog) else { return 0 }
        return earliest(in: lane)
    }

    /// The lane at the top of a heap, past the entries that are out of date.
    private func firstLane(of heap: OrderHeap?, in backlog: Backlog) -> UInt32? {
        while let top = heap?.first {
            let isCurrent =
                groups[top.slot].stamp == top.stamp && groups[top.slot].backlog == backlog.number
                && groups[top.slot].readyCount > 0
            if isCurrent { return top.slot }
            _ = heap?.pop()
        }
        return nil
    }

    /// Counts lanes as quiet again that have become so. More than a tenth each can only be nine
    /// of each measure, so this looks at few lanes.
    private func reviewNoisyLanes(in backlog: Backlog, at instant: Instant) {
        var quieted = 0
        while quieted < backlog.noisyCount, let lane = firstLane(of: backlog.noisy, in: backlog),
            !isNoisy(lane, in: backlog, at: instant)
        {
            groups[lane].state = 0
            backlog.noisyCount -= 1
            orderChanged(lane, in: backlog)
            quieted += 1
        }
    }

    // MARK: Noise

    private func isNoisy(_ lane: UInt32, in backlog: Backlog, at instant: Instant) -> Bool {
        let own = Int(groups[lane].inFlightCount)
        if own >= Limits.noisyInFlightCount, own * 10 > backlog.inFlightCount { return true }
        decay(lane, in: backlog, at: instant)
        return groups[lane].finished >= UInt32(Limits.noisyInFlightCount)
            && groups[lane].work * 10 > backlog.work
    }

    /// Adds the time that a delivery was in flight to the work of its lane and its queue.
    func account(work delivery: UInt32, of lane: UInt32, at instant: Instant, in backlog: Backlog) {
        guard !backlog.isFIFO, backlog.laneCount > 0 else { return }
        decay(lane, in: backlog, at: instant)
        let started = deliveries[delivery].receivedAt
        let spent = instant.milliseconds > started ? instant.milliseconds - started : 0
        backlog.work += spent
        guard lane != backlog.plainLane else { return }
        groups[lane].work += spent
        groups[lane].finished += 1
    }

    /// Halves the work of a lane and of its queue for every interval since it was last touched.
    private func decay(_ lane: UInt32, in backlog: Backlog, at instant: Instant) {
        let interval = UInt32(
            truncatingIfNeeded: instant.milliseconds / Limits.noiseDecayMilliseconds)
        if backlog.workedAt != interval {
            backlog.work >>= UInt64(min(interval &- backlog.workedAt, 63))
            backlog.workedAt = interval
        }
        if groups[lane].workedAt != interval {
            let passed = min(interval &- groups[lane].workedAt, 31)
            groups[lane].work >>= UInt64(passed)
            groups[lane].finished >>= passed
            groups[lane].workedAt = interval
        }
    }
}
