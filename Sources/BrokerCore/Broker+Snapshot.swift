import Bytes

/// How far a snapshot has come.
///
/// A snapshot is the state at the instant it began, written in small steps while the broker goes
/// on. Queues and backlogs are encoded when their turn comes, or just before they first change;
/// the slabs do the same page by page.
struct SnapshotProgress {
    /// Grows with each snapshot. A queue whose epoch is equal is in it, or younger than it.
    var epoch: UInt32 = 0
    var isActive = false
    /// What is to be written next.
    var pending: [(type: RecordType, payload: [UInt8])] = []
    var nextQueue = 0
    var queueEnd = 0
    var nextBacklog = 0
    var backlogEnd = 0
    /// The table whose pages are being written.
    var table = SnapshotTable.first
    var nextTopicObject = SnapshotTopics()
}

extension Broker {
    /// Begins a snapshot of the state as it is now. The state is written by `continueSnapshot`.
    public mutating func beginSnapshot() {
        precondition(!snapshot.isActive, "one snapshot at a time")
        snapshot.isActive = true
        snapshot.epoch += 1
        snapshot.nextQueue = 1
        snapshot.queueEnd = queues.count
        snapshot.nextBacklog = 1
        snapshot.backlogEnd = store.backlogs.count
        snapshot.table = SnapshotTable.first
        store.messages.beginCut()
        store.deliveries.beginCut()
        store.groups.beginCut()
        store.deduplications.beginCut()
        store.attempts.beginCut()
        store.publications.beginCut()
        store.owed.beginCut()
        let header = encodeSnapshotHeader()
        snapshot.pending.append((.snapshotBegun, header))
        if let header = encodeDeliveriesHeader() {
            snapshot.pending.append((.snapshotDeliveries, header))
        }
        encodeSMSSettings()
        for task in tasks.list {
            var writer = ByteWriter()
            task.encode(to: &writer)
            snapshot.pending.append((.snapshotMoveTask, writer.array))
        }
    }

    /// Hands out the next records of the snapshot, about `byteCount` bytes of them.
    ///
    /// - Returns: Whether the snapshot is complete.
    public mutating func continueSnapshot(
        upTo byteCount: Int, emit: (UInt8, ByteView) -> Void
    ) -> Bool {
        precondition(snapshot.isActive, "a snapshot has begun")
        var left = byteCount
        while left > 0 {
            if snapshot.pending.isEmpty, !encodeNext() {
                guard let count = emitNextPage(emit) else {
                    snapshot.isActive = false
                    return true
                }
                left -= count
                continue
            }
            for record in snapshot.pending {
                record.payload.withByteView { emit(record.type.rawValue, $0) }
                left -= record.payload.count + 32
            }
            snapshot.pending.removeAll(keepingCapacity: true)
        }
        return false
    }

    // MARK: Before a change

    /// Puts a queue into the snapshot in progress before it changes.
    mutating func touch(_ queue: Queue) {
        guard snapshot.isActive, queue.snapshotEpoch != snapshot.epoch else { return }
        encode(queue)
    }

    /// Puts a backlog into the snapshot in progress before it changes.
    mutating func touch(_ backlog: Backlog) {
        guard snapshot.isActive, backlog.snapshotEpoch != snapshot.epoch else { return }
        encode(backlog)
    }

    // MARK: Encoding

    private mutating func encodeSnapshotHeader() -> [UInt8] {
        var writer = ByteWriter(capacity: 1024)
        writer.append(littleEndian: latestInstant.milliseconds)
        writer.append(littleEndian: latestTimestamp.milliseconds)
        for half in [handleKey.k0, handleKey.k1, hashKey.k0, hashKey.k1] {
            writer.append(littleEndian: half)
        }
        writer.append(littleEndian: UInt32(queues.count))
        writer.append(littleEndian: UInt32(store.backlogs.count))
        for header in [
            store.messages.cutHeader, store.deliveries.cutHeader, store.groups.cutHeader,
            store.deduplications.cutHeader, store.attempts.cutHeader,
        ] {
            writer.append(littleEndian: header.freeHead)
            writer.append(littleEndian: header.highWater)
            writer.append(littleEndian: header.count)
        }
        writer.append(littleEndian: store.firstAttempt)
        writer.append(littleEndian: store.lastAttempt)
        writer.append(littleEndian: tasks.nextNumber)
        writer.append(littleEndian: UInt32(abandoned.count))
        for number in abandoned { writer.append(littleEndian: number) }
        writer.append(littleEndian: UInt32(deadLetterSources.count - 1))
        for case let source? in deadLetterSources { source.encode(to: &writer) }
        writer.append(littleEndian: UInt32(deletedNames.count))
        for deleted in deletedNames.list {
            deleted.identity.encode(to: &writer)
            writer.append(littleEndian: deleted.at.milliseconds)
        }
        beginTopicSnapshot(header: &writer)
        return writer.array
    }

