import Bytes

/// The records of topics, subscriptions, platform applications and SMS settings.
extension Broker {
    mutating func replayTopic(
        _ type: RecordType, _ reader: inout RecordReader, at now: Moment
    ) throws(RecordError) {
        switch type {
        case .topicChanged: try replayTopicChanged(&reader)
        case .topicDeleted:
            let topic = try replayedTopic(try reader.integer())
            applyTopicDeleted(topic)
        case .subscriptionChanged: try replaySubscriptionChanged(&reader, at: now)
        case .subscriptionEnded:
            let number: UInt32 = try reader.integer()
            let flags: UInt8 = try reader.integer()
            let token = try reader.digest()
            let subscription = try replayedSubscription(number)
            applyEnded(subscription, isTold: flags & 1 != 0, token: token, at: now)
        case .platformChanged: try replayPlatformChanged(&reader)
        default:
            let namespace = try reader.namespace()
            apply(try SMSSettings(decoding: &reader), to: namespace)
        }
    }

    private mutating func replayTopicChanged(_ reader: inout RecordReader) throws(RecordError) {
        let image = try TopicImage(decoding: &reader)
        guard Int(image.number) >= topics.topics.count else {
            let topic = try replayedTopic(image.number)
            guard topic.identity == image.identity,
                topic.settings.isFIFO == image.settings.isFIFO
            else { throw RecordError("topic \(image.number) becomes another one") }
            apply(image)
            return
        }
        guard Int(image.number) == topics.topics.count,
            image.settings.isFIFO
                ? Int(image.backlog) == store.backlogs.count : image.backlog == 0
        else { throw RecordError("topic \(image.number) does not follow the topics before it") }
        guard topics.topic(image.identity) == nil else {
            throw RecordError("topic \(image.identity.name) is created twice")
        }
        apply(image)
    }

    private mutating func replaySubscriptionChanged(
        _ reader: inout RecordReader, at now: Moment
    ) throws(RecordError) {
        let flags: UInt8 = try reader.integer()
        let image = try SubscriptionImage(decoding: &reader)
        let topic = try replayedTopic(image.topic)
        guard image.condition.state != .ended else {
            throw RecordError("a subscription ends by a record of its own")
        }
        if Int(image.number) < topics.subscriptions.count {
            let subscription = try replayedSubscription(image.number)
            guard subscription.topic === topic, subscription.id == image.id,
                subscription.endpoint == image.endpoint
            else { throw RecordError("subscription \(image.number) becomes another one") }
        } else {
            guard Int(image.number) == topics.subscriptions.count,
                topics.subscription(image.id) == nil,
                topics.subscription(to: topic, image.protocolKind, image.endpoint) == nil
            else {
                throw RecordError(
                    "subscription \(image.number) does not follow those before it")
            }
        }
        apply(
            image, of: topic, owesConfirmation: flags & 1 != 0, startsReplay: flags & 2 != 0,
            at: now)
    }

    private mutating func replayPlatformChanged(
        _ reader: inout RecordReader
    ) throws(RecordError) {
        let kind: UInt8 = try reader.integer()
        let isPresent = try reader.integer(UInt8.self) == 1
        switch (kind, isPresent) {
        case (PlatformImage.kind, true):
            let image = try PlatformImage(decoding: &reader)
            let known = topics.platform(image.identity)
            guard
                Int(image.number) == topics.platforms.count
                    ? known == nil : known?.number == image.number
            else { throw RecordError("application \(image.number) does not follow") }
            apply(image)
        case (PlatformImage.kind, false):
            applyDeleted(try replayedPlatform(try reader.integer()))
        case (DeviceImage.kind, true):
            let image = try DeviceImage(decoding: &reader)
            let platform = try replayedPlatform(image.platform)
            let known = topics.device(image.id)
            guard
                Int(image.number) == topics.devices.count
                    ? known == nil : known?.number == image.number
            else { throw RecordError("device \(image.number) does not follow") }
            let other = topics.device(of: platform, token: image.token)
            guard other == nil || other === known, known == nil || known?.platform === platform
            else { throw RecordError("device \(image.number) has another's token") }
            apply(image, of: platform)
        case (DeviceImage.kind, false):
            let number: UInt32 = try reader.integer()
            guard Int(number) < topics.devices.count, let device = topics.devices[Int(number)],
                !device.platform.isDeleted
            else { throw RecordError("device \(number) does not exist") }
            applyDeleted(device)
        default: throw RecordError("a platform record is of an unknown kind")
        }
    }

    // MARK: What a record refers to

    /// The topic of a record, which is not deleted.
    func replayedTopic(_ number: UInt32) throws(RecordError) -> Topic {
        guard Int(number) < topics.topics.count, let topic = topics.topics[Int(number)],
            !topic.isDeleted
        else { throw RecordError("topic \(number) does not exist") }
        return topic
    }

    /// The subscription of a record, which has not ended.
    func replayedSubscription(_ number: UInt32) throws(RecordError) -> Subscription {
        guard Int(number) < topics.subscriptions.count,
            let subscription = topics.subscriptions[Int(number)], !subscription.hasEnded
        else { throw RecordError("subscription \(number) does not exist") }
        return subscription
    }

    private func replayedPlatform(_ number: UInt32) throws(RecordError) -> PlatformApplication {
        guard Int(number) < topics.platforms.count,
            let platform = topics.platforms[Int(number)]
        else { throw RecordError("platform application \(number) does not exist") }
        return platform
    }
}

extension RecordReader {
    /// An account and a region.
    mutating func namespace() throws(RecordError) -> Namespace {
        let account: UInt64 = try integer()
        guard account < 1_000_000_000_000 else {
            throw RecordError("an account has twelve digits")
        }
        return Namespace(account: AccountID(number: account), region: try text())
    }
}
