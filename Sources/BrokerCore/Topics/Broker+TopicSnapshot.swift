import Bytes

/// Topics, subscriptions, platform applications and SMS settings in snapshots: encoded when their
/// turn comes, or just before they first change. What an object refers to is encoded before it.
extension Broker {
    // MARK: Before a change

    /// Puts a topic into the snapshot in progress before it changes.
    mutating func touch(_ topic: Topic) {
        guard snapshot.isActive, topic.snapshotEpoch != snapshot.epoch else { return }
        encode(topic)
    }

    /// Puts a subscription, and the topic it belongs to, into the snapshot in progress before it
    /// changes.
    mutating func touch(_ subscription: Subscription) {
        touch(subscription.topic)
        guard snapshot.isActive, subscription.snapshotEpoch != snapshot.epoch else { return }
        encode(subscription)
    }

    mutating func touch(_ platform: PlatformApplication) {
        guard snapshot.isActive, platform.snapshotEpoch != snapshot.epoch else { return }
        encode(platform)
    }

    mutating func touch(_ device: PlatformEndpoint) {
        // What was deleted with its application before the snapshot began is not in it, swept or not.
        let platform = device.platform
        guard snapshot.isActive, device.snapshotEpoch != snapshot.epoch,
            !platform.isDeleted || platform.deletionEpoch == snapshot.epoch
        else { return }
        touch(platform)
        encode(device)
    }

    // MARK: Encoding

    /// Appends to the snapshot's header how many of each there ever were, and notes where its turns
    /// end.
    mutating func beginTopicSnapshot(header writer: inout ByteWriter) {
        snapshot.nextTopicObject = SnapshotTopics(
            topicEnd: topics.topics.count, subscriptionEnd: topics.subscriptions.count,
            platformEnd: topics.platforms.count, deviceEnd: topics.devices.count)
        for count in [
            topics.topics.count, topics.subscriptions.count, topics.platforms.count,
            topics.devices.count,
        ] {
            writer.append(littleEndian: UInt32(count))
        }
    }

    /// Encodes all SMS settings when the snapshot begins: they are few and small.
    mutating func encodeSMSSettings() {
        let places = topics.namespaces.filter { !$0.value.sms.isEmpty }
            .sorted { left, right in
                (left.key.account.number, left.key.region)
                    < (right.key.account.number, right.key.region)
            }
        for (namespace, place) in places { encode(place, namespace) }
    }

    /// Encodes the next object that is not in the snapshot; false when all are.
    mutating func encodeNextOfTopics() -> Bool {
        while let next = snapshot.nextTopicObject.next() {
            let pending = snapshot.pending.count
            switch next {
            case .topic(let number): topics.topics[number].map { touch($0) }
            case .subscription(let number): topics.subscriptions[number].map { touch($0) }
            case .platform(let number): topics.platforms[number].map { touch($0) }
            case .device(let number): topics.devices[number].map { touch($0) }
            }
            if snapshot.pending.count > pending { return true }
        }
        return false
    }

    private mutating func encode(_ topic: Topic) {
        topic.snapshotEpoch = snapshot.epoch
        var writer = ByteWriter()
        TopicImage(topic).encode(to: &writer)
        writer.append(UInt8(topic.isDeleted ? 1 : 0))
        writer.append(littleEndian: topic.sequence)
        writer.append(littleEndian: UInt32(topic.deletedCount))
        snapshot.pending.append((.snapshotTopic, writer.array))
    }

    private mutating func encode(_ subscription: Subscription) {
        subscription.snapshotEpoch = snapshot.epoch
        var writer = ByteWriter()
        var image = SubscriptionImage(subscription)
        // What ended with its topic before the snapshot began has ended in it, swept or not.
        if subscription.topic.isDeleted, subscription.topic.deletionEpoch != snapshot.epoch {
            image.condition.state = .ended
        }
        image.encode(to: &writer)
        writer.append(littleEndian: subscription.isRetakeableUntil?.milliseconds ?? 0)
        let phase: UInt8 =
            switch subscription.replay?.phase {
            case nil: 0
            case .range: 1
            case .recent: 2
            }
        writer.append(phase | (subscription.hasReplayed ? 4 : 0))
        writer.append(littleEndian: subscription.replay?.startSequence ?? 0)
        writer.append(littleEndian: subscription.replay?.sequence ?? 0)
        snapshot.pending.append((.snapshotSubscription, writer.array))
    }

    private mutating func encode(_ platform: PlatformApplication) {
        platform.snapshotEpoch = snapshot.epoch
        var writer = ByteWriter()
        PlatformImage(platform).encode(to: &writer)
        snapshot.pending.append((.snapshotPlatform, writer.array))
    }

    private mutating func encode(_ device: PlatformEndpoint) {
        device.snapshotEpoch = snapshot.epoch
        var writer = ByteWriter()
        DeviceImage(device).encode(to: &writer)
        snapshot.pending.append((.snapshotPlatform, writer.array))
    }

    private mutating func encode(_ place: TopicNamespace, _ namespace: Namespace) {
        var writer = ByteWriter()
        writer.append(littleEndian: namespace.account.number)
        writer.append(counted: namespace.region)
        place.sms.encode(to: &writer)
        snapshot.pending.append((.snapshotSMS, writer.array))
    }
}

/// Which topic objects of a snapshot have had their turn.
struct SnapshotTopics {
    enum Object {
        case topic(Int)
        case subscription(Int)
        case platform(Int)
        case device(Int)
    }

    private var topic = 1
    private var subscription = 1
    private var platform = 1
    private var device = 1
    private let topicEnd: Int
    private let subscriptionEnd: Int
    private let platformEnd: Int
    private let deviceEnd: Int

    init(topicEnd: Int = 1, subscriptionEnd: Int = 1, platformEnd: Int = 1, deviceEnd: Int = 1) {
        self.topicEnd = topicEnd
        self.subscriptionEnd = subscriptionEnd
        self.platformEnd = platformEnd
        self.deviceEnd = deviceEnd
    }

    /// The object whose turn it is; nil when all have had theirs.
    mutating func next() -> Object? {
        if topic < topicEnd {
            topic += 1
            return .topic(topic - 1)
        }
        if subscription < subscriptionEnd {
            subscription += 1
            return .subscription(subscription - 1)
        }
        if platform < platformEnd {
            platform += 1
            return .platform(platform - 1)
        }
        guard device < deviceEnd else { return nil }
        device += 1
        return .device(device - 1)
    }
}
