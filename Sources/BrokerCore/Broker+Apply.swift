import Bytes

/// Recovery: facts from the journal change the state as they did when they were recorded.
extension Broker {
    /// Applies one record of the journal.
    ///
    /// - Parameters:
    ///   - type: The kind of record.
    ///   - payload: What was appended.
    ///   - position: Where the record stands.
    /// - Throws: `RecordError` when the record cannot follow the ones before it.
    public mutating func apply(
        type: UInt8, payload: ByteView, at position: JournalPosition
    ) throws(RecordError) {
        guard let type = RecordType(rawValue: type) else {
            throw RecordError("record type \(type) is not known to this version")
        }
        var reader = RecordReader(payload)
        let now = try reader.moment()
        if type != .messageRelocated, type != .notificationRelocated {
            latestInstant = max(latestInstant, now.instant)
            latestTimestamp = now.timestamp
            passTime(to: latestInstant, limit: .max)
        }
        switch type {
        case .founded:
            let handle = try reader.digest()
            let hash = try reader.digest()
            applyFounded(
                handleKey: SipKey(k0: handle.first, k1: handle.second),
                hashKey: SipKey(k0: hash.first, k1: hash.second))
        case .brokerReset: applyReset(at: now)
        case .messageSent: try replaySent(payload, at: position)
        case .messageRelocated: try replayRelocated(payload, at: position)
        case .queueCreated, .queueDeleted, .queueSettingsChanged, .queueTagsChanged, .queuePurged:
            try replayQueue(type, &reader, at: now)
        case .messagesReceived, .messagesDeleted, .visibilityChanged, .messageDeadLettered:
            try replayMessages(type, &reader, at: now)
        case .messagesExpired, .messagesSwept, .deduplicationsExpired, .attemptsExpired:
            try replayChore(type, &reader, at: now)
        case .moveTaskStarted, .moveTaskEnded, .messageMoved:
            try replayMoveTask(type, &reader, at: now)
        case .notificationPublished, .notificationRelocated, .deliveryPostponed, .deliveryEnded,
            .deliveryRedriven, .replayEnded:
            try replayNotification(type, payload, &reader, at: position, now)
        case .topicChanged, .topicDeleted, .subscriptionChanged, .subscriptionEnded,
            .platformChanged, .smsChanged:
            try replayTopic(type, &reader, at: now)
        case .snapshotBegun, .snapshotQueue, .snapshotBacklog, .snapshotPage, .snapshotMoveTask,
            .snapshotTopic, .snapshotSubscription, .snapshotPlatform, .snapshotSMS,
            .snapshotDeliveries:
            throw RecordError("a record of a snapshot stands in the journal")
        }
    }

    private mutating func replaySent(
        _ payload: ByteView, at position: JournalPosition
    ) throws(RecordError) {
        let stored = try Self.stored(payload)
        let queue = try replayedQueue(stored.queue)
        guard store.messages.nextIndex == stored.slot else {
            throw RecordError(
                "a message was stored in slot \(stored.slot), but "
                    + "\(store.messages.nextIndex) is next")
        }
        applySent(stored, in: queue, at: position, length: payload.count)
    }

    private mutating func replayRelocated(
        _ payload: ByteView, at position: JournalPosition
    ) throws(RecordError) {
        let stored = try Self.stored(payload)
        guard stored.slot != 0, stored.slot < store.messages.highWater,
            store.messages[stored.slot].place != .free,
            !store.messages[stored.slot].flags.contains(.published)
        else { throw RecordError("a message was relocated that is not there") }
        applyRelocated(stored.slot, to: position, length: payload.count)
    }

    static func stored(_ payload: ByteView) throws(RecordError) -> StoredMessage {
        do { return try StoredMessage(payload: payload) } catch {
            throw RecordError("a message is cut short")
        }
    }

    private mutating func replayQueue(
        _ type: RecordType, _ reader: inout RecordReader, at now: Moment
    ) throws(RecordError) {
        let number: UInt32 = try reader.integer()
        if type == .queueCreated {
            let backlog: UInt32 = try reader.integer()
            guard Int(number) == queues.count, Int(backlog) == store.backlogs.count else {
                throw RecordError("queue \(number) does not follow the queues before it")
            }
            let identity = try QueueIdentity(decoding: &reader.bytes)
            applyQueueCreated(
                number: number, backlog: backlog, identity: identity,
                settings: try reader.settings(), tags: try reader.tags(), at: now)
            return
        }
        let queue = try replayedQueue(number)
        switch type {
        case .queueDeleted: applyQueueDeleted(queue, at: now)
        case .queueSettingsChanged:
            applySettingsChanged(queue, to: try reader.settings(), at: now, delayLimit: .max)
        case .queueTagsChanged: applyTagsChanged(queue, to: try reader.tags())
        default:
            let backlog: UInt32 = try reader.integer()
            guard Int(backlog) == store.backlogs.count else {
                throw RecordError("backlog \(backlog) does not follow those before it")
            }
            applyQueuePurged(queue, backlog: backlog, at: now)
        }
    }

