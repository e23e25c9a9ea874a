import Bytes

/// CreateTopic, DeleteTopic, ListTopics.
extension Broker {
    mutating func perform(
        _ create: CreateTopic, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> String {
        let settings = try TopicSettings.creating(create, at: now.timestamp)
        let tags = try QueueTags.creatingTopic(create.tags)
        let identity = TopicIdentity(
            account: caller.account, region: caller.region, name: create.name ?? "")
        if let existing = topics.topic(identity) {
            guard
                existing.settings.agrees(
                    with: settings, onNamed: create.attributes, of: identity)
            else {
                throw AttributeFault("Topic already exists with different attributes").amongOthers
            }
            guard existing.tags.contains(tags) else {
                throw BrokerError(
                    .invalidParameter,
                    "Invalid parameter: Tags Reason: Topic already exists with different tags")
            }
            return identity.arn
        }
        let namespace = topics.namespace(caller.account, caller.region)
        guard namespace.topics.count < TopicLimits.topics,
            !settings.isFIFO || namespace.fifoTopicCount < TopicLimits.fifoTopics
        else {
            throw BrokerError(
                .topicLimitExceeded, "The limit of topics for this account has been reached.")
        }
        self.create(identity, settings, tags: tags, at: now, into: sink)
        return identity.arn
    }

    /// A topic that is not there is deleted already.
    mutating func performDeleteTopic(
        _ request: ResourceRequest, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        guard let topic = topics.topic(try topicIdentity(request.arn, from: caller)) else { return }
        guard topic.settings.archiveDays == nil else {
            throw BrokerError(
                .invalidState, "Invalid state: Cannot delete a topic with an ArchivePolicy")
        }
        delete(topic, at: now, into: sink)
    }

    /// The caller's topics in the order of their names.
    func performListTopics(
        _ list: ListRequest, from caller: Caller
    ) throws(BrokerError) -> TopicOutcome {
        let last = try PageToken.decodeIfPresent(list.nextToken, in: .topics)
        var page: [Topic] = []
        var hasMore = false
        topics.namespace(caller.account, caller.region).topics.forEach(from: last ?? "") { topic in
            guard topic.name != last else { return true }
            hasMore = page.count == TopicLimits.pageEntries
            guard !hasMore else { return false }
            page.append(topic)
            return true
        }
        return .topics(
            page.map(\.arn),
            nextToken: hasMore
                ? page.last.map { PageToken.encode(after: $0.name, in: .topics) } : nil)
    }

    /// Deletes everything of SNS: a part of `reset`.
    mutating func applyTopicReset(at now: Moment) {
        for case let topic? in topics.topics where !topic.isDeleted { applyTopicDeleted(topic) }
        for case let subscription? in topics.subscriptions
        where subscription.isRetakeableUntil != nil {
            touch(subscription)
            subscription.isRetakeableUntil = nil
            releaseIfUnused(subscription)
        }
        for case let platform? in topics.platforms { applyDeleted(platform) }
        for (namespace, place) in topics.namespaces where !place.sms.isEmpty {
            apply(SMSSettings(), to: namespace)
        }
    }
}
