import BrokerCore

/// What each kind of refusal is called on the wire.
struct ErrorCode {
    /// Whose fault it is.
    enum Fault {
        case sender
        case receiver

        var name: StaticString { self == .sender ? "Sender" : "Receiver" }
    }

    /// The code of the query protocol, which JSON clients get in `x-amzn-query-error`.
    let query: StaticString
    /// The `__type` of the JSON protocol.
    let type: StaticString
    let status: HTTPStatus
    let fault: Fault

    private init(
        _ query: StaticString, _ type: StaticString, _ status: HTTPStatus = .badRequest,
        _ fault: Fault = .sender
    ) {
        self.query = query
        self.type = type
        self.status = status
        self.fault = fault
    }

    /// The names of `code` for clients of `service`.
    init(_ code: BrokerError.Code, for service: Service) {
        guard service == .sns else {
            self.init(code)
            return
        }
        switch code {
        case .batchRequestTooLong: self.init("BatchRequestTooLong", "")
        case .tooManyEntriesInBatchRequest: self.init("TooManyEntriesInBatchRequest", "")
        case .invalidBatchEntryID: self.init("InvalidBatchEntryId", "")
        case .emptyBatchRequest: self.init("EmptyBatchRequest", "")
        case .batchEntryIDsNotDistinct: self.init("BatchEntryIdsNotDistinct", "")
        case .invalidParameterValue: self.init("ParameterValueInvalid", "")
        case .resourceNotFound: self.init("ResourceNotFound", "", .notFound)
        case .internalFailure: self.init("InternalError", "", .internalServerError, .receiver)
        default: self.init(code)
        }
    }

    /// The names of `code` in SQS; protocol-docs/errors.md has the table.
    init(_ code: BrokerError.Code) {
        switch code {
        case .queueDoesNotExist, .queueNameExists, .queueDeletedRecently, .purgeQueueInProgress,
            .unsupportedOperation, .messageNotInflight, .receiptHandleIsInvalid,
            .invalidAttributeName, .invalidAttributeValue, .invalidMessageContents, .overLimit,
            .resourceNotFound:
            self = Self.modelled(code)
        case .batchRequestTooLong, .tooManyEntriesInBatchRequest, .invalidBatchEntryID,
            .emptyBatchRequest, .batchEntryIDsNotDistinct:
            self = Self.batch(code)
        case .invalidParameterValue, .missingParameter, .invalidAction, .serialization,
            .insufficientSpace, .internalFailure, .serviceUnavailable:
            self = Self.generic(code)
        case .accessDenied, .missingAuthenticationToken, .invalidClientTokenID,
            .incompleteSignature, .signatureDoesNotMatch:
            self = Self.authentication(code)
        default:
            self = Self.topic(code)
        }
    }

    /// The codes of SNS, which has no JSON protocol.
    private static func topic(_ code: BrokerError.Code) -> ErrorCode {
        switch code {
        case .invalidParameter: ErrorCode("InvalidParameter", "")
        case .parameterValueInvalid: ErrorCode("ParameterValueInvalid", "")
        case .validationError: ErrorCode("ValidationError", "")
        case .notFound: ErrorCode("NotFound", "", .notFound)
        case .authorizationError: ErrorCode("AuthorizationError", "", .forbidden)
        case .invalidSecurity: ErrorCode("InvalidSecurity", "", .forbidden)
        case .invalidState: ErrorCode("InvalidState", "")
        case .topicLimitExceeded: ErrorCode("TopicLimitExceeded", "", .forbidden)
        case .subscriptionLimitExceeded: ErrorCode("SubscriptionLimitExceeded", "", .forbidden)
        case .filterPolicyLimitExceeded: ErrorCode("FilterPolicyLimitExceeded", "", .forbidden)
        case .replayLimitExceeded: ErrorCode("ReplayLimitExceeded", "", .forbidden)
        case .tagLimitExceeded: ErrorCode("TagLimitExceeded", "")
        case .tagPolicy: ErrorCode("TagPolicy", "")
        case .throttled: ErrorCode("Throttled", "", .tooManyRequests)
        case .endpointDisabled: ErrorCode("EndpointDisabled", "")
        case .platformApplicationDisabled: ErrorCode("PlatformApplicationDisabled", "")
        case .optedOut: ErrorCode("OptedOut", "")
        case .userError: ErrorCode("UserError", "")
        case .verification: ErrorCode("VerificationException", "")
        case .validationException: ErrorCode("ValidationException", "")
        default: preconditionFailure("every kind of refusal has its code")
        }
    }

