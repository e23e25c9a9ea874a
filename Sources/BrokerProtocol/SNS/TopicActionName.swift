import Bytes

/// The names of the 42 actions of SNS.
public enum TopicActionName: UInt8, CaseIterable, Sendable {
    case addPermission
    case checkIfPhoneNumberIsOptedOut
    case confirmSubscription
    case createPlatformApplication
    case createPlatformEndpoint
    case createSMSSandboxPhoneNumber
    case createTopic
    case deleteEndpoint
    case deletePlatformApplication
    case deleteSMSSandboxPhoneNumber
    case deleteTopic
    case getDataProtectionPolicy
    case getEndpointAttributes
    case getPlatformApplicationAttributes
    case getSMSAttributes
    case getSMSSandboxAccountStatus
    case getSubscriptionAttributes
    case getTopicAttributes
    case listEndpointsByPlatformApplication
    case listOriginationNumbers
    case listPhoneNumbersOptedOut
    case listPlatformApplications
    case listSMSSandboxPhoneNumbers
    case listSubscriptions
    case listSubscriptionsByTopic
    case listTagsForResource
    case listTopics
    case optInPhoneNumber
    case publish
    case publishBatch
    case putDataProtectionPolicy
    case removePermission
    case setEndpointAttributes
    case setPlatformApplicationAttributes
    case setSMSAttributes
    case setSubscriptionAttributes
    case setTopicAttributes
    case subscribe
    case tagResource
    case unsubscribe
    case untagResource
    case verifySMSSandboxPhoneNumber

    /// The action called `name` on the wire; nil when there is none.
    init?(_ name: ByteView) {
        // Publish is what is asked nearly always.
        if name.is("Publish") {
            self = .publish
            return
        }
        for action in Self.allCases where name.is(action.wireName) {
            self = action
            return
        }
        return nil
    }

    /// The name on the wire.
    public var wireName: StaticString {
        switch self {
        case .addPermission: "AddPermission"
        case .checkIfPhoneNumberIsOptedOut: "CheckIfPhoneNumberIsOptedOut"
        case .confirmSubscription: "ConfirmSubscription"
        case .createPlatformApplication: "CreatePlatformApplication"
        case .createPlatformEndpoint: "CreatePlatformEndpoint"
        case .createSMSSandboxPhoneNumber: "CreateSMSSandboxPhoneNumber"
        case .createTopic: "CreateTopic"
        case .deleteEndpoint: "DeleteEndpoint"
        case .deletePlatformApplication: "DeletePlatformApplication"
        case .deleteSMSSandboxPhoneNumber: "DeleteSMSSandboxPhoneNumber"
        case .deleteTopic: "DeleteTopic"
        case .getDataProtectionPolicy: "GetDataProtectionPolicy"
        case .getEndpointAttributes: "GetEndpointAttributes"
        case .getPlatformApplicationAttributes: "GetPlatformApplicationAttributes"
        case .getSMSAttributes: "GetSMSAttributes"
        case .getSMSSandboxAccountStatus: "GetSMSSandboxAccountStatus"
        case .getSubscriptionAttributes: "GetSubscriptionAttributes"
        case .getTopicAttributes: "GetTopicAttributes"
        case .listEndpointsByPlatformApplication: "ListEndpointsByPlatformApplication"
        case .listOriginationNumbers: "ListOriginationNumbers"
        case .listPhoneNumbersOptedOut: "ListPhoneNumbersOptedOut"
        case .listPlatformApplications: "ListPlatformApplications"
        case .listSMSSandboxPhoneNumbers: "ListSMSSandboxPhoneNumbers"
        case .listSubscriptions: "ListSubscriptions"
        case .listSubscriptionsByTopic: "ListSubscriptionsByTopic"
        case .listTagsForResource: "ListTagsForResource"
        case .listTopics: "ListTopics"
        case .optInPhoneNumber: "OptInPhoneNumber"
        case .publish: "Publish"
        case .publishBatch: "PublishBatch"
        case .putDataProtectionPolicy: "PutDataProtectionPolicy"
        case .removePermission: "RemovePermission"
        case .setEndpointAttributes: "SetEndpointAttributes"
        case .setPlatformApplicationAttributes: "SetPlatformApplicationAttributes"
        case .setSMSAttributes: "SetSMSAttributes"
        case .setSubscriptionAttributes: "SetSubscriptionAttributes"
        case .setTopicAttributes: "SetTopicAttributes"
        case .subscribe: "Subscribe"
        case .tagResource: "TagResource"
        case .unsubscribe: "Unsubscribe"
        case .untagResource: "UntagResource"
        case .verifySMSSandboxPhoneNumber: "VerifySMSSandboxPhoneNumber"
        }
    }

    /// Whether the answer has a result element in XML; those of the model without an output have
    /// none.
    var hasResult: Bool {
        switch self {
        case .addPermission, .deleteEndpoint, .deletePlatformApplication, .deleteTopic,
            .putDataProtectionPolicy, .removePermission, .setEndpointAttributes,
            .setPlatformApplicationAttributes, .setSubscriptionAttributes, .setTopicAttributes,
            .unsubscribe:
            false
        default: true
        }
    }
}
