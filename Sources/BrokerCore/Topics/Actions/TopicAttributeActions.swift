import Bytes

/// GetTopicAttributes, SetTopicAttributes, the permissions, the data protection policy and the tags.
extension Broker {
    func attributes(of topic: Topic, at now: Moment) -> [(name: String, value: String)] {
        var list = topic.settings.attributes(of: topic.identity)
        list.append(("Owner", topic.identity.account.description))
        list.append(("TopicArn", topic.arn))
        list.append(("SubscriptionsConfirmed", String(topic.confirmedCount)))
        list.append(("SubscriptionsPending", String(topic.pendingCount)))
        list.append(("SubscriptionsDeleted", String(topic.deletedCount)))
        if let beginning = topic.settings.beginningArchiveTime(at: now.timestamp) {
            var time = ByteWriter(capacity: 24)
            time.append(calendar: beginning.milliseconds)
            list.append(("BeginningArchiveTime", time.view.string + "Z"))
        }
        return list
    }

    mutating func performSetTopicAttributes(
        _ set: SetAttribute, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let topic = try topic(named: set.arn, from: caller)
        var settings = topic.settings
        do {
            try settings.set(set.name ?? "", set.value ?? "", at: now.timestamp)
        } catch {
            throw error.alone
        }
        change(topic, to: settings, tags: topic.tags, at: now, into: sink)
    }

    mutating func perform(
        _ add: AddTopicPermission, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let topic = try topic(named: add.topicARN, from: caller)
        var settings = topic.settings
        settings.policy = try TopicPolicy.adding(add, to: settings.policy, of: topic.identity)
        change(topic, to: settings, tags: topic.tags, at: now, into: sink)
    }

    mutating func perform(
        _ remove: RemoveTopicPermission, from caller: Caller, at now: Moment,
        into sink: any RecordSink
    ) throws(BrokerError) {
        let topic = try topic(named: remove.topicARN, from: caller)
        var settings = topic.settings
        settings.policy = try TopicPolicy.removing(
            label: remove.label, from: settings.policy, of: topic.identity)
        change(topic, to: settings, tags: topic.tags, at: now, into: sink)
    }

    mutating func perform(
        _ put: PutDataProtectionPolicy, from caller: Caller, at now: Moment,
        into sink: any RecordSink
    ) throws(BrokerError) {
        let topic = try topic(named: put.resourceARN, from: caller, parameter: "ResourceArn")
        var settings = topic.settings
        do {
            try settings.setDataProtection(put.policy ?? "")
        } catch {
            throw error.alone
        }
        change(topic, to: settings, tags: topic.tags, at: now, into: sink)
    }

    mutating func perform(
        _ tag: TagResource, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let topic = try taggedTopic(tag.arn, from: caller)
        guard let tags = tag.tags else { throw Self.missingMember("tags") }
        change(
            topic, to: topic.settings, tags: try topic.tags.taggedAsTopic(with: tags), at: now,
            into: sink)
    }

    mutating func perform(
        _ untag: UntagResource, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let topic = try taggedTopic(untag.arn, from: caller)
        guard let keys = untag.keys else { throw Self.missingMember("tagKeys") }
        var tags = topic.tags
        tags.tags.removeAll { keys.contains($0.key) }
        change(topic, to: topic.settings, tags: tags, at: now, into: sink)
    }

    /// AWS's text for a mandatory member that was left out.
    static func missingMember(_ name: String) -> BrokerError {
        BrokerError(
            .validationError,
            "1 validation error detected: Value null at '\(name)' failed to satisfy constraint: "
                + "Member must not be null")
    }
}
