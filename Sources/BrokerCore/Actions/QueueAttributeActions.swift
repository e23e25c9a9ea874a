import Bytes

/// GetQueueAttributes, SetQueueAttributes, AddPermission, RemovePermission, and the tags.
extension Broker {
    func perform(
        _ get: GetQueueAttributes
    ) throws(BrokerError) -> [(name: String, value: String)] {
        let queue = try queue(get.queue)
        let facts = QueueFacts(
            identity: queue.identity,
            createdTimestamp: Int(queue.createdAt.milliseconds / 1000),
            lastModifiedTimestamp: Int(queue.modifiedAt.milliseconds / 1000),
            visibleCount: queue.backlog.readyCount, notVisibleCount: queue.backlog.inFlightCount,
            delayedCount: queue.backlog.delayedCount)
        return try QueueAttributes.list(
            names: get.attributeNames, settings: queue.settings, facts: facts)
    }

    mutating func perform(
        _ set: SetQueueAttributes, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let queue = try queue(set.queue)
        guard !set.attributes.isEmpty else { throw .missing(parameter: "Attribute.Name") }
        let settings = try queue.settings.changed(by: set.attributes)
        try checkRedrive(settings, of: queue.identity, attributes: set.attributes)
        change(queue, to: settings, at: now, into: sink)
    }

    mutating func perform(
        _ add: AddPermission, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let queue = try queue(add.queue)
        var settings = queue.settings
        settings.policy = try QueuePolicy.adding(
            add, to: settings.policy, queueARN: queue.identity.arn)
        change(queue, to: settings, at: now, into: sink)
    }

    mutating func perform(
        _ remove: RemovePermission, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let queue = try queue(remove.queue)
        var settings = queue.settings
        settings.policy = try QueuePolicy.removing(label: remove.label, from: settings.policy)
        change(queue, to: settings, at: now, into: sink)
    }

    private mutating func change(
        _ queue: Queue, to settings: QueueSettings, at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        scratch.append(littleEndian: queue.number)
        settings.encode(to: &scratch)
        endRecord(.queueSettingsChanged, into: sink)
        applySettingsChanged(
            queue, to: settings, at: now, delayLimit: configuration.stepsPerTick)
    }

    /// - Parameter delayLimit: To how many messages a new delay comes at once.
    mutating func applySettingsChanged(
        _ queue: Queue, to settings: QueueSettings, at now: Moment, delayLimit: Int
    ) {
        touch(queue)
        let before = queue.settings
        leaveRedrive(of: queue)
        queue.settings = settings
        queue.modifiedAt = now.timestamp
        enterRedrive(of: queue)
        if before.delaySeconds != settings.delaySeconds, settings.isFIFO {
            touch(queue.backlog)
            applyDelayChanged(of: queue, at: now.instant, limit: delayLimit)
        }
        if before.messageRetentionPeriod != settings.messageRetentionPeriod {
            if queue.backlog.retentionTimer != 0 { chores.cancel(queue.backlog.retentionTimer) }
            queue.backlog.retentionTimer = 0
            scheduleRetention(of: queue)
        }
    }

    mutating func perform(
        _ tag: TagQueue, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let queue = try queue(tag.queue)
        let tags = try queue.tags.tagged(with: tag.tags, queueName: queue.identity.name)
        change(queue, to: tags, at: now, into: sink)
    }

    mutating func perform(
        _ untag: UntagQueue, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let queue = try queue(untag.queue)
        change(queue, to: try queue.tags.untagged(keys: untag.keys), at: now, into: sink)
    }

    private mutating func change(
        _ queue: Queue, to tags: QueueTags, at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        scratch.append(littleEndian: queue.number)
        tags.encode(to: &scratch)
        endRecord(.queueTagsChanged, into: sink)
        applyTagsChanged(queue, to: tags)
    }

    mutating func applyTagsChanged(_ queue: Queue, to tags: QueueTags) {
        touch(queue)
        queue.tags = tags
    }
}
