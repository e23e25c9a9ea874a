import Bytes

/// The records of published messages and their deliveries.
extension Broker {
    mutating func replayNotification(
        _ type: RecordType, _ payload: ByteView, _ reader: inout RecordReader,
        at position: JournalPosition, _ now: Moment
    ) throws(RecordError) {
        switch type {
        case .notificationPublished: try replayPublished(payload, at: position)
        case .notificationRelocated:
            let stored = try Self.notification(payload)
            guard isPublication(stored.publication) else {
                throw RecordError("a published message was relocated that is not there")
            }
            applyNotificationRelocated(stored.publication, to: position)
        case .deliveryEnded: applyDeliveryEnded(try replayedDelivery(&reader), at: now)
        case .deliveryPostponed:
            let slot = try replayedDelivery(&reader)
            applyDeliveryPostponed(slot, until: Instant(milliseconds: try reader.integer()))
        case .deliveryRedriven:
            let slot = try replayedDelivery(&reader)
            guard store.owed[slot].kind == .notification else {
                throw RecordError("delivery \(slot) has no message for a dead-letter queue")
            }
            applyDeliveryRedriven(slot, to: try replayedQueue(try reader.integer()), at: now)
        case .replayEnded:
            let number: UInt32 = try reader.integer()
            guard Int(number) < topics.subscriptions.count,
                let subscription = topics.subscriptions[Int(number)]
            else { throw RecordError("subscription \(number) does not exist") }
            applyReplayEnded(subscription)
        default: throw RecordError("not a record of published messages")
        }
    }

    private mutating func replayPublished(
        _ payload: ByteView, at position: JournalPosition
    ) throws(RecordError) {
        let stored = try Self.notification(payload)
        var topic: Topic?
        if stored.topic != 0 {
            guard Int(stored.topic) < topics.topics.count,
                let found = topics.topics[Int(stored.topic)]
            else { throw RecordError("topic \(stored.topic) does not exist") }
            topic = found
        }
        var entries: [StoredNotification.Entry] = []
        entries.reserveCapacity(stored.entryCount)
        for index in 0..<stored.entryCount {
            let entry: StoredNotification.Entry
            do { entry = try stored.entry(index) } catch {
                throw RecordError("an entry of a published message is not one of this version")
            }
            try check(entry)
            entries.append(entry)
        }
        guard entries.isEmpty || store.publications.nextIndex == stored.publication else {
            throw RecordError(
                "a message was published in slot \(stored.publication), but "
                    + "\(store.publications.nextIndex) is next")
        }
        applyPublished(
            stored, entries, in: topic, deduplicationKey: nil, at: position,
            length: payload.count)
    }

    private func check(_ entry: StoredNotification.Entry) throws(RecordError) {
        switch entry.kind {
        case .queue, .deadLetter: _ = try replayedQueue(entry.queue)
        case .delivery:
            guard Int(entry.subscription) < topics.subscriptions.count,
                topics.subscriptions[Int(entry.subscription)] != nil
            else { throw RecordError("subscription \(entry.subscription) does not exist") }
        case .archive, .direct: break
        }
    }

    private func replayedDelivery(_ reader: inout RecordReader) throws(RecordError) -> UInt32 {
        let slot: UInt32 = try reader.integer()
        guard slot != 0, slot < store.owed.highWater, store.owed[slot].state != .free else {
            throw RecordError("delivery \(slot) is not owed")
        }
        return slot
    }

    static func notification(_ payload: ByteView) throws(RecordError) -> StoredNotification {
        do { return try StoredNotification(payload: payload) } catch {
            throw RecordError("a published message is cut short")
        }
    }
}