    private static func modelled(_ code: BrokerError.Code) -> ErrorCode {
        switch code {
        case .queueDoesNotExist:
            ErrorCode(
                "AWS.SimpleQueueService.NonExistentQueue", "com.amazonaws.sqs#QueueDoesNotExist")
        case .queueNameExists: ErrorCode("QueueAlreadyExists", "com.amazonaws.sqs#QueueNameExists")
        case .queueDeletedRecently:
            ErrorCode(
                "AWS.SimpleQueueService.QueueDeletedRecently",
                "com.amazonaws.sqs#QueueDeletedRecently")
        case .purgeQueueInProgress:
            ErrorCode(
                "AWS.SimpleQueueService.PurgeQueueInProgress",
                "com.amazonaws.sqs#PurgeQueueInProgress", .forbidden)
        case .unsupportedOperation:
            ErrorCode(
                "AWS.SimpleQueueService.UnsupportedOperation",
                "com.amazonaws.sqs#UnsupportedOperation")
        case .messageNotInflight:
            ErrorCode(
                "AWS.SimpleQueueService.MessageNotInflight",
                "com.amazonaws.sqs#MessageNotInflight")
        case .receiptHandleIsInvalid:
            ErrorCode("ReceiptHandleIsInvalid", "com.amazonaws.sqs#ReceiptHandleIsInvalid")
        case .invalidAttributeName:
            ErrorCode("InvalidAttributeName", "com.amazonaws.sqs#InvalidAttributeName")
        case .invalidAttributeValue:
            ErrorCode("InvalidAttributeValue", "com.amazonaws.sqs#InvalidAttributeValue")
        case .invalidMessageContents:
            ErrorCode("InvalidMessageContents", "com.amazonaws.sqs#InvalidMessageContents")
        case .overLimit: ErrorCode("OverLimit", "com.amazonaws.sqs#OverLimit", .forbidden)
        case .resourceNotFound:
            ErrorCode(
                "ResourceNotFoundException", "com.amazonaws.sqs#ResourceNotFoundException",
                .notFound)
        default: preconditionFailure("only kinds of the service model come here")
        }
    }

    private static func batch(_ code: BrokerError.Code) -> ErrorCode {
        switch code {
        case .batchRequestTooLong:
            ErrorCode(
                "AWS.SimpleQueueService.BatchRequestTooLong",
                "com.amazonaws.sqs#BatchRequestTooLong")
        case .tooManyEntriesInBatchRequest:
            ErrorCode(
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
                "com.amazonaws.sqs#TooManyEntriesInBatchRequest")
        case .invalidBatchEntryID:
            ErrorCode(
                "AWS.SimpleQueueService.InvalidBatchEntryId",
                "com.amazonaws.sqs#InvalidBatchEntryId")
        case .emptyBatchRequest:
            ErrorCode(
                "AWS.SimpleQueueService.EmptyBatchRequest", "com.amazonaws.sqs#EmptyBatchRequest")
        case .batchEntryIDsNotDistinct:
            ErrorCode(
                "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
                "com.amazonaws.sqs#BatchEntryIdsNotDistinct")
        default: preconditionFailure("only the kinds of batches come here")
        }
    }

    private static func generic(_ code: BrokerError.Code) -> ErrorCode {
        switch code {
        case .invalidParameterValue:
            ErrorCode(
                "InvalidParameterValue",
                "com.amazon.coral.service#InvalidParameterValueException")
        case .missingParameter:
            ErrorCode(
                "MissingParameter", "com.amazon.coral.service#MissingRequiredParameterException")
        case .invalidAction:
            ErrorCode("InvalidAction", "com.amazon.coral.service#UnknownOperationException")
        case .serialization:
            ErrorCode("MalformedInput", "com.amazon.coral.service#SerializationException")
        case .internalFailure:
            ErrorCode(
                "InternalFailure", "com.amazon.coral.service#InternalFailure",
                .internalServerError, .receiver)
        case .insufficientSpace, .serviceUnavailable:
            ErrorCode(
                "ServiceUnavailable", "com.amazon.coral.service#ServiceUnavailableException",
                .serviceUnavailable, .receiver)
        default: preconditionFailure("only kinds outside of the service model come here")
        }
    }

    private static func authentication(_ code: BrokerError.Code) -> ErrorCode {
        switch code {
        case .accessDenied:
            ErrorCode(
                "AccessDenied", "com.amazon.coral.service#AccessDeniedException", .forbidden)
        case .missingAuthenticationToken:
            ErrorCode(
                "MissingAuthenticationToken",
                "com.amazon.coral.service#MissingAuthenticationTokenException", .forbidden)
        case .invalidClientTokenID:
            ErrorCode(
                "InvalidClientTokenId", "com.amazon.coral.service#UnrecognizedClientException",
                .forbidden)
        case .incompleteSignature:
            ErrorCode(
                "IncompleteSignature", "com.amazon.coral.service#IncompleteSignatureException")
        case .signatureDoesNotMatch:
            ErrorCode(
                "SignatureDoesNotMatch", "com.amazon.coral.service#InvalidSignatureException",
                .forbidden)
        default: preconditionFailure("only the kinds of signatures come here")
        }
    }
}

extension BrokerError {
    /// The text for a caller of `wire`.
    func text(for wire: ResponseForm.Wire) -> String {
        guard message.isEmpty else { return message }
        switch code {
        case .queueDoesNotExist:
            return wire == .json
                ? "The specified queue does not exist."
                : "The specified queue does not exist for this wsdl version."
        case .internalFailure: return "The request failed because of an internal failure."
        case .serviceUnavailable: return "The service is unavailable for the moment."
        case .insufficientSpace: return "The disk budget is spent; receive and delete messages."
        default: return message
        }
    }
}
