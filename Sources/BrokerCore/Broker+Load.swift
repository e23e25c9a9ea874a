import Bytes

/// Recovery from a snapshot: its records in order, then `finishLoading`, then the journal's tail.
extension Broker {
    /// Takes in one record of a snapshot.
    public mutating func load(type: UInt8, payload: ByteView) throws(RecordError) {
        var reader = RecordReader(payload)
        switch RecordType(rawValue: type) {
        case .snapshotBegun: try loadHeader(&reader)
        case .snapshotDeliveries: try loadDeliveriesHeader(&reader)
        case .snapshotQueue: try loadQueue(&reader)
        case .snapshotBacklog: try loadBacklog(&reader)
        case .snapshotPage: try loadPage(&reader)
        case .snapshotMoveTask:
            let task = try MoveTask(decoding: &reader.bytes)
            tasks.list.append(task)
        case .snapshotTopic: try loadTopic(&reader)
        case .snapshotSubscription: try loadSubscription(&reader)
        case .snapshotPlatform: try loadPlatform(&reader)
        case .snapshotSMS: try loadSMS(&reader)
        default: throw RecordError("record type \(type) does not belong into a snapshot")
        }
    }

    private mutating func loadHeader(_ reader: inout RecordReader) throws(RecordError) {
        guard !isFounded else { throw RecordError("a snapshot begins once") }
        let now = try reader.moment()
        latestInstant = now.instant
        latestTimestamp = now.timestamp
        let handle = try reader.digest()
        let hash = try reader.digest()
        applyFounded(
            handleKey: SipKey(k0: handle.first, k1: handle.second),
            hashKey: SipKey(k0: hash.first, k1: hash.second))
        let queueCount: UInt32 = try reader.integer()
        let backlogCount: UInt32 = try reader.integer()
        queues = Array(repeating: nil, count: Int(queueCount))
        store.backlogs = Array(repeating: nil, count: Int(backlogCount))
        var isWhole = true
        isWhole = store.messages.restore(try reader.slabHeader()) && isWhole
        isWhole = store.deliveries.restore(try reader.slabHeader()) && isWhole
        isWhole = store.groups.restore(try reader.slabHeader()) && isWhole
        isWhole = store.deduplications.restore(try reader.slabHeader()) && isWhole
        isWhole = store.attempts.restore(try reader.slabHeader()) && isWhole
        guard isWhole else { throw RecordError("a table's header contradicts itself") }
        store.firstAttempt = try reader.integer()
        store.lastAttempt = try reader.integer()
        tasks.nextNumber = try reader.integer()
        for _ in 0..<(try reader.integer(UInt32.self)) { abandoned.append(try reader.integer()) }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            _ = deadLetterSourceNumber(of: try QueueIdentity(decoding: &reader.bytes))
        }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let identity = try QueueIdentity(decoding: &reader.bytes)
            let instant = Instant(milliseconds: try reader.integer())
            deletedNames.insert(identity, digest(of: identity), at: instant)
        }
        try loadTopicCounts(&reader)
    }

    private mutating func loadQueue(_ reader: inout RecordReader) throws(RecordError) {
        let number: UInt32 = try reader.integer()
        let backlog: UInt32 = try reader.integer()
        let createdAt = Timestamp(milliseconds: try reader.integer())
        let modifiedAt = Timestamp(milliseconds: try reader.integer())
        let sequence: UInt64 = try reader.integer()
        let purgedAt: UInt64 = try reader.integer()
        let identity = try QueueIdentity(decoding: &reader.bytes)
        let settings = try reader.settings()
        guard number > 0, Int(number) < queues.count, queues[Int(number)] == nil else {
            throw RecordError("queue \(number) is out of range or comes twice")
        }
        // The backlog's own record follows; until then a stand-in holds its number.
        let queue = Queue(
            number: number, identity: identity, createdAt: createdAt, settings: settings,
            tags: try reader.tags(),
            backlog: Backlog(number: backlog, queueNumber: number, isFIFO: settings.isFIFO))
        queue.modifiedAt = modifiedAt
        queue.sequence = sequence
        queue.purgedAt = purgedAt == .max ? nil : Instant(milliseconds: purgedAt)
        queues[Int(number)] = queue
    }

    private mutating func loadBacklog(_ reader: inout RecordReader) throws(RecordError) {
        let number: UInt32 = try reader.integer()
        let queueNumber: UInt32 = try reader.integer()
        let flags: UInt8 = try reader.integer()
        guard number > 0, Int(number) < store.backlogs.count,
            store.backlogs[Int(number)] == nil
        else { throw RecordError("backlog \(number) is out of range or comes twice") }
        let backlog = Backlog(
            number: number, queueNumber: queueNumber, isFIFO: flags & 1 != 0)
        backlog.isAbandoned = flags & 2 != 0
        backlog.readyCount = Int(try reader.integer(UInt32.self))
        backlog.delayedCount = Int(try reader.integer(UInt32.self))
        backlog.inFlightCount = Int(try reader.integer(UInt32.self))
        backlog.nextOrder = try reader.integer()
        backlog.oldest = try reader.integer()
        backlog.youngest = try reader.integer()
        backlog.plainLane = try reader.integer()
        backlog.firstLane = try reader.integer()
        backlog.lastLane = try reader.integer()
        backlog.laneCount = Int(try reader.integer(UInt32.self))
        backlog.ringHead = try reader.integer()
        backlog.ringTail = try reader.integer()
        backlog.firstDelayed = try reader.integer()
        backlog.firstDeduplication = try reader.integer()
        backlog.lastDeduplication = try reader.integer()
        backlog.workedAt = try reader.integer()
        backlog.work = try reader.integer()
        // Where the change was is found again by `finishDelayChange`.
        backlog.nextToDelay = flags & 4 != 0 ? backlog.youngest : 0
        store.backlogs[Int(number)] = backlog
    }

    private mutating func loadPage(_ reader: inout RecordReader) throws(RecordError) {
        let number: UInt8 = try reader.integer()
        let page = Int(try reader.integer(UInt32.self))
        let image = try reader.view(reader.bytes.remaining)
        let isTaken =
            switch SnapshotTable(rawValue: number) {
            case .messages: store.messages.restorePage(page, image: image)
            case .deliveries: store.deliveries.restorePage(page, image: image)
            case .groups: store.groups.restorePage(page, image: image)
            case .deduplications: store.deduplications.restorePage(page, image: image)
            case .attempts: store.attempts.restorePage(page, image: image)
            case .publications: store.publications.restorePage(page, image: image)
            case .owed: store.owed.restorePage(page, image: image)
            case nil:
                number == EarlierMessages.table
                    ? try EarlierMessages.converted(image).withByteView {
                        store.messages.restorePage(page, image: $0)
                    } : false
            }
        guard isTaken else { throw RecordError("page \(page) of table \(number) does not fit") }
    }

    /// Rebuilds what a snapshot leaves out: look-up tables, heaps and timers. O(n).
    public mutating func finishLoading() throws(RecordError) {
        guard isFounded else { throw RecordError("the snapshot has no beginning") }
        guard !store.messages.awaitsPages, !store.deliveries.awaitsPages,
            !store.groups.awaitsPages, !store.deduplications.awaitsPages,
            !store.attempts.awaitsPages, !store.publications.awaitsPages, !store.owed.awaitsPages
        else { throw RecordError("pages are missing") }
        for number in queues.indices {
            guard let queue = queues[number] else { continue }
            guard let backlog = store.backlogs[Int(queue.backlog.number)] else {
                throw RecordError("queue \(number) has no backlog")
            }
            queue.backlog = backlog
            enter(queue)
        }
        try finishLoadingTopics()
        restorePublications()
        try restoreMessages()
        restoreGroups()
        restoreDeduplications()
        restoreAttempts()
        try restoreOwed()
        releaseUnusedOfTopics()
        for case let queue? in queues {
            scheduleRetention(of: queue)
            scheduleDelay(of: queue)
            finishDelayChange(of: queue)
            scheduleDeduplications(of: queue.backlog)
        }
        for task in tasks.list where task.status == .running {
            _ = chores.schedule(
                at: latestInstant.milliseconds, payload: Chore.moveTask.payload(task.number))
        }
    }

    private func restorePublications() {
        guard store.publications.highWater > 1 else { return }
        for slot in 1..<store.publications.highWater {
            let publication = store.publications[slot]
            guard publication.references > 0 else { continue }
            store.ledger.add(position: publication.position, length: publication.length)
        }
    }

    private func restoreMessages() throws(RecordError) {
        guard store.messages.highWater > 1 else { return }
        for slot in 1..<store.messages.highWater {
            let message = store.messages[slot]
            guard message.place != .free else { continue }
            if !message.flags.contains(.published) {
                store.ledger.add(position: message.position, length: message.length)
            } else if !isPublication(message.publication) {
                throw RecordError("the publication of message \(slot) is missing")
            }
            let backlog = try backlog(of: slot)
            if message.flags.contains(.agedInHeap) {
                if backlog.aged == nil { backlog.aged = OrderHeap() }
                backlog.aged?.push(
                    order: message.sentAt, slot: slot, stamp: message.generation)
                backlog.agedCount += 1
            }
            guard message.delivery != 0 else { continue }
            if message.place == .inFlight || (message.place == .delayed && !backlog.isFIFO) {
                let visibleAt = store.deliveries[message.delivery].visibleAt
                store.deliveries[message.delivery].link = store.schedule(slot, at: visibleAt)
            }
        }
    }

    /// The backlog of a message whose place is not free.
    private func backlog(of slot: UInt32) throws(RecordError) -> Backlog {
        let group = store.messages[slot].group
        guard group != 0, group < store.groups.highWater else {
            throw RecordError("the group of message \(slot) is missing")
        }
        let number = Int(store.backlogNumber(of: slot))
        guard number < store.backlogs.count, let backlog = store.backlogs[number] else {
            throw RecordError("the backlog of message \(slot) is missing")
        }
        return backlog
    }

    private func restoreGroups() {
        guard store.groups.highWater > 1 else { return }
        for group in 1..<store.groups.highWater where store.groups[group].count > 0 {
            let slot = store.groups[group]
            let backlog = store.backlog(slot.backlog)
            guard let digest = store.digest(of: group, in: backlog) else { continue }
            store.groupIndex.insert(MessageStore.key(digest, in: backlog.number), group)
        }
        for case let backlog? in store.backlogs where backlog.laneCount > 0 {
            store.rebuildLanes(in: backlog)
        }
    }

    private func restoreDeduplications() {
        for case let backlog? in store.backlogs {
            var slot = backlog.firstDeduplication
            while slot != 0 {
                let entry = store.deduplications[slot]
                store.deduplicationIndex.insert(
                    Hash128(first: entry.keyFirst, second: entry.keySecond), slot)
                slot = entry.next
            }
        }
    }

    private mutating func restoreAttempts() {
        var slot = store.firstAttempt
        while slot != 0 {
            let attempt = store.attempts[slot]
            store.attemptIndex.insert(
                Hash128(first: attempt.keyFirst, second: attempt.keySecond), slot)
            slot = attempt.next
        }
        scheduleAttempts()
    }
}

extension RecordReader {
    mutating func slabHeader() throws(RecordError) -> SlabHeader {
        SlabHeader(
            freeHead: try integer(), highWater: try integer(), count: try integer())
    }
}