    private mutating func replayMessages(
        _ type: RecordType, _ reader: inout RecordReader, at now: Moment
    ) throws(RecordError) {
        let queue = try replayedQueue(ofBacklog: try reader.integer())
        switch type {
        case .messagesReceived:
            let visibleAt = Instant(milliseconds: try reader.integer())
            let attempt = try reader.optionalDigest()
            let slots = try replayedSlots(&reader, in: queue, places: [.ready])
            applyReceived(slots, until: visibleAt, attempt: attempt, from: queue, at: now)
        case .messagesDeleted:
            let slots = try replayedSlots(
                &reader, in: queue, places: [.ready, .delayed, .inFlight])
            applyDeleted(slots, from: queue, at: now)
        case .visibilityChanged:
            let visibleAt = Instant(milliseconds: try reader.integer())
            let slots = try replayedSlots(&reader, in: queue, places: [.inFlight])
            applyVisibility(
                of: slots, until: visibleAt, attempt: try reader.optionalDigest(), in: queue,
                at: now)
        default:
            let slot = try replayedSlot(&reader, in: queue, places: [.ready])
            let target = try replayedQueue(try reader.integer())
            guard store.messages[slot].delivery != 0 else {
                throw RecordError("a message was dead-lettered that was never received")
            }
            applyDeadLettered(slot, from: queue, to: target, at: now)
        }
    }

    private mutating func replayChore(
        _ type: RecordType, _ reader: inout RecordReader, at now: Moment
    ) throws(RecordError) {
        switch type {
        case .messagesExpired:
            let queue = try replayedQueue(ofBacklog: try reader.integer())
            applyExpired(Int(try reader.integer(UInt32.self)), from: queue, at: now)
        case .deduplicationsExpired:
            let backlog = try replayedBacklog(try reader.integer())
            let limit: UInt32 = try reader.integer()
            applyDeduplicationsExpired(Int(limit), of: backlog, at: now)
        case .attemptsExpired:
            forgetAttempts(Int(try reader.integer(UInt32.self)), at: now.instant)
        default:
            applySwept(Int(try reader.integer(UInt32.self)), at: now)
        }
    }

    private mutating func replayMoveTask(
        _ type: RecordType, _ reader: inout RecordReader, at now: Moment
    ) throws(RecordError) {
        switch type {
        case .moveTaskStarted:
            let task = try MoveTask(decoding: &reader.bytes)
            guard task.startInstant <= now.instant else {
                throw RecordError("a move task began after its record")
            }
            applyMoveTaskStarted(task)
        case .moveTaskEnded:
            let number: UInt32 = try reader.integer()
            guard let status = MoveTaskDescription.Status(rawValue: try reader.text()) else {
                throw RecordError("a move task ended with an unknown status")
            }
            let reason = try reader.text()
            applyMoveTaskEnded(number, status, reason.isEmpty ? nil : reason)
        default:
            let task: UInt32 = try reader.integer()
            let source = try replayedQueue(ofBacklog: try reader.integer())
            let slot = try replayedSlot(&reader, in: source, places: [.ready])
            let target = try replayedQueue(try reader.integer())
            let id = MessageID(high: try reader.integer(), low: try reader.integer())
            applyMoved(slot, from: source, to: target, id: id, by: task, at: now)
        }
    }

    // MARK: What a record refers to

    func replayedQueue(_ number: UInt32) throws(RecordError) -> Queue {
        guard Int(number) < queues.count, let queue = queues[Int(number)] else {
            throw RecordError("queue \(number) does not exist")
        }
        return queue
    }

    private func replayedBacklog(_ number: UInt32) throws(RecordError) -> Backlog {
        guard Int(number) < store.backlogs.count, let backlog = store.backlogs[Int(number)]
        else { throw RecordError("backlog \(number) does not exist") }
        return backlog
    }

    private func replayedQueue(ofBacklog number: UInt32) throws(RecordError) -> Queue {
        guard let queue = queue(ofBacklog: try replayedBacklog(number)) else {
            throw RecordError("backlog \(number) belongs to no queue")
        }
        return queue
    }

    private func replayedSlot(
        _ reader: inout RecordReader, in queue: Queue, places: [Place]
    ) throws(RecordError) -> UInt32 {
        let slot: UInt32 = try reader.integer()
        guard slot != 0, slot < store.messages.highWater,
            places.contains(store.messages[slot].place),
            store.backlogNumber(of: slot) == queue.backlog.number
        else { throw RecordError("message \(slot) of queue \(queue.number) is not in its place") }
        return slot
    }

    private func replayedSlots(
        _ reader: inout RecordReader, in queue: Queue, places: [Place]
    ) throws(RecordError) -> [UInt32] {
        let count = Int(try reader.integer(UInt8.self))
        var slots: [UInt32] = []
        slots.reserveCapacity(count)
        for _ in 0..<count {
            let slot = try replayedSlot(&reader, in: queue, places: places)
            guard !slots.contains(slot) else {
                throw RecordError("message \(slot) of queue \(queue.number) is named twice")
            }
            slots.append(slot)
        }
        return slots
    }
}
