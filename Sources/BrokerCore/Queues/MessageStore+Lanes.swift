import Bytes

/// Lanes of standard queues: the ready messages of one group identifier, or of none, in order.
///
/// A lane keeps its ready messages in two parts: the fresh ones in a list, whose order only grows,
/// and the returned ones (visible again, or delayed before) in a pairing heap through the same
/// links. The earliest message of the lane is the first of one of the two.
extension MessageStore {
    // MARK: The list of fresh messages

    /// Puts a new ready message behind the fresh ones of its lane.
    func appendFresh(_ slot: UInt32, in backlog: Backlog) {
        let lane = messages[slot].group
        groups[lane].readyCount += 1
        linkFresh(slot, lane, in: backlog)
    }

    func linkFresh(_ slot: UInt32, _ lane: UInt32, in backlog: Backlog) {
        let tail = groups[lane].tail
        messages[slot].flags.remove(.returned)
        messages[slot].previous = tail
        messages[slot].next = 0
        if tail == 0 { groups[lane].head = slot } else { messages[tail].next = slot }
        groups[lane].tail = slot
        if tail == 0 { orderChanged(lane, in: backlog) }
    }

    /// Takes a ready message out of its lane, wherever it stands.
    func unlinkReady(_ slot: UInt32, in backlog: Backlog) {
        let lane = messages[slot].group
        if messages[slot].flags.contains(.returned) {
            removeFromHeap(slot, lane)
            messages[slot].flags.remove(.returned)
        } else {
            let next = messages[slot].next
            let previous = messages[slot].previous
            if previous == 0 { groups[lane].head = next } else { messages[previous].next = next }
            if next == 0 {
                groups[lane].tail = previous
            } else {
                messages[next].previous = previous
            }
        }
        messages[slot].next = 0
        messages[slot].previous = 0
        orderChanged(lane, in: backlog)
    }

    /// The earliest ready message of a lane, or 0.
    func earliest(in lane: UInt32) -> UInt32 {
        let head = groups[lane].head
        let root = groups[lane].root
        if head == 0 || root == 0 { return head | root }
        return messages[head].order < messages[root].order ? head : root
    }

    // MARK: The heap of returned messages

    /// Puts a message that is ready again among the returned ones of its lane. O(1).
    func linkReturned(_ slot: UInt32, _ lane: UInt32, in backlog: Backlog) {
        messages[slot].flags.insert(.returned)
        messages[slot].next = 0
        messages[slot].previous = 0
        deliveries[messages[slot].delivery].link = 0
        groups[lane].root = meld(groups[lane].root, slot)
        orderChanged(lane, in: backlog)
    }

    /// Joins two heaps and returns the root. O(1).
    private func meld(_ left: UInt32, _ right: UInt32) -> UInt32 {
        if left == 0 || right == 0 { return left | right }
        let leftFirst = messages[left].order < messages[right].order
        let parent = leftFirst ? left : right
        let child = leftFirst ? right : left
        let sibling = deliveries[messages[parent].delivery].link
        messages[child].next = sibling
        messages[child].previous = parent
        if sibling != 0 { messages[sibling].previous = child }
        deliveries[messages[parent].delivery].link = child
        return parent
    }

    /// Takes any message out of the heap of its lane. Amortised O(log n).
    private func removeFromHeap(_ slot: UInt32, _ lane: UInt32) {
        let children = mergePairs(deliveries[messages[slot].delivery].link)
        deliveries[messages[slot].delivery].link = 0
        if groups[lane].root == slot {
            groups[lane].root = children
            return
        }
        let next = messages[slot].next
        let previous = messages[slot].previous
        if deliveries[messages[previous].delivery].link == slot {
            deliveries[messages[previous].delivery].link = next
        } else {
            messages[previous].next = next
        }
        if next != 0 { messages[next].previous = previous }
        groups[lane].root = meld(groups[lane].root, children)
    }

    /// Joins a row of siblings into one heap: in pairs from the left, then from the right.
    private func mergePairs(_ first: UInt32) -> UInt32 {
        var paired: UInt32 = 0
        var rest = first
        while rest != 0 {
            let one = rest
            let other = messages[one].next
            rest = other == 0 ? 0 : messages[other].next
            messages[one].next = 0
            messages[one].previous = 0
            if other != 0 {
                messages[other].next = 0
                messages[other].previous = 0
            }
            let joined = meld(one, other)
            // The joined pairs wait in a chain through `next`, the last one first.
            messages[joined].next = paired
            paired = joined
        }
        var root: UInt32 = 0
        while paired != 0 {
            let one = paired
            paired = messages[one].next
            messages[one].next = 0
            root = meld(root, one)
        }
        return root
    }
}
