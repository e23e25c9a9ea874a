import Bytes

/// Every queued message of the broker: fixed-size slots in slabs, linked into their backlogs.
///
/// All verbs are O(1) or O(log n). Slots are allocated and freed only while a record is applied,
/// so that a replay of the same records allocates the same slots; which message becomes ready when
/// follows from the clock alone and needs no record.
final class MessageStore {
    let messages = Slab<MessageSlot>()
    let deliveries = Slab<DeliverySlot>()
    let publications = Slab<PublicationSlot>()
    let owed = Slab<OwedSlot>()
    let groups = Slab<GroupSlot>()
    let groupIndex = HashIndex()
    let deduplications = Slab<DeduplicationSlot>()
    let deduplicationIndex = HashIndex()
    let attempts = Slab<AttemptSlot>(slotsPerPage: 256)
    let attemptIndex = HashIndex()
    /// The repeatable receives of all queues, oldest first.
    var firstAttempt: UInt32 = 0
    var lastAttempt: UInt32 = 0
    /// When messages become visible and delays end; its payload says which (see `TimerKind`).
    let wheel = TimingWheel()
    let ledger: SegmentLedger
    /// Backlogs by number; nil once swept.
    var backlogs: [Backlog?] = [nil]

    init(segmentByteCount: UInt64) {
        ledger = SegmentLedger(segmentByteCount: segmentByteCount)
    }

    /// The backlog `number`, which must exist.
    func backlog(_ number: UInt32) -> Backlog {
        guard let backlog = backlogs[Int(number)] else {
            preconditionFailure("a message's backlog outlives the message")
        }
        return backlog
    }

    /// The number of the backlog that a message which is not free is in.
    func backlogNumber(of slot: UInt32) -> UInt32 { groups[messages[slot].group].backlog }

    // MARK: A message comes

    /// Takes a slot for a message whose record stands at `position`; `attach` puts it in a backlog.
    func allocate(position: JournalPosition, length: Int, sentAt: UInt64) -> UInt32 {
        var message = MessageSlot()
        message.position = position.offset
        message.length = UInt32(length)
        message.sentAt = sentAt
        ledger.add(position: position.offset, length: UInt32(length))
        return allocate(message)
    }

    /// Takes a slot for an entry of a published message.
    func allocate(entry: Int, of publication: UInt32, sentAt: UInt64) -> UInt32 {
        var message = MessageSlot()
        message.flags = .published
        message.position = UInt64(entry) << 32 | UInt64(publication)
        message.sentAt = sentAt
        return allocate(message)
    }

    private func allocate(_ message: MessageSlot) -> UInt32 {
        let slot = messages.allocate()
        var message = message
        message.generation = messages[slot].generation
        messages[slot] = message
        return slot
    }

    /// Puts a detached message into a backlog, behind those that are there.
    ///
    /// The caller says next which place it takes.
    func attach(_ slot: UInt32, group digest: Hash128?, to backlog: Backlog) {
        messages[slot].order = backlog.nextOrder
        backlog.nextOrder += 1
        let group = group(digest, in: backlog)
        messages[slot].group = group
        groups[group].count += 1
        linkByAge(slot, in: backlog)
    }

    /// Gives a message its delivery, if it has none.
    @discardableResult
    func delivery(of slot: UInt32) -> UInt32 {
        let existing = messages[slot].delivery
        guard existing == 0 else { return existing }
        let delivery = deliveries.allocate()
        deliveries[delivery] = DeliverySlot()
        deliveries[delivery].message = slot
        messages[slot].delivery = delivery
        return delivery
    }

    // MARK: A message moves between places

    /// A new message is ready at once.
    func becomeReadyAtFirst(_ slot: UInt32, in backlog: Backlog) {
        messages[slot].place = .ready
        backlog.readyCount += 1
        if backlog.isFIFO {
            appendToGroup(slot, in: backlog)
        } else {
            appendFresh(slot, in: backlog)
        }
    }

    /// A new message waits until `visibleAt`.
    func becomeDelayed(_ slot: UInt32, until visibleAt: UInt64, in backlog: Backlog) {
        messages[slot].place = .delayed
        backlog.delayedCount += 1
        if backlog.isFIFO {
            // The delay of a FIFO queue is the queue's own and changes for all its messages, so
            // one timer on the oldest delayed message serves them all.
            appendToGroup(slot, in: backlog)
            if backlog.firstDelayed == 0 { backlog.firstDelayed = slot }
        } else {
            let delivery = delivery(of: slot)
            deliveries[delivery].visibleAt = visibleAt
            deliveries[delivery].link = schedule(slot, at: visibleAt)
        }
    }

