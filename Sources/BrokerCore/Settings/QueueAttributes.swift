/// The attributes of a queue, in the order GetQueueAttributes shows them.
enum QueueAttribute: String, CaseIterable {
    case queueARN = "QueueArn"
    case numberOfMessages = "ApproximateNumberOfMessages"
    case numberOfMessagesNotVisible = "ApproximateNumberOfMessagesNotVisible"
    case numberOfMessagesDelayed = "ApproximateNumberOfMessagesDelayed"
    case createdTimestamp = "CreatedTimestamp"
    case lastModifiedTimestamp = "LastModifiedTimestamp"
    case visibilityTimeout = "VisibilityTimeout"
    case maximumMessageSize = "MaximumMessageSize"
    case messageRetentionPeriod = "MessageRetentionPeriod"
    case delaySeconds = "DelaySeconds"
    case policy = "Policy"
    case redrivePolicy = "RedrivePolicy"
    case redriveAllowPolicy = "RedriveAllowPolicy"
    case receiveMessageWaitTimeSeconds = "ReceiveMessageWaitTimeSeconds"
    case kmsMasterKeyID = "KmsMasterKeyId"
    case kmsDataKeyReusePeriodSeconds = "KmsDataKeyReusePeriodSeconds"
    case fifoQueue = "FifoQueue"
    case deduplicationScope = "DeduplicationScope"
    case fifoThroughputLimit = "FifoThroughputLimit"
    case contentBasedDeduplication = "ContentBasedDeduplication"
    case sqsManagedSSEEnabled = "SqsManagedSseEnabled"

    /// Whether requests may set it.
    var isSettable: Bool {
        switch self {
        case .queueARN, .numberOfMessages, .numberOfMessagesNotVisible, .numberOfMessagesDelayed,
            .createdTimestamp, .lastModifiedTimestamp:
            false
        default: true
        }
    }

    /// Whether standard queues lack it.
    var isOnlyOfFIFO: Bool {
        switch self {
        case .fifoQueue, .deduplicationScope, .fifoThroughputLimit, .contentBasedDeduplication:
            true
        default: false
        }
    }

    /// The range of a numeric attribute.
    var range: ClosedRange<Int>? {
        switch self {
        case .visibilityTimeout: QueueLimits.visibilityTimeout
        case .delaySeconds: QueueLimits.delaySeconds
        case .maximumMessageSize: QueueLimits.maximumMessageSize
        case .messageRetentionPeriod: QueueLimits.messageRetentionPeriod
        case .receiveMessageWaitTimeSeconds: QueueLimits.receiveMessageWaitTimeSeconds
        case .kmsDataKeyReusePeriodSeconds: QueueLimits.kmsDataKeyReusePeriodSeconds
        default: nil
        }
    }
}

/// What GetQueueAttributes shows beside the settings.
public struct QueueFacts: Sendable {
    /// The queue, for its ARN.
    public var identity: QueueIdentity
    /// When it was created, in seconds since 1970.
    public var createdTimestamp: Int
    /// When its settings last changed, in seconds since 1970.
    public var lastModifiedTimestamp: Int
    /// Messages that can be received or wait behind their group.
    public var visibleCount: Int
    /// Messages in flight.
    public var notVisibleCount: Int
    /// Messages that are delayed.
    public var delayedCount: Int

    /// The facts of a queue.
    public init(
        identity: QueueIdentity, createdTimestamp: Int, lastModifiedTimestamp: Int,
        visibleCount: Int, notVisibleCount: Int, delayedCount: Int
    ) {
        self.identity = identity
        self.createdTimestamp = createdTimestamp
        self.lastModifiedTimestamp = lastModifiedTimestamp
        self.visibleCount = visibleCount
        self.notVisibleCount = notVisibleCount
        self.delayedCount = delayedCount
    }
}

/// What GetQueueAttributes answers.
public enum QueueAttributes {
    /// The attributes that `names` ask for, in the order AWS shows them. Attributes that the queue
    /// does not have are left out; a name that no queue has is refused.
    public static func list(
        names: [String], settings: QueueSettings, facts: QueueFacts
    ) throws(BrokerError) -> [(name: String, value: String)] {
        var wanted: Set<QueueAttribute> = []
        for name in names {
            if name == "All" {
                wanted.formUnion(QueueAttribute.allCases)
            } else if let attribute = QueueAttribute(rawValue: name) {
                wanted.insert(attribute)
            } else {
                throw QueueSettings.unknownAttribute(name)
            }
        }
        var list: [(name: String, value: String)] = []
        for attribute in QueueAttribute.allCases where wanted.contains(attribute) {
            guard let value = facts.value(of: attribute) ?? settings.value(of: attribute) else {
                continue
            }
            list.append((name: attribute.rawValue, value: value))
        }
        return list
    }
}

extension QueueFacts {
    fileprivate func value(of attribute: QueueAttribute) -> String? {
        switch attribute {
        case .queueARN: identity.arn
        case .numberOfMessages: String(visibleCount)
        case .numberOfMessagesNotVisible: String(notVisibleCount)
        case .numberOfMessagesDelayed: String(delayedCount)
        case .createdTimestamp: String(createdTimestamp)
        case .lastModifiedTimestamp: String(lastModifiedTimestamp)
        default: nil
        }
    }
}

extension QueueSettings {
    /// The attribute as it is shown; nil when this queue does not have it.
    func value(of attribute: QueueAttribute) -> String? {
        if attribute.isOnlyOfFIFO && !isFIFO { return nil }
        return switch attribute {
        case .visibilityTimeout: String(visibilityTimeout)
        case .maximumMessageSize: String(maximumMessageSize)
        case .messageRetentionPeriod: String(messageRetentionPeriod)
        case .delaySeconds: String(delaySeconds)
        case .policy: policy
        case .redrivePolicy: redrivePolicy?.text
        case .redriveAllowPolicy: redriveAllowPolicy?.text
        case .receiveMessageWaitTimeSeconds: String(receiveMessageWaitTimeSeconds)
        case .kmsMasterKeyID: kmsMasterKeyID
        case .kmsDataKeyReusePeriodSeconds:
            // The default goes without saying, unless there is a key that it belongs to.
            kmsMasterKeyID != nil || kmsDataKeyReusePeriodSeconds != 300
                ? String(kmsDataKeyReusePeriodSeconds) : nil
        case .fifoQueue: "true"
        case .deduplicationScope: deduplicationScope.rawValue
        case .fifoThroughputLimit: fifoThroughputLimit.rawValue
        case .contentBasedDeduplication: String(contentBasedDeduplication)
        case .sqsManagedSSEEnabled: String(sqsManagedSSEEnabled)
        default: nil
        }
    }
}
