/// Why a request was refused: the API's own code and the text that explains it.
public struct BrokerError: Error, Equatable, Sendable {
    /// The kinds of refusal; BrokerProtocol knows each one's wire codes and HTTP status.
    public enum Code: UInt8, CaseIterable, Sendable {
        case queueDoesNotExist
        case queueNameExists
        case queueDeletedRecently
        case purgeQueueInProgress
        case batchRequestTooLong
        case tooManyEntriesInBatchRequest
        case invalidBatchEntryID
        case emptyBatchRequest
        case batchEntryIDsNotDistinct
        case unsupportedOperation
        case messageNotInflight
        case receiptHandleIsInvalid
        case invalidParameterValue
        case missingParameter
        case invalidAttributeName
        case invalidAttributeValue
        case invalidMessageContents
        case overLimit
        case resourceNotFound
        case invalidAction
        case serialization
        case insufficientSpace
        case internalFailure
        case serviceUnavailable

        // -- SNS only.

        case invalidParameter
        case parameterValueInvalid
        case validationError
        case notFound
        case authorizationError
        case invalidSecurity
        case invalidState
        case topicLimitExceeded
        case subscriptionLimitExceeded
        case filterPolicyLimitExceeded
        case replayLimitExceeded
        case tagLimitExceeded
        case tagPolicy
        case throttled
        case endpointDisabled
        case platformApplicationDisabled
        case optedOut
        case userError
        case verification
        case validationException

        // -- Of whoever asks with a missing or wrong signature.

        case accessDenied
        case missingAuthenticationToken
        case invalidClientTokenID
        case incompleteSignature
        case signatureDoesNotMatch
    }

    /// The kind of refusal.
    public var code: Code
    /// The text for the caller. Empty where the wire protocol supplies its own
    /// (`queueDoesNotExist`, whose text differs between the protocols).
    public var message: String

    /// A refusal of kind `code`, explained by `message`.
    public init(_ code: Code, _ message: String = "") {
        self.code = code
        self.message = message
    }

    /// "Value … for parameter … is invalid. Reason: …", the commonest text of SQS.
    public static func invalidValue(
        _ value: String, parameter: String, reason: String
    ) -> BrokerError {
        BrokerError(
            .invalidParameterValue,
            "Value \(value) for parameter \(parameter) is invalid. Reason: \(reason)")
    }

    /// The refusal of a message for which the disk has no room.
    static let noRoomForMessages = BrokerError(
        .insufficientSpace,
        "The disk budget of the server is spent. Receive and delete messages, or raise it.")

    /// "The request must contain the parameter …."
    public static func missing(parameter: String) -> BrokerError {
        BrokerError(.missingParameter, "The request must contain the parameter \(parameter).")
    }
}
