import Bytes

/// What the journal needs to know to reclaim segments: how much of each is still needed, and a new
/// place for what is left in a sparse one.
extension Broker {
    /// Bytes of records in segment `number` that belong to queued messages. O(1).
    public func liveByteCount(inSegment number: UInt64) -> UInt64 {
        store.ledger.bytes(inSegment: number)
    }

    /// Bytes of all records that belong to queued messages.
    public var liveByteCount: UInt64 { store.ledger.total }

    /// Bytes of the records that receiving and deleting every queued message would take, one by one,
    /// with a dead-letter move in between, and of those that finish publishes; a promise that the
    /// journal keeps room for.
    public var finishingByteCount: UInt64 {
        UInt64(store.messages.count + store.owed.count) * 256
            + unfinishedPublishes.recordByteCount
    }

    /// Messages that are queued, in any place.
    public var messageCount: Int { store.messages.count }

    /// Queues that exist.
    public var queueCount: Int { queueIndex.count }

    /// Appends the record of a message, sent or published, anew, when it is still needed from its
    /// old place.
    public mutating func relocate(
        type: UInt8, payload: ByteView, from position: JournalPosition, at now: Moment,
        into sink: any RecordSink
    ) {
        if type == RecordType.notificationPublished.rawValue
            || type == RecordType.notificationRelocated.rawValue
        {
            return relocateNotification(payload, from: position, into: sink)
        }
        guard
            type == RecordType.messageSent.rawValue
                || type == RecordType.messageRelocated.rawValue,
            let stored = try? StoredMessage(payload: payload),
            stored.slot != 0, stored.slot < store.messages.highWater,
            store.messages[stored.slot].place != .free,
            !store.messages[stored.slot].flags.contains(.published),
            store.messages[stored.slot].position == position.offset
        else { return }
        let moved = sink.append(
            type: RecordType.messageRelocated.rawValue, head: payload, body: ByteView())
        applyRelocated(stored.slot, to: moved, length: payload.count)
    }

    private mutating func relocateNotification(
        _ payload: ByteView, from position: JournalPosition, into sink: any RecordSink
    ) {
        guard let stored = try? StoredNotification(payload: payload),
            isPublication(stored.publication),
            store.publications[stored.publication].position == position.offset
        else { return }
        let moved = sink.append(
            type: RecordType.notificationRelocated.rawValue, head: payload, body: ByteView())
        applyNotificationRelocated(stored.publication, to: moved)
    }

    /// Whether a publication has this slot.
    func isPublication(_ slot: UInt32) -> Bool {
        slot != 0 && slot < store.publications.highWater && store.publications[slot].references > 0
    }

    mutating func applyNotificationRelocated(_ slot: UInt32, to position: JournalPosition) {
        let length = store.publications[slot].length
        store.ledger.remove(position: store.publications[slot].position, length: length)
        store.publications[slot].position = position.offset
        store.ledger.add(position: position.offset, length: length)
    }

    mutating func applyRelocated(_ slot: UInt32, to position: JournalPosition, length: Int) {
        store.ledger.remove(
            position: store.messages[slot].position, length: store.messages[slot].length)
        store.messages[slot].position = position.offset
        store.messages[slot].length = UInt32(length)
        store.ledger.add(position: position.offset, length: UInt32(length))
    }
}
