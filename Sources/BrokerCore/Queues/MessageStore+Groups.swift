import Bytes

/// Message groups of FIFO queues.
///
/// A group is the list of its messages in send order. It can be received from while its first
/// message is ready: then the messages up to the first that is in flight or delayed can be taken.
/// That one rule is AWS's locking: while the first received message is neither deleted nor visible
/// again, nothing behind it moves. Groups that can be received from stand in a ring; one that
/// becomes receivable joins at its end.
extension MessageStore {
    /// The group (or lane) of the identifier with this digest, made when it does not exist; with
    /// nil, the lane of messages without a group.
    func group(_ digest: Hash128?, in backlog: Backlog) -> UInt32 {
        guard let digest else {
            if backlog.plainLane == 0 { backlog.plainLane = newGroup(in: backlog) }
            return backlog.plainLane
        }
        let key = Self.key(digest, in: backlog.number)
        if let existing = groupIndex[key] { return existing }
        let group = newGroup(in: backlog)
        groups[group].keyFirst = digest.first
        groups[group].keySecond = digest.second
        groupIndex.insert(key, group)
        if !backlog.isFIFO { linkLane(group, in: backlog) }
        return group
    }

    /// The digest of a group's identifier, by which another backlog finds its own; nil for the
    /// lane of messages without a group.
    func digest(of group: UInt32, in backlog: Backlog) -> Hash128? {
        guard group != backlog.plainLane else { return nil }
        return Hash128(first: groups[group].keyFirst, second: groups[group].keySecond)
    }

    /// The index's key for a digest that several backlogs may share.
    static func key(_ digest: Hash128, in backlog: UInt32) -> Hash128 {
        Hash128(
            first: digest.first ^ (UInt64(backlog) &* 0x9E37_79B9_7F4A_7C15), second: digest.second)
    }

    private func newGroup(in backlog: Backlog) -> UInt32 {
        let group = groups.allocate()
        let stamp = groups[group].stamp
        groups[group] = GroupSlot()
        groups[group].stamp = stamp &+ 1
        groups[group].backlog = backlog.number
        return group
    }

    /// Frees a group that has no messages left; the lane without a group stays.
    func releaseGroupIfEmpty(_ group: UInt32, in backlog: Backlog) {
        guard groups[group].count == 0, let digest = digest(of: group, in: backlog) else { return }
        if backlog.isFIFO {
            precondition(groups[group].state == 0, "an empty group is not in the ring")
        } else {
            unlinkLane(group, in: backlog)
        }
        groupIndex.remove(Self.key(digest, in: backlog.number))
        groups.free(group)
    }

    /// Puts a message, ready or delayed, behind the others of its group.
    func appendToGroup(_ slot: UInt32, in backlog: Backlog) {
        let group = messages[slot].group
        let tail = groups[group].tail
        messages[slot].previous = tail
        messages[slot].next = 0
        if tail == 0 { groups[group].head = slot } else { messages[tail].next = slot }
        groups[group].tail = slot
        if messages[slot].place == .ready { groups[group].readyCount += 1 }
        updateRing(group, in: backlog)
    }

    /// Takes a message out of its group's list, wherever it stands.
    func unlinkFromGroup(_ slot: UInt32, in backlog: Backlog) {
        let group = messages[slot].group
        let next = messages[slot].next
        let previous = messages[slot].previous
        if previous == 0 { groups[group].head = next } else { messages[previous].next = next }
        if next == 0 { groups[group].tail = previous } else { messages[next].previous = previous }
        messages[slot].next = 0
        messages[slot].previous = 0
        updateRing(group, in: backlog)
    }

    /// Makes the ring hold the group exactly when its first message is ready.
    func updateRing(_ group: UInt32, in backlog: Backlog) {
        let head = groups[group].head
        let isReceivable = head != 0 && messages[head].place == .ready
        guard isReceivable != (groups[group].state == 1) else { return }
        if isReceivable {
            groups[group].state = 1
            groups[group].ringNext = 0
            groups[group].ringPrevious = backlog.ringTail
            if backlog.ringTail == 0 {
                backlog.ringHead = group
            } else {
                groups[backlog.ringTail].ringNext = group
            }
            backlog.ringTail = group
        } else {
            groups[group].state = 0
            let next = groups[group].ringNext
            let previous = groups[group].ringPrevious
            if previous == 0 { backlog.ringHead = next } else { groups[previous].ringNext = next }
            if next == 0 {
                backlog.ringTail = previous
            } else {
                groups[next].ringPrevious = previous
            }
        }
    }
}
