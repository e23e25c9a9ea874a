/// Everything SetQueueAttributes can change about a queue, and what its creation fixed.
///
/// A value: `creating` makes it from CreateQueue's attributes, `changed` makes the next one, and
/// both either return settings that obey every rule or throw what AWS would answer.
public struct QueueSettings: Sendable, Equatable {
    /// What a deduplication id is unique within.
    public enum DeduplicationScope: String, Sendable {
        case queue
        case messageGroup
    }

    /// What the throughput quota counts. Stored and shown; nothing is throttled.
    public enum FIFOThroughputLimit: String, Sendable {
        case perQueue
        case perMessageGroupID = "perMessageGroupId"
    }

    /// Whether this is a FIFO queue; fixed at creation.
    public let isFIFO: Bool
    /// What deduplication really uses: like AWS, a later change of `deduplicationScope` is shown
    /// but changes nothing.
    public internal(set) var creationDeduplicationScope = DeduplicationScope.queue

    /// How long a received message stays invisible, in seconds.
    public var visibilityTimeout = 30
    /// How long a sent message is delayed, in seconds.
    public var delaySeconds = 0
    /// The largest message that is accepted, in bytes of body and attributes.
    public var maximumMessageSize = 1_048_576
    /// How long a message is kept, in seconds from its sending.
    public var messageRetentionPeriod = 345_600
    /// How long a receive waits when it does not say, in seconds.
    public var receiveMessageWaitTimeSeconds = 0

    /// Where messages go after too many receives.
    public var redrivePolicy: RedrivePolicy?
    /// Which queues may use this one as their dead-letter queue; nil allows all.
    public var redriveAllowPolicy: RedriveAllowPolicy?
    /// The access policy, as set.
    public var policy: String?

    /// The KMS key that encrypts messages; stored and shown.
    public var kmsMasterKeyID: String?
    /// How long a data key is used, in seconds; stored and shown.
    public var kmsDataKeyReusePeriodSeconds = 300
    /// Whether SQS encrypts with keys of its own; stored and shown.
    public var sqsManagedSSEEnabled = true

    /// Whether the body's digest stands in for a missing deduplication id. FIFO only.
    public var contentBasedDeduplication = false
    /// The scope as shown. FIFO only.
    public var deduplicationScope = DeduplicationScope.queue
    /// The limit as shown. FIFO only.
    public var fifoThroughputLimit = FIFOThroughputLimit.perQueue

    /// The defaults of a new queue.
    public init(isFIFO: Bool) { self.isFIFO = isFIFO }

    /// The settings of a new queue `name`, whose name is checked too.
    public static func creating(
        name: String, attributes: [(name: String, value: String)]
    ) throws(BrokerError) -> QueueSettings {
        let type = attributes.last { $0.name == QueueAttribute.fifoQueue.rawValue }?.value
        let isFIFO = try type.map { (text) throws(BrokerError) in
            try boolean(text, of: .fifoQueue)
        }
        try QueueName.validate(name, isFIFO: isFIFO ?? false)
        // AWS knows the attribute only where it says true.
        if isFIFO == false { throw unknownAttribute(QueueAttribute.fifoQueue.rawValue) }
        var settings = QueueSettings(isFIFO: isFIFO ?? false)
        let rest = attributes.filter { $0.name != QueueAttribute.fifoQueue.rawValue }
        try settings.set(rest)
        settings.creationDeduplicationScope = settings.deduplicationScope
        return settings
    }

    /// These settings after SetQueueAttributes: with all of the attributes, or none.
    public func changed(
        by attributes: [(name: String, value: String)]
    ) throws(BrokerError) -> QueueSettings {
        var settings = self
        try settings.set(attributes)
        return settings
    }

    /// For CreateQueue of a queue that exists with these settings: the first of the requested
    /// attributes whose value differs, or nil. Attributes that are not named are not compared.
    public func mismatch(
        creating name: String, attributes: [(name: String, value: String)]
    ) throws(BrokerError) -> String? {
        let wanted = try Self.creating(name: name, attributes: attributes)
        return attributes.first { attribute in
            QueueAttribute(rawValue: attribute.name).map { !agrees(with: wanted, on: $0) } ?? false
        }?.name
    }

    private func agrees(with other: QueueSettings, on attribute: QueueAttribute) -> Bool {
        switch attribute {
        case .policy:
            guard let policy, let otherPolicy = other.policy else { return policy == other.policy }
            guard let left = JSONValue(parsing: policy),
                let right = JSONValue(parsing: otherPolicy)
            else { return policy == otherPolicy }
            return left.isEquivalent(to: right)
        case .redriveAllowPolicy:
            guard let redriveAllowPolicy, let others = other.redriveAllowPolicy else {
                return redriveAllowPolicy == other.redriveAllowPolicy
            }
            return redriveAllowPolicy.isEquivalent(to: others)
        default:
            return value(of: attribute) == other.value(of: attribute)
        }
    }
}
