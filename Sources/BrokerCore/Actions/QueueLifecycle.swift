import Bytes

/// CreateQueue, DeleteQueue, PurgeQueue.
extension Broker {
    mutating func perform(
        _ create: CreateQueue, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> QueueIdentity {
        guard let name = create.name else { throw .missing(parameter: "QueueName") }
        let identity = QueueIdentity(account: caller.account, region: caller.region, name: name)
        if let existing = queue(of: identity) {
            let mismatch = try existing.settings.mismatch(
                creating: name, attributes: create.attributes)
            if let mismatch {
                throw BrokerError(
                    .queueNameExists,
                    "A queue already exists with the same name and a different value for "
                        + "attribute \(mismatch)")
            }
            return identity
        }
        let settings = try QueueSettings.creating(name: name, attributes: create.attributes)
        try checkRedrive(settings, of: identity, attributes: create.attributes)
        let tags = try QueueTags.creating(create.tags, queueName: name)
        if configuration.enforcesSixtySecondRules, let deleted = deletedNames[digest(of: identity)],
            now.instant < deleted.adding(seconds: Limits.sixtySeconds)
        {
            throw BrokerError(
                .queueDeletedRecently,
                "You must wait 60 seconds after deleting a queue before you can create another "
                    + "with the same name.")
        }
        let number = UInt32(queues.count)
        let backlog = UInt32(store.backlogs.count)
        beginRecord(at: now)
        scratch.append(littleEndian: number)
        scratch.append(littleEndian: backlog)
        identity.encode(to: &scratch)
        settings.encode(to: &scratch)
        tags.encode(to: &scratch)
        endRecord(.queueCreated, into: sink)
        applyQueueCreated(
            number: number, backlog: backlog, identity: identity, settings: settings, tags: tags,
            at: now)
        return identity
    }

    mutating func applyQueueCreated(
        number: UInt32, backlog backlogNumber: UInt32, identity: QueueIdentity,
        settings: QueueSettings, tags: QueueTags, at now: Moment
    ) {
        let backlog = Backlog(
            number: backlogNumber, queueNumber: number, isFIFO: settings.isFIFO)
        store.backlogs.append(backlog)
        let queue = Queue(
            number: number, identity: identity, createdAt: now.timestamp, settings: settings,
            tags: tags, backlog: backlog)
        queue.snapshotEpoch = snapshot.epoch
        backlog.snapshotEpoch = snapshot.epoch
        enter(queue)
        deletedNames.remove(digest(of: identity))
    }

    /// Refuses a redrive policy whose dead-letter queue is another account's, does not exist, is of
    /// the other type, or does not allow this source.
    func checkRedrive(
        _ settings: QueueSettings, of identity: QueueIdentity,
        attributes: [(name: String, value: String)]
    ) throws(BrokerError) {
        guard attributes.contains(where: { $0.name == "RedrivePolicy" }),
            let policy = settings.redrivePolicy
        else { return }
        guard policy.target.account == identity.account else {
            throw RedrivePolicy.refused(in: attributes, .targetOfOtherOwner)
        }
        guard let target = queue(of: policy.target), policy.target.region == identity.region
        else { throw RedrivePolicy.refused(in: attributes, .targetDoesNotExist) }
        guard target.settings.isFIFO == settings.isFIFO else {
            throw RedrivePolicy.refused(in: attributes, .targetOfOtherType)
        }
        guard target.settings.redriveAllowPolicy?.allows(sourceARN: identity.arn) ?? true else {
            throw RedrivePolicy.refused(in: attributes, .notAllowedByTarget)
        }
    }

    mutating func perform(
        _ delete: DeleteQueue, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        self.delete(try queue(delete.queue), at: now, into: sink)
    }

    /// Deletes a queue; its messages are swept in the background.
    mutating func delete(_ queue: Queue, at now: Moment, into sink: any RecordSink) {
        beginRecord(at: now)
        scratch.append(littleEndian: queue.number)
        endRecord(.queueDeleted, into: sink)
        applyQueueDeleted(queue, at: now)
    }

    mutating func applyQueueDeleted(_ queue: Queue, at now: Moment) {
        touch(queue)
        waiters.refuse(&queue.waiting)
        abandon(queue.backlog)
        leave(queue)
        if resets.waiting.isEmpty {
            deletedNames.insert(queue.identity, digest(of: queue.identity), at: now.instant)
        }
    }

    mutating func perform(
        _ purge: PurgeQueue, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let queue = try queue(purge.queue)
        if configuration.enforcesSixtySecondRules, let purged = queue.purgedAt,
            now.instant < purged.adding(seconds: Limits.sixtySeconds)
        {
            throw BrokerError(
                .purgeQueueInProgress,
                "Only one PurgeQueue operation on \(queue.identity.name) is allowed every 60 "
                    + "seconds.")
        }
        let backlog = UInt32(store.backlogs.count)
        beginRecord(at: now)
        scratch.append(littleEndian: queue.number)
        scratch.append(littleEndian: backlog)
        endRecord(.queuePurged, into: sink)
        applyQueuePurged(queue, backlog: backlog, at: now)
    }

    mutating func applyQueuePurged(_ queue: Queue, backlog number: UInt32, at now: Moment) {
        touch(queue)
        abandon(queue.backlog)
        let backlog = Backlog(
            number: number, queueNumber: queue.number, isFIFO: queue.settings.isFIFO)
        backlog.snapshotEpoch = snapshot.epoch
        store.backlogs.append(backlog)
        queue.backlog = backlog
        queue.purgedAt = now.instant
    }

    /// Leaves a backlog to be swept.
    mutating func abandon(_ backlog: Backlog) {
        touch(backlog)
        backlog.isAbandoned = true
        for timer in [backlog.retentionTimer, backlog.deduplicationTimer] where timer != 0 {
            chores.cancel(timer)
        }
        if backlog.delayTimer != 0 { store.wheel.cancel(backlog.delayTimer) }
        backlog.retentionTimer = 0
        backlog.deduplicationTimer = 0
        backlog.delayTimer = 0
        abandoned.append(backlog.number)
    }
}
