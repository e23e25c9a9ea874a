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
        if groups[lane].state == 1 { backlog.noisy.removeAll { $0 == lane } }
        if backlog.laneCount == 0 { backlog.quiet = nil }
        // An entry left in a heap must not fit the slot's next user.
        groups[lane].stamp &+= 1
    }

    // MARK: Order among lanes

    /// Enters a quiet lane anew into the heap after its earliest message changed.
    func orderChanged(_ lane: UInt32, in backlog: Backlog) {
        guard lane != backlog.plainLane else { return }
        groups[lane].stamp &+= 1
        let first = earliest(in: lane)
        guard first != 0, groups[lane].state == 0 else { return }
        if backlog.quiet == nil { backlog.quiet = OrderHeap() }
        backlog.quiet?.push(
            order: messages[first].order, slot: lane, stamp: groups[lane].stamp)
        let entries = backlog.quiet?.count ?? 0
        if entries > 4 * backlog.laneCount + 1024 { rebuildLanes(in: backlog) }
    }

    /// Finds anew which lanes are quiet and which noisy, after a snapshot was loaded, or when the
    /// entries of the heap that are out of date outnumber the lanes several times.
    func rebuildLanes(in backlog: Backlog) {
        backlog.quiet?.removeAll()
        backlog.noisy.removeAll()
        var lane = backlog.firstLane
        while lane != 0 {
            let first = earliest(in: lane)
            if groups[lane].state == 1 {
                backlog.noisy.append(lane)
            } else if first != 0 {
                if backlog.quiet == nil { backlog.quiet = OrderHeap() }
                backlog.quiet?.push(
                    order: messages[first].order, slot: lane, stamp: groups[lane].stamp)
            }
            lane = groups[lane].ringNext
        }
    }

    /// The message that a standard queue hands out next, or 0. Amortised O(log lanes).
    ///
    /// What is noisy is found out anew each time, so that the answer follows from the messages and
    /// the time alone, and a broker that has just been recovered gives the same.
    func nextReady(in backlog: Backlog, at instant: Instant) -> UInt32 {
        let plain = backlog.plainLane == 0 ? 0 : earliest(in: backlog.plainLane)
        guard backlog.laneCount > 0 else { return plain }
        if !backlog.noisy.isEmpty { reviewNoisyLanes(in: backlog, at: instant) }
        while let lane = firstQuietLane(in: backlog) {
            if isNoisy(lane, in: backlog, at: instant) {
                groups[lane].state = 1
                groups[lane].stamp &+= 1
                backlog.noisy.append(lane)
                continue
            }
            let first = earliest(in: lane)
            guard plain != 0 else { return first }
            return messages[plain].order < messages[first].order ? plain : first
        }
        if plain != 0 { return plain }
        var first: UInt32 = 0
        for lane in backlog.noisy {
            let candidate = earliest(in: lane)
            guard candidate != 0 else { continue }
            if first == 0 || messages[candidate].order < messages[first].order {
                first = candidate
            }
        }
        return first
    }

    /// The lane at the top of the heap, past the entries that are out of date.
    private func firstQuietLane(in backlog: Backlog) -> UInt32? {
        while let top = backlog.quiet?.first {
            let isCurrent =
                groups[top.slot].stamp == top.stamp && groups[top.slot].backlog == backlog.number
                && groups[top.slot].readyCount > 0
            if isCurrent { return top.slot }
            _ = backlog.quiet?.pop()
        }
        return nil
    }

    /// Counts lanes as quiet again that have become so.
    private func reviewNoisyLanes(in backlog: Backlog, at instant: Instant) {
        var index = 0
        while index < backlog.noisy.count {
            let lane = backlog.noisy[index]
            if isNoisy(lane, in: backlog, at: instant) {
                index += 1
            } else {
                backlog.noisy.remove(at: index)
                groups[lane].state = 0
                orderChanged(lane, in: backlog)
            }
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
        // A timeout that is processed late belongs to an interval that may be over.
        if backlog.workedAt < interval {
            backlog.work >>= interval - backlog.workedAt
            backlog.workedAt = interval
        }
        if groups[lane].workedAt < interval {
            groups[lane].work >>= interval - groups[lane].workedAt
            groups[lane].finished >>= interval - groups[lane].workedAt
            groups[lane].workedAt = interval
        }
    }
}
