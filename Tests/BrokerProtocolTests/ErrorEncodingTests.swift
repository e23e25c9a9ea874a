import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct ErrorEncodingTests {
    typealias Encoding = OutcomeEncoderTests

    static func encode(_ error: BrokerError, _ wire: ResponseForm.Wire) -> String {
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            error: error, form: Encoding.form(wire, .sendMessage), requestID: Encoding.requestID,
            into: &writer)
        return writer.view.string
    }

    @Test func aMissingQueueInJSON() {
        #expect(
            Self.encode(BrokerError(.queueDoesNotExist), .json) == """
                HTTP/1.1 400 Bad Request\r
                x-amzn-RequestId: \(Encoding.requestIDText)\r
                x-amzn-query-error: AWS.SimpleQueueService.NonExistentQueue;Sender\r
                Content-Type: application/x-amz-json-1.0\r
                Content-Length:         96\r
                \r
                {"__type":"com.amazonaws.sqs#QueueDoesNotExist",\
                "message":"The specified queue does not exist."}
                """)
    }

    @Test func aMissingQueueInXML() {
        let response = Self.encode(BrokerError(.queueDoesNotExist), .query)
        #expect(
            Encoding.body(response)
                == """
                <?xml version="1.0"?>\
                <ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error>\
                <Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>\
                <Message>The specified queue does not exist for this wsdl version.</Message>\
                <Detail/></Error><RequestId>\(Encoding.requestIDText)</RequestId>\
                </ErrorResponse>
                """)
        #expect(!response.contains("x-amzn-query-error"))
    }

    @Test func aTextThatQuotesControlCharactersStaysXML() {
        let error = BrokerError(.invalidParameterValue, "a\u{1}<\u{FFFE}é\t")
        let response = Self.encode(error, .query)
        #expect(response.contains("<Message>a\u{FFFD}&lt;\u{FFFD}é\t</Message>"))
    }

    @Test func aRefusalInTheJSONRendering() {
        #expect(
            Encoding.body(Self.encode(BrokerError(.overLimit, "a \"b\""), .queryAsJSON))
                == #"{"Error":{"Type":"Sender","Code":"OverLimit","Message":"a \"b\""},"#
                + #""RequestId":"\#(Encoding.requestIDText)"}"#)
    }

    static let table: [(BrokerError.Code, String, String, Int)] = [
        (.queueDoesNotExist, "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", 400),
        (.queueNameExists, "QueueAlreadyExists", "QueueNameExists", 400),
        (
            .queueDeletedRecently, "AWS.SimpleQueueService.QueueDeletedRecently",
            "QueueDeletedRecently", 400
        ),
        (
            .purgeQueueInProgress, "AWS.SimpleQueueService.PurgeQueueInProgress",
            "PurgeQueueInProgress", 403
        ),
        (
            .batchRequestTooLong, "AWS.SimpleQueueService.BatchRequestTooLong",
            "BatchRequestTooLong", 400
        ),
        (
            .tooManyEntriesInBatchRequest, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            "TooManyEntriesInBatchRequest", 400
        ),
        (
            .invalidBatchEntryID, "AWS.SimpleQueueService.InvalidBatchEntryId",
            "InvalidBatchEntryId", 400
        ),
        (.emptyBatchRequest, "AWS.SimpleQueueService.EmptyBatchRequest", "EmptyBatchRequest", 400),
        (
            .batchEntryIDsNotDistinct, "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            "BatchEntryIdsNotDistinct", 400
        ),
        (
            .unsupportedOperation, "AWS.SimpleQueueService.UnsupportedOperation",
            "UnsupportedOperation", 400
        ),
        (
            .messageNotInflight, "AWS.SimpleQueueService.MessageNotInflight", "MessageNotInflight",
            400
        ),
        (.receiptHandleIsInvalid, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 400),
        (.invalidParameterValue, "InvalidParameterValue", "InvalidParameterValueException", 400),
        (.missingParameter, "MissingParameter", "MissingRequiredParameterException", 400),
        (.invalidAttributeName, "InvalidAttributeName", "InvalidAttributeName", 400),
        (.invalidAttributeValue, "InvalidAttributeValue", "InvalidAttributeValue", 400),
        (.invalidMessageContents, "InvalidMessageContents", "InvalidMessageContents", 400),
        (.overLimit, "OverLimit", "OverLimit", 403),
        (.resourceNotFound, "ResourceNotFoundException", "ResourceNotFoundException", 404),
        (.invalidAction, "InvalidAction", "UnknownOperationException", 400),
        (.serialization, "MalformedInput", "SerializationException", 400),
        (.insufficientSpace, "ServiceUnavailable", "ServiceUnavailableException", 503),
        (.internalFailure, "InternalFailure", "InternalFailure", 500),
        (.serviceUnavailable, "ServiceUnavailable", "ServiceUnavailableException", 503),
    ]

    /// The kinds of missing and wrong signatures, which both services have.
    static let signatures: [(BrokerError.Code, String, String, Int)] = [
        (.accessDenied, "AccessDenied", "AccessDeniedException", 403),
        (
            .missingAuthenticationToken, "MissingAuthenticationToken",
            "MissingAuthenticationTokenException", 403
        ),
        (.invalidClientTokenID, "InvalidClientTokenId", "UnrecognizedClientException", 403),
        (.incompleteSignature, "IncompleteSignature", "IncompleteSignatureException", 400),
        (.signatureDoesNotMatch, "SignatureDoesNotMatch", "InvalidSignatureException", 403),
    ]

    @Test func everyKindOfRefusalHasItsNames() {
        // The kinds of SNS come after those of SQS.
        let kinds = BrokerError.Code.allCases.prefix { $0 != .invalidParameter }
        #expect(Self.table.map(\.0) == Array(kinds))
        let last = BrokerError.Code.allCases.drop { $0 != .accessDenied }
        #expect(Self.signatures.map(\.0) == Array(last))
        let generic: Set<BrokerError.Code> = [
            .invalidParameterValue, .missingParameter, .invalidAction, .serialization,
            .insufficientSpace, .internalFailure, .serviceUnavailable, .accessDenied,
            .missingAuthenticationToken, .invalidClientTokenID, .incompleteSignature,
            .signatureDoesNotMatch,
        ]
        for (code, query, shape, status) in Self.table + Self.signatures {
            let error = BrokerError(code, "text")
            let json = Self.encode(error, .json)
            let fault = status >= 500 ? "Receiver" : "Sender"
            let space = generic.contains(code) ? "com.amazon.coral.service" : "com.amazonaws.sqs"
            #expect(json.hasPrefix("HTTP/1.1 \(status) "))
            #expect(json.contains("\r\nx-amzn-query-error: \(query);\(fault)\r\n"))
            #expect(Encoding.body(json) == #"{"__type":"\#(space)#\#(shape)","message":"text"}"#)
            let xml = Self.encode(error, .query)
            #expect(xml.hasPrefix("HTTP/1.1 \(status) "))
            #expect(xml.contains("<Type>\(fault)</Type><Code>\(query)</Code>"))
        }
    }

    @Test func aRefusalOfHTTPClosesTheConnection() {
        var writer = ByteWriter()
        ResponseEncoder.encode(
            refusal: HTTPRefusal(.methodNotAllowed, "No."), requestID: Encoding.requestID,
            into: &writer)
        #expect(
            writer.view.string == """
                HTTP/1.1 405 Method Not Allowed\r
                x-amzn-RequestId: \(Encoding.requestIDText)\r
                Connection: close\r
                Allow: GET,HEAD,POST,OPTIONS\r
                Content-Type: text/plain\r
                Content-Length:          4\r
                \r
                No.

                """)
    }
}