    /// A ready message is received and invisible until `visibleAt`.
    func becomeInFlight(
        _ slot: UInt32, until visibleAt: UInt64, at now: Moment, in backlog: Backlog
    ) {
        precondition(messages[slot].place == .ready, "only a ready message is received")
        if !backlog.isFIFO { unlinkReady(slot, in: backlog) }
        let delivery = delivery(of: slot)
        deliveries[delivery].receiveCount += 1
        deliveries[delivery].receivedAt = now.instant.milliseconds
        if deliveries[delivery].firstReceivedAt == 0 {
            deliveries[delivery].firstReceivedAt = now.timestamp.milliseconds
        }
        deliveries[delivery].visibleAt = visibleAt
        deliveries[delivery].link = schedule(slot, at: visibleAt)
        messages[slot].place = .inFlight
        backlog.readyCount -= 1
        backlog.inFlightCount += 1
        let group = messages[slot].group
        groups[group].readyCount -= 1
        groups[group].inFlightCount += 1
        if backlog.isFIFO { updateRing(group, in: backlog) }
    }

    /// A delayed or in-flight message becomes ready.
    ///
    /// An older message goes before younger ones, except that one received three times or more
    /// goes behind those that wait now (AWS, "Available CloudWatch metrics for Amazon SQS",
    /// ApproximateAgeOfOldestMessage).
    func becomeReadyAgain(_ slot: UInt32, at instant: Instant, in backlog: Backlog) {
        let group = messages[slot].group
        let delivery = messages[slot].delivery
        if messages[slot].place == .inFlight {
            cancelTimer(of: delivery)
            backlog.inFlightCount -= 1
            groups[group].inFlightCount -= 1
            account(work: delivery, of: group, at: instant, in: backlog)
        } else {
            precondition(messages[slot].place == .delayed, "only what is not ready becomes ready")
            if !backlog.isFIFO { cancelTimer(of: delivery) }
            backlog.delayedCount -= 1
        }
        messages[slot].place = .ready
        backlog.readyCount += 1
        groups[group].readyCount += 1
        if delivery != 0 { deliveries[delivery].link = 0 }
        if backlog.isFIFO {
            updateRing(group, in: backlog)
        } else if deliveries[delivery].receiveCount >= Limits.poisonReceiveCount {
            messages[slot].order = backlog.nextOrder
            backlog.nextOrder += 1
            linkFresh(slot, group, in: backlog)
        } else {
            linkReturned(slot, group, in: backlog)
        }
    }

    /// A ready message of a FIFO queue, never received, is delayed after all.
    func becomeDelayedAgain(_ slot: UInt32, in backlog: Backlog) {
        precondition(backlog.isFIFO && messages[slot].place == .ready, "a queue's new delay")
        let group = messages[slot].group
        messages[slot].place = .delayed
        backlog.readyCount -= 1
        backlog.delayedCount += 1
        groups[group].readyCount -= 1
        updateRing(group, in: backlog)
    }

    /// Changes when an in-flight message becomes ready.
    func changeVisibility(_ slot: UInt32, until visibleAt: UInt64) {
        precondition(messages[slot].place == .inFlight, "only in flight there is a timeout")
        let delivery = messages[slot].delivery
        cancelTimer(of: delivery)
        deliveries[delivery].visibleAt = visibleAt
        deliveries[delivery].link = schedule(slot, at: visibleAt)
    }

    /// The timer of a delayed or in-flight message. Its payload is the message's slot.
    func schedule(_ slot: UInt32, at visibleAt: UInt64) -> UInt32 {
        wheel.schedule(at: visibleAt, payload: UInt64(slot))
    }

    private func cancelTimer(of delivery: UInt32) {
        let timer = deliveries[delivery].link
        if timer != 0 { wheel.cancel(timer) }
        deliveries[delivery].link = 0
    }

    // MARK: A message leaves

    /// Takes a message out of its backlog and frees its slot.
    func remove(_ slot: UInt32, at instant: Instant, from backlog: Backlog) {
        detach(slot, at: instant, from: backlog)
        releaseRecord(of: slot)
        let delivery = messages[slot].delivery
        if delivery != 0 { deliveries.free(delivery) }
        messages[slot].generation &+= 1
        messages[slot].place = .free
        messages.free(slot)
    }

    /// Takes a message out of its backlog; it keeps its slot, delivery and record.
    func detach(_ slot: UInt32, at instant: Instant, from backlog: Backlog) {
        let group = messages[slot].group
        let delivery = messages[slot].delivery
        switch messages[slot].place {
        case .ready:
            if !backlog.isFIFO { unlinkReady(slot, in: backlog) }
            backlog.readyCount -= 1
            groups[group].readyCount -= 1
        case .delayed:
            if !backlog.isFIFO {
                cancelTimer(of: delivery)
            } else if backlog.firstDelayed == slot {
                backlog.firstDelayed = nextDelayed(after: slot)
            }
            backlog.delayedCount -= 1
        case .inFlight:
            cancelTimer(of: delivery)
            backlog.inFlightCount -= 1
            groups[group].inFlightCount -= 1
            account(work: delivery, of: group, at: instant, in: backlog)
        case .free:
            preconditionFailure("a free slot belongs to no backlog")
        }
        if delivery != 0 { deliveries[delivery].link = 0 }
        if backlog.nextToDelay == slot { backlog.nextToDelay = messages[slot].previousByAge }
        unlinkByAge(slot, from: backlog)
        if backlog.isFIFO { unlinkFromGroup(slot, in: backlog) }
        groups[group].count -= 1
        releaseGroupIfEmpty(group, in: backlog)
        messages[slot].group = 0
    }
}
