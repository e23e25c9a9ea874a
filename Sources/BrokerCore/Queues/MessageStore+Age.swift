import Bytes

/// Age: which message of a backlog is the oldest, for retention and for sweeping.
///
/// Messages sent to the queue come in order of time and form a list. A message moved here from
/// another queue keeps its enqueue time and may be older than the youngest; those form a heap.
extension MessageStore {
    func linkByAge(_ slot: UInt32, in backlog: Backlog) {
        let youngest = backlog.youngest
        if youngest != 0, messages[youngest].sentAt > messages[slot].sentAt {
            messages[slot].flags.insert(.agedInHeap)
            if backlog.aged == nil { backlog.aged = OrderHeap() }
            backlog.aged?.push(
                order: messages[slot].sentAt, slot: slot, stamp: messages[slot].generation)
            backlog.agedCount += 1
            return
        }
        messages[slot].flags.remove(.agedInHeap)
        messages[slot].previousByAge = youngest
        messages[slot].nextByAge = 0
        if youngest == 0 {
            backlog.oldest = slot
        } else {
            messages[youngest].nextByAge = slot
        }
        backlog.youngest = slot
    }

    func unlinkByAge(_ slot: UInt32, from backlog: Backlog) {
        if messages[slot].flags.contains(.agedInHeap) {
            // Its entry in the heap is now out of date and is dropped when it comes to the top.
            messages[slot].flags.remove(.agedInHeap)
            backlog.agedCount -= 1
            if backlog.agedCount == 0 { backlog.aged?.removeAll() }
            return
        }
        let next = messages[slot].nextByAge
        let previous = messages[slot].previousByAge
        if previous == 0 { backlog.oldest = next } else { messages[previous].nextByAge = next }
        if next == 0 {
            backlog.youngest = previous
        } else {
            messages[next].previousByAge = previous
        }
        messages[slot].nextByAge = 0
        messages[slot].previousByAge = 0
    }

    /// The oldest message of a backlog, or 0 when it is empty. Amortised O(log n).
    func oldest(in backlog: Backlog) -> UInt32 {
        let listed = backlog.oldest
        while backlog.agedCount > 0, let top = backlog.aged?.first {
            let isCurrent =
                messages[top.slot].generation == top.stamp
                && messages[top.slot].flags.contains(.agedInHeap)
                && backlogNumber(of: top.slot) == backlog.number
            guard isCurrent else {
                _ = backlog.aged?.pop()
                continue
            }
            if listed == 0 || messages[top.slot].sentAt < messages[listed].sentAt {
                return top.slot
            }
            return listed
        }
        return listed
    }

    /// The next delayed message of a FIFO backlog that is younger than `slot`, or 0.
    func nextDelayed(after slot: UInt32) -> UInt32 {
        var candidate = messages[slot].nextByAge
        while candidate != 0, messages[candidate].place != .delayed {
            candidate = messages[candidate].nextByAge
        }
        return candidate
    }
}