    /// Encodes the next queue or backlog that is not in the snapshot; false when all are.
    private mutating func encodeNext() -> Bool {
        while snapshot.nextQueue < snapshot.queueEnd {
            let queue = queues[snapshot.nextQueue]
            snapshot.nextQueue += 1
            if let queue, queue.snapshotEpoch != snapshot.epoch {
                encode(queue)
                return true
            }
        }
        while snapshot.nextBacklog < snapshot.backlogEnd {
            let backlog = store.backlogs[snapshot.nextBacklog]
            snapshot.nextBacklog += 1
            if let backlog, backlog.snapshotEpoch != snapshot.epoch {
                encode(backlog)
                return true
            }
        }
        return encodeNextOfTopics()
    }

    private mutating func encode(_ queue: Queue) {
        queue.snapshotEpoch = snapshot.epoch
        var writer = ByteWriter()
        writer.append(littleEndian: queue.number)
        writer.append(littleEndian: queue.backlog.number)
        writer.append(littleEndian: queue.createdAt.milliseconds)
        writer.append(littleEndian: queue.modifiedAt.milliseconds)
        writer.append(littleEndian: queue.sequence)
        writer.append(littleEndian: queue.purgedAt?.milliseconds ?? .max)
        queue.identity.encode(to: &writer)
        queue.settings.encode(to: &writer)
        queue.tags.encode(to: &writer)
        snapshot.pending.append((.snapshotQueue, writer.array))
    }

    private mutating func encode(_ backlog: Backlog) {
        backlog.snapshotEpoch = snapshot.epoch
        var writer = ByteWriter()
        writer.append(littleEndian: backlog.number)
        writer.append(littleEndian: backlog.queueNumber)
        writer.append(
            UInt8(
                (backlog.isFIFO ? 1 : 0) | (backlog.isAbandoned ? 2 : 0)
                    | (backlog.nextToDelay != 0 ? 4 : 0)))
        for count in [backlog.readyCount, backlog.delayedCount, backlog.inFlightCount] {
            writer.append(littleEndian: UInt32(count))
        }
        writer.append(littleEndian: backlog.nextOrder)
        for slot in [
            backlog.oldest, backlog.youngest, backlog.plainLane, backlog.firstLane,
            backlog.lastLane, UInt32(backlog.laneCount),
            backlog.ringHead, backlog.ringTail, backlog.firstDelayed, backlog.firstDeduplication,
            backlog.lastDeduplication, backlog.workedAt,
        ] {
            writer.append(littleEndian: slot)
        }
        writer.append(littleEndian: backlog.work)
        snapshot.pending.append((.snapshotBacklog, writer.array))
    }

    /// Hands out the next page of a table and returns its bytes; nil when there is none left.
    private mutating func emitNextPage(_ emit: (UInt8, ByteView) -> Void) -> Int? {
        while let table = snapshot.table {
            var count = 0
            var page = ByteWriter(capacity: 1 << 16 + 64)
            let write = { (number: Int, image: ByteView) in
                page.append(table.rawValue)
                page.append(littleEndian: UInt32(number))
                page.append(image)
                count = page.count
            }
            let isPage =
                switch table {
                case .messages: store.messages.nextCutPage(write)
                case .deliveries: store.deliveries.nextCutPage(write)
                case .groups: store.groups.nextCutPage(write)
                case .deduplications: store.deduplications.nextCutPage(write)
                case .attempts: store.attempts.nextCutPage(write)
                case .publications: store.publications.nextCutPage(write)
                case .owed: store.owed.nextCutPage(write)
                }
            if isPage {
                emit(RecordType.snapshotPage.rawValue, page.view)
                return count
            }
            snapshot.table = table.next
        }
        return nil
    }
}
