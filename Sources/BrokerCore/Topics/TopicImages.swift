import Bytes

/// The state of a topic as its records carry it.
struct TopicImage {
    var number: UInt32
    /// 0 for a standard topic.
    var backlog: UInt32
    var identity: TopicIdentity
    var createdAt: Timestamp
    var settings: TopicSettings
    var tags: QueueTags

    init(
        number: UInt32, backlog: UInt32, identity: TopicIdentity, createdAt: Timestamp,
        settings: TopicSettings, tags: QueueTags
    ) {
        self.number = number
        self.backlog = backlog
        self.identity = identity
        self.createdAt = createdAt
        self.settings = settings
        self.tags = tags
    }

    init(_ topic: Topic) {
        self.init(
            number: topic.number, backlog: topic.isDeleted ? 0 : topic.backlog?.number ?? 0,
            identity: topic.identity, createdAt: topic.createdAt, settings: topic.settings,
            tags: topic.tags)
    }

    func encode(to writer: inout ByteWriter) {
        writer.append(littleEndian: number)
        writer.append(littleEndian: backlog)
        identity.encode(to: &writer)
        writer.append(littleEndian: createdAt.milliseconds)
        settings.encode(to: &writer)
        tags.encode(to: &writer)
    }

    init(decoding reader: inout RecordReader) throws(RecordError) {
        number = try reader.integer()
        backlog = try reader.integer()
        identity = try TopicIdentity(decoding: &reader.bytes)
        createdAt = Timestamp(milliseconds: try reader.integer())
        settings = try TopicSettings(decoding: &reader.bytes)
        tags = try reader.tags()
        guard number > 0 else { throw RecordError("topics are numbered from one") }
    }
}

/// The state of a subscription as its records carry it.
struct SubscriptionImage {
    var number: UInt32
    var topic: UInt32
    var id: MessageID
    var owner: AccountID
    var protocolKind: SubscriptionProtocol
    var endpoint: String
    var condition: SubscriptionCondition

    init(
        number: UInt32, topic: UInt32, id: MessageID, owner: AccountID,
        protocolKind: SubscriptionProtocol, endpoint: String, condition: SubscriptionCondition
    ) {
        self.number = number
        self.topic = topic
        self.id = id
        self.owner = owner
        self.protocolKind = protocolKind
        self.endpoint = endpoint
        self.condition = condition
    }

    init(_ subscription: Subscription) {
        self.init(
            number: subscription.number, topic: subscription.topic.number, id: subscription.id,
            owner: subscription.owner, protocolKind: subscription.protocolKind,
            endpoint: subscription.endpoint, condition: subscription.condition)
    }

    /// The subscription of this state, of which no catalog knows yet.
    func subscription(of topic: Topic) -> Subscription {
        let subscription = Subscription(
            number: number, id: id, topic: topic, owner: owner, protocolKind: protocolKind,
            endpoint: endpoint,
            queue: protocolKind == .sqs ? QueueIdentity(arn: endpoint) : nil,
            settings: condition.settings, state: condition.state, token: condition.token)
        subscription.condition = condition
        return subscription
    }

    func encode(to writer: inout ByteWriter) {
        writer.append(littleEndian: number)
        writer.append(littleEndian: topic)
        writer.append(littleEndian: id.high)
        writer.append(littleEndian: id.low)
        writer.append(littleEndian: owner.number)
        writer.append(protocolKind.rawValue)
        writer.append(counted: endpoint)
        condition.encode(to: &writer)
    }

    init(decoding reader: inout RecordReader) throws(RecordError) {
        number = try reader.integer()
        topic = try reader.integer()
        id = MessageID(high: try reader.integer(), low: try reader.integer())
        let account: UInt64 = try reader.integer()
        guard number > 0, account < 1_000_000_000_000,
            let kind = SubscriptionProtocol(rawValue: try reader.integer())
        else { throw RecordError("a subscription has an unknown owner or protocol") }
        owner = AccountID(number: account)
        protocolKind = kind
        endpoint = try reader.text()
        condition = try SubscriptionCondition(decoding: &reader)
    }
}
