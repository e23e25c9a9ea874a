import Testing

@testable import BrokerCore

@Suite struct SettingsPageTokenTests {
    @Test func aTokenLeadsBackToItsName() throws {
        let token = PageToken.encode(after: "orders.fifo", in: .queues)
        #expect(try PageToken.decode(token, in: .queues) == "orders.fifo")
    }

    @Test func aNameMayBeginWithACombiningMark() throws {
        let name = "\u{32C}x"
        let token = PageToken.encode(after: name, in: .topics)
        #expect(try PageToken.decode(token, in: .topics) == name)
    }

    @Test func otherTokensAreRefused() {
        let tokens = [
            "", "x", "!!!!", PageToken.encode(after: "orders", in: .deadLetterSourceQueues),
            PageToken.encode(after: "", in: .queues),
            String(PageToken.encode(after: "orders", in: .queues).dropLast()),
        ]
        for token in tokens {
            #expect(
                throws: BrokerError(
                    .invalidParameterValue,
                    "Value \(token) for parameter NextToken is invalid. "
                        + "Reason: Invalid or expired next token.")
            ) { try PageToken.decode(token, in: .queues) }
        }
    }

    @Test func aPageHasOneToAThousandEntries() throws {
        #expect(try PageToken.entryLimit(maxResults: nil) == 1000)
        for count in [1, 1000] { #expect(try PageToken.entryLimit(maxResults: count) == count) }
        for count in [0, -1, 1001] {
            #expect(
                throws: BrokerError(
                    .invalidParameterValue,
                    "Value \(count) for parameter MaxResults is invalid. "
                        + "Reason: Must be between 1 and 1000, if provided.")
            ) { try PageToken.entryLimit(maxResults: count) }
        }
    }
}

@Suite struct SettingsMoveTaskHandleTests {
    private let arn = "arn:aws:sqs:us-east-1:000000000000:dead"

    @Test func aHandleIsBase64OfJSON() throws {
        let id = MessageID(high: 0x0123_4567_89AB_CDEF, low: 0x00FF_0000_0000_0001)
        let handle = MoveTaskHandle(taskID: id, sourceARN: arn)
        #expect(
            Base64Text.decode(handle.text)
                == #"{"taskId":"01234567-89ab-cdef-00ff-000000000001","sourceArn":"\#(arn)"}"#)
        #expect(try MoveTaskHandle(parsing: handle.text) == handle)
    }

    @Test func aHandleOfAnotherTaskIsAHandle() throws {
        let id = "01234567-89ab-cdef-00ff-000000000001"
        for taskID in ["\(id)0", "+1234567-89ab-cdef-00ff-000000000001", "task", ""] {
            let text = Base64Text.encode(#"{"taskId":"\#(taskID)","sourceArn":"dead"}"#)
            let handle = try MoveTaskHandle(parsing: text)
            #expect(handle.taskID == nil)
            #expect(handle.sourceARN == "dead")
        }
    }

    @Test func otherHandlesAreRefused() {
        let id = "01234567-89ab-cdef-00ff-000000000001"
        let texts = [
            "x", "{}", #"{"taskId":"\#(id)"}"#, #"{"sourceArn":"\#(arn)"}"#,
            #"{"taskId":1,"sourceArn":"\#(arn)"}"#, #"{"taskId":"\#(id)","sourceArn":null}"#,
        ]
        for text in texts.map(Base64Text.encode) + ["garbage", "====", "\u{1F986}"] {
            #expect(
                throws: BrokerError(
                    .invalidParameterValue, "Value for parameter TaskHandle is invalid.")
            ) { try MoveTaskHandle(parsing: text) }
        }
        for text in [nil, ""] {
            #expect(
                throws: BrokerError(
                    .missingParameter, "The request must contain the parameter TaskHandle.")
            ) { try MoveTaskHandle(parsing: text) }
        }
    }
}
