import Bytes

/// What the broker answers to an action of SNS.
public enum TopicOutcome: Sendable {
    /// Done; the answer carries nothing.
    case done
    /// CreateTopic.
    case topic(arn: String)
    /// Subscribe, ConfirmSubscription. Subscribe answers "pending confirmation" as the ARN.
    case subscription(arn: String)
    /// GetTopicAttributes, GetSubscriptionAttributes, GetPlatformApplicationAttributes,
    /// GetEndpointAttributes, GetSMSAttributes.
    case attributes([(name: String, value: String)])
    /// ListTopics.
    case topics([String], nextToken: String?)
    /// ListSubscriptions, ListSubscriptionsByTopic.
    case subscriptions([SubscriptionDescription], nextToken: String?)
    /// ListTagsForResource.
    case tags([(key: String, value: String)])
    case published(PublishedMessage)
    case publishedBatch([BatchResult<PublishedMessage>])
    /// GetDataProtectionPolicy.
    case dataProtectionPolicy(String)
    /// CreatePlatformApplication.
    case platformApplication(arn: String)
    /// CreatePlatformEndpoint.
    case platformEndpoint(arn: String)
    /// ListPlatformApplications, ListEndpointsByPlatformApplication.
    case platformResources(
        [(arn: String, attributes: [(name: String, value: String)])], nextToken: String?)
    /// CheckIfPhoneNumberIsOptedOut, GetSMSSandboxAccountStatus.
    case truth(Bool)
    /// ListPhoneNumbersOptedOut.
    case phoneNumbers([String], nextToken: String?)
    /// ListSMSSandboxPhoneNumbers.
    case sandboxPhoneNumbers([(number: String, status: String)], nextToken: String?)
    /// ListOriginationNumbers: there are none to be had here.
    case originationNumbers
}

/// A subscription as the lists show it.
public struct SubscriptionDescription: Sendable {
    /// The ARN, or "PendingConfirmation".
    public var arn: String
    public var owner: AccountID
    public var protocolName: String
    public var endpoint: String
    public var topicARN: String
    public init(
        arn: String, owner: AccountID, protocolName: String, endpoint: String, topicARN: String
    ) {
        self.arn = arn
        self.owner = owner
        self.protocolName = protocolName
        self.endpoint = endpoint
        self.topicARN = topicARN
    }
}

/// What Publish returns.
public struct PublishedMessage: Sendable {
    public var id: MessageID
    /// FIFO topics only; shown as 20 digits.
    public var sequenceNumber: UInt64?
    public init(id: MessageID, sequenceNumber: UInt64? = nil) {
        self.id = id
        self.sequenceNumber = sequenceNumber
    }
}
