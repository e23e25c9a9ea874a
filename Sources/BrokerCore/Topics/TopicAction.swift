import Bytes

/// What a client can ask of SNS: the 42 actions of the service model.
///
/// Fields are as the client sent them: nil when absent, unvalidated when present. The broker
/// validates. Views are borrowed from the request's buffer.
public enum TopicAction: Sendable {
    case addPermission(AddTopicPermission)
    case checkIfPhoneNumberIsOptedOut(PhoneNumberRequest)
    case confirmSubscription(ConfirmSubscription)
    case createPlatformApplication(CreatePlatformApplication)
    case createPlatformEndpoint(CreatePlatformEndpoint)
    case createSMSSandboxPhoneNumber(CreateSMSSandboxPhoneNumber)
    case createTopic(CreateTopic)
    case deleteEndpoint(ResourceRequest)
    case deletePlatformApplication(ResourceRequest)
    case deleteSMSSandboxPhoneNumber(PhoneNumberRequest)
    case deleteTopic(ResourceRequest)
    case getDataProtectionPolicy(ResourceRequest)
    case getEndpointAttributes(ResourceRequest)
    case getPlatformApplicationAttributes(ResourceRequest)
    case getSMSAttributes(GetSMSAttributes)
    case getSMSSandboxAccountStatus
    case getSubscriptionAttributes(ResourceRequest)
    case getTopicAttributes(ResourceRequest)
    case listEndpointsByPlatformApplication(ListRequest)
    case listOriginationNumbers(ListRequest)
    case listPhoneNumbersOptedOut(ListRequest)
    case listPlatformApplications(ListRequest)
    case listSMSSandboxPhoneNumbers(ListRequest)
    case listSubscriptions(ListRequest)
    case listSubscriptionsByTopic(ListRequest)
    case listTagsForResource(ResourceRequest)
    case listTopics(ListRequest)
    case optInPhoneNumber(PhoneNumberRequest)
    case publish(Publish)
    case publishBatch(PublishBatch)
    case putDataProtectionPolicy(PutDataProtectionPolicy)
    case removePermission(RemoveTopicPermission)
    case setEndpointAttributes(SetAttributes)
    case setPlatformApplicationAttributes(SetAttributes)
    case setSMSAttributes(SetAttributes)
    case setSubscriptionAttributes(SetAttribute)
    case setTopicAttributes(SetAttribute)
    case subscribe(Subscribe)
    case tagResource(TagResource)
    case unsubscribe(Unsubscribe)
    case untagResource(UntagResource)
    case verifySMSSandboxPhoneNumber(VerifySMSSandboxPhoneNumber)
}

/// Adds a statement to a topic's policy.
public struct AddTopicPermission: Sendable {
    public var topicARN: String?
    public var label: String?
    public var accountIDs: [String] = []
    public var actions: [String] = []
    public init() {}
}

/// An action on one phone number: CheckIfPhoneNumberIsOptedOut, OptInPhoneNumber,
/// DeleteSMSSandboxPhoneNumber.
public struct PhoneNumberRequest: Sendable {
    public var phoneNumber: String?
    public init() {}
}

/// Confirms a subscription with the token that was sent to its endpoint.
public struct ConfirmSubscription: Sendable {
    public var topicARN: String?
    public var token: String?
    public var authenticateOnUnsubscribe: String?
    /// Whether the request was signed; a link in a confirmation is not.
    public var isAuthenticated = false
    public init() {}
}

/// Registers an application of a push service.
public struct CreatePlatformApplication: Sendable {
    public var name: String?
    public var platform: String?
    public var attributes: [(name: String, value: String)]?
    public init() {}
}

/// Registers a device of a platform application.
public struct CreatePlatformEndpoint: Sendable {
    public var platformApplicationARN: String?
    public var token: String?
    public var customUserData: String?
    public var attributes: [(name: String, value: String)] = []
    public init() {}
}

/// Adds a phone number to the SMS sandbox.
public struct CreateSMSSandboxPhoneNumber: Sendable {
    public var phoneNumber: String?
    public var languageCode: String?
    public init() {}
}

/// Creates a topic, or finds the one with the same attributes and tags.
public struct CreateTopic: Sendable {
    public var name: String?
    public var attributes: [(name: String, value: String)] = []
    public var tags: [(key: String, value: String)] = []
    public var dataProtectionPolicy: String?
    public init() {}
}

/// An action that names one resource by its ARN, whatever the parameter is called.
public struct ResourceRequest: Sendable {
    public var arn: String?
    public init() {}
}

/// Reads SMS settings of the account.
public struct GetSMSAttributes: Sendable {
    /// Empty for all.
    public var names: [String] = []
    public init() {}
}

/// A page of a list, of everything or of what belongs to `arn`.
public struct ListRequest: Sendable {
    public var arn: String?
    public var maxResults: Int?
    public var nextToken: String?
    public init() {}
}

/// Publishes one message to a topic, a device or a phone number.
public struct Publish: Sendable {
    public var topicARN: String?
    public var targetARN: String?
    public var phoneNumber: String?
    public var message = NotificationDraft()
    public init() {}
}

/// Publishes up to ten messages to a topic.
public struct PublishBatch: Sendable {
    /// One message of the batch.
    public struct Entry: Sendable {
        public var id: ByteView?
        public var message = NotificationDraft()
        public init() {}
    }
    public var topicARN: String?
    public var entries: [Entry] = []
    public init() {}
}

/// A message as the publisher gave it.
public struct NotificationDraft: Sendable {
    public var message: ByteView?
    public var subject: ByteView?
    /// "json" when `message` is an object of texts by protocol.
    public var messageStructure: ByteView?
    public var attributes: [MessageAttribute] = []
    public var deduplicationID: ByteView?
    public var groupID: ByteView?
    /// The request's `X-Amzn-Trace-Id` header.
    public var traceHeader: ByteView?
    public init() {}
}

/// Sets the data protection policy of a topic.
public struct PutDataProtectionPolicy: Sendable {
    public var resourceARN: String?
    public var policy: String?
    public init() {}
}

/// Removes a statement from a topic's policy.
public struct RemoveTopicPermission: Sendable {
    public var topicARN: String?
    public var label: String?
    public init() {}
}

/// Sets several attributes of a platform application, an endpoint or the account's SMS settings.
public struct SetAttributes: Sendable {
    public var arn: String?
    public var attributes: [(name: String, value: String)]?
    public init() {}
}

/// Sets one attribute of a topic or subscription.
public struct SetAttribute: Sendable {
    public var arn: String?
    public var name: String?
    public var value: String?
    public init() {}
}

/// Subscribes an endpoint to a topic.
public struct Subscribe: Sendable {
    public var topicARN: String?
    public var protocolName: String?
    public var endpoint: String?
    public var attributes: [(name: String, value: String)] = []
    public var returnSubscriptionARN = false
    public init() {}
}

/// Adds or replaces tags of a topic.
public struct TagResource: Sendable {
    public var arn: String?
    public var tags: [(key: String, value: String)]?
    public init() {}
}

/// Ends a subscription.
public struct Unsubscribe: Sendable {
    public var subscriptionARN: String?
    /// Whether the request was signed; a link in a notification is not.
    public var isAuthenticated = false
    public init() {}
}

/// Removes tags of a topic.
public struct UntagResource: Sendable {
    public var arn: String?
    public var keys: [String]?
    public init() {}
}

/// Verifies a phone number of the SMS sandbox.
public struct VerifySMSSandboxPhoneNumber: Sendable {
    public var phoneNumber: String?
    public var oneTimePassword: String?
    public init() {}
}
