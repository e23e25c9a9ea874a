import Bytes

/// Recovery of topics, subscriptions, platform applications and SMS settings from a snapshot.
extension Broker {
    /// Reads how many of each there ever were. A snapshot of a version without topics ends before.
    mutating func loadTopicCounts(_ reader: inout RecordReader) throws(RecordError) {
        guard reader.bytes.remaining > 0 else { return }
        let counts = [
            Int(try reader.integer(UInt32.self)), Int(try reader.integer(UInt32.self)),
            Int(try reader.integer(UInt32.self)), Int(try reader.integer(UInt32.self)),
        ]
        topics.topics = Array(repeating: nil, count: max(counts[0], 1))
        topics.subscriptions = Array(repeating: nil, count: max(counts[1], 1))
        topics.platforms = Array(repeating: nil, count: max(counts[2], 1))
        topics.devices = Array(repeating: nil, count: max(counts[3], 1))
    }

    mutating func loadTopic(_ reader: inout RecordReader) throws(RecordError) {
        let image = try TopicImage(decoding: &reader)
        let isDeleted = try reader.integer(UInt8.self) == 1
        let sequence: UInt64 = try reader.integer()
        let deletedCount = Int(try reader.integer(UInt32.self))
        guard Int(image.number) < topics.topics.count,
            topics.topics[Int(image.number)] == nil,
            isDeleted || topics.topic(image.identity) == nil
        else { throw RecordError("topic \(image.number) is out of range or comes twice") }
        // The backlog's own record follows; until then a stand-in holds its number.
        let backlog =
            image.settings.isFIFO && !isDeleted
            ? Backlog(number: image.backlog, queueNumber: 0, isFIFO: true) : nil
        let topic = Topic(
            number: image.number, identity: image.identity, createdAt: image.createdAt,
            settings: image.settings, tags: image.tags, backlog: backlog)
        topic.isDeleted = isDeleted
        topic.sequence = sequence
        topic.deletedCount = deletedCount
        if isDeleted { topics.keep(topic) } else { topics.enter(topic) }
    }

    mutating func loadSubscription(_ reader: inout RecordReader) throws(RecordError) {
        let image = try SubscriptionImage(decoding: &reader)
        let until: UInt64 = try reader.integer()
        let replayFlags: UInt8 = try reader.integer()
        let startSequence: UInt64 = try reader.integer()
        let replayedSequence: UInt64 = try reader.integer()
        guard Int(image.number) < topics.subscriptions.count,
            topics.subscriptions[Int(image.number)] == nil,
            Int(image.topic) < topics.topics.count, let topic = topics.topics[Int(image.topic)]
        else { throw RecordError("subscription \(image.number) is out of range or comes twice") }
        let subscription = image.subscription(of: topic)
        guard subscription.state != .ended else {
            subscription.isRetakeableUntil = until == 0 ? nil : Instant(milliseconds: until)
            topic.lingeringCount += 1
            topics.keep(subscription)
            return
        }
        guard !topic.isDeleted else {
            throw RecordError("subscription \(image.number) belongs to a deleted topic")
        }
        subscription.hasReplayed = replayFlags & 4 != 0
        if let phase = try replayPhase(replayFlags & 3, of: image) {
            subscription.replay = Replay(
                phase: phase, startSequence: startSequence, sequence: replayedSequence)
        }
        // It is entered in the order of numbers, once all are there.
        topics.keep(subscription)
    }

    private func replayPhase(
        _ code: UInt8, of image: SubscriptionImage
    ) throws(RecordError) -> Replay.Phase? {
        switch code {
        case 0: return nil
        case 1:
            guard let policy = image.condition.settings.replay else {
                throw RecordError("subscription \(image.number) replays without a policy")
            }
            return .range(policy)
        case 2: return .recent
        default: throw RecordError("subscription \(image.number) replays in an unknown way")
        }
    }

    mutating func loadPlatform(_ reader: inout RecordReader) throws(RecordError) {
        let kind: UInt8 = try reader.integer()
        guard try reader.integer(UInt8.self) == 1 else {
            throw RecordError("a snapshot holds nothing that is deleted")
        }
        if kind == PlatformImage.kind {
            let image = try PlatformImage(decoding: &reader)
            guard Int(image.number) < topics.platforms.count,
                topics.platforms[Int(image.number)] == nil, topics.platform(image.identity) == nil
            else { throw RecordError("application \(image.number) comes twice") }
            topics.platforms[Int(image.number)] = PlatformApplication(
                number: image.number, identity: image.identity, attributes: image.attributes)
        } else {
            let image = try DeviceImage(decoding: &reader)
            guard Int(image.number) < topics.devices.count,
                topics.devices[Int(image.number)] == nil,
                Int(image.platform) < topics.platforms.count,
                let platform = topics.platforms[Int(image.platform)]
            else { throw RecordError("device \(image.number) is out of range or comes twice") }
            topics.devices[Int(image.number)] = image.device(of: platform)
        }
    }

    mutating func loadSMS(_ reader: inout RecordReader) throws(RecordError) {
        let namespace = try reader.namespace()
        guard topics.namespace(namespace.account, namespace.region).sms.isEmpty else {
            throw RecordError("SMS settings come twice")
        }
        apply(try SMSSettings(decoding: &reader), to: namespace)
    }

    /// Forgets what nobody needs: the snapshot has subscriptions that ended with their topic just
    /// before it, though nothing is owed to them.
    mutating func releaseUnusedOfTopics() {
        for case let subscription? in topics.subscriptions { releaseIfUnused(subscription) }
        for case let topic? in topics.topics { releaseIfUnused(topic) }
    }

    /// Rebuilds lists, indexes and timers.
    mutating func finishLoadingTopics() throws(RecordError) {
        for case let topic? in topics.topics {
            guard let number = topic.backlog?.number else { continue }
            guard Int(number) < store.backlogs.count, let backlog = store.backlogs[Int(number)]
            else { throw RecordError("topic \(topic.number) has no backlog") }
            topic.backlog = backlog
            scheduleDeduplications(of: backlog)
        }
        for case let subscription? in topics.subscriptions {
            scheduleToken(of: subscription)
            guard subscription.state != .ended else { continue }
            let other = topics.subscription(
                to: subscription.topic, subscription.protocolKind, subscription.endpoint)
            guard other == nil, topics.subscription(subscription.id) == nil else {
                throw RecordError("subscription \(subscription.number) is another's double")
            }
            topics.enter(subscription)
            if subscription.replay != nil { replaying.append(subscription.number) }
        }
        for case let platform? in topics.platforms { topics.enter(platform) }
        for case let device? in topics.devices { topics.enter(device) }
    }
}
