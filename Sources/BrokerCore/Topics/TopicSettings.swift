import Bytes

/// What can be set of a topic, validated.
public struct TopicSettings: Sendable {
    /// Within which messages of a FIFO topic a deduplication identifier is unique.
    public enum FIFOThroughputScope: String, Sendable {
        case topic = "Topic"
        case messageGroup = "MessageGroup"
    }

    /// Whether the topic is FIFO. Fixed at creation.
    public let isFIFO: Bool
    public var contentBasedDeduplication = false
    public var fifoThroughputScope = FIFOThroughputScope.topic
    public var displayName: String?
    /// The access policy as it was set; nil for the default one.
    public var policy: String?
    /// The delivery policy as it was set.
    public var deliveryPolicy: DeliveryPolicy?
    public var kmsMasterKeyID: String?
    /// 1 (SHA-1) or 2 (SHA-256).
    public var signatureVersion = 1
    /// Whether SignatureVersion was ever set: until then it is not shown.
    public var isSignatureVersionSet = false
    /// TracingConfig, once it was set.
    public var tracingConfig: String?
    /// Days that messages of a FIFO topic are archived, once an archive policy was set.
    public var archiveDays: Int?
    /// Since when they are.
    public var archivedSince: Timestamp?
    public var dataProtectionPolicy: String?
    /// The delivery status attributes (`HTTPSuccessFeedbackRoleArn` and so on) in the order set.
    public var feedback: [(name: String, value: String)] = []

    /// The defaults of a new topic.
    public init(isFIFO: Bool) { self.isFIFO = isFIFO }
}

/// Who wants to know what became of deliveries.
struct Feedback {
    var successRoleARN: String?
    var failureRoleARN: String?
    /// Percent of the successes.
    var successSampleRate: Int
}

extension TopicSettings {
    /// The delivery status attributes for a protocol; mail and SMS have none.
    func feedback(for protocolKind: SubscriptionProtocol) -> Feedback {
        let prefix: String? =
            switch protocolKind {
            case .sqs: "SQS"
            case .http, .https: "HTTP"
            case .lambda: "Lambda"
            case .firehose: "Firehose"
            case .application: "Application"
            case .email, .emailJSON, .sms: nil
            }
        let value = { (suffix: String) in
            prefix.flatMap { prefix in feedback.first { $0.name == prefix + suffix }?.value }
        }
        return Feedback(
            successRoleARN: value("SuccessFeedbackRoleArn"),
            failureRoleARN: value("FailureFeedbackRoleArn"),
            successSampleRate: value("SuccessFeedbackSampleRate").flatMap { Int($0) } ?? 0)
    }
}
