import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct RefusalTests {
    private func refusal(_ buffer: TestBuffer) throws -> String {
        switch try buffer.decode() {
        case .action: "an action"
        case .answer(.refused(let error), _): "\(error.code): \(error.message)"
        case .answer(.preflight, _): "preflight"
        case .answer(.unknownOperation, _): "unknown operation"
        case .answer(.certificate, _): "certificate"
        }
    }

    @Test func aPathWithoutActionIsUnknown() throws {
        let accept = "GET /1/q HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\n\r\n"
        #expect(try refusal(TestBuffer(accept)) == "unknown operation")
        #expect(try refusal(TestBuffer("GET / HTTP/1.1\r\nHost: h\r\n\r\n")) == "unknown operation")
        #expect(try refusal(TestBuffer.form("a=b")) == "unknown operation")
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            .unknownOperation, form: ResponseForm(), requestID: OutcomeEncoderTests.requestID,
            into: &writer)
        #expect(writer.view.string.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(writer.view.string.hasSuffix("\r\n\r\n<UnknownOperationException/>"))
    }

    @Test func anUnknownActionIsInvalid() throws {
        let text = "invalidAction: The action FooBar is not valid for this endpoint."
        #expect(try refusal(TestBuffer.form("Action=FooBar")) == text)
        #expect(try refusal(TestBuffer.form("Action=FooBar", path: "/111111111111/q")) == text)
    }

    @Test func actionsOfTheServiceAreInvalidOnAQueue() throws {
        for action in ["CreateQueue", "ListQueues"] {
            #expect(
                try refusal(TestBuffer.form("Action=\(action)", path: "/111111111111/q"))
                    == "invalidAction: The action \(action) is not valid for this endpoint.")
        }
        let other = TestBuffer.form("Action=GetQueueUrl&QueueName=b", path: "/111111111111/q")
        #expect(try refusal(other) == "an action")
    }

    @Test func anUnknownTargetIsAnUnknownOperation() throws {
        for target in ["FooBar", "sendMessage"] {
            #expect(try refusal(TestBuffer.json(target, "{}")).hasPrefix("invalidAction: "))
        }
        let other = "POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n\r\n"
        #expect(try refusal(TestBuffer(other)).hasPrefix("invalidAction: "))
    }

    @Test func anotherServiceIsRefusedByName() throws {
        let text = "invalidAction: The service events is not offered by this endpoint."
        let scope = "Credential=a/20261121/us-east-1/events/aws4_request"
        let headers = "Authorization: AWS4-HMAC-SHA256 \(scope)\r\n"
        #expect(try refusal(TestBuffer.form("Action=Publish", headers: headers)) == text)
    }

    static let malformed: [(String, String, String)] = [
        ("ReceiveMessage", "{", "The request is no valid JSON document."),
        ("ReceiveMessage", "{} x", "The request is no valid JSON document."),
        ("ReceiveMessage", "[]", "Start of list found where not expected."),
        (
            "ReceiveMessage", #"{"MaxNumberOfMessages":"1"}"#,
            "STRING_VALUE can not be converted to an Integer"
        ),
        (
            "ReceiveMessage", #"{"MaxNumberOfMessages":1.5}"#,
            "1.5 can not be converted to an Integer"
        ),
        ("SendMessage", #"{"MessageBody":1}"#, "NUMBER_VALUE can not be converted to a String"),
        ("SendMessage", #"{"MessageBody":true}"#, "TRUE_VALUE can not be converted to a String"),
        (
            "SendMessage", #"{"MessageBody":{}}"#,
            "Start of structure or map found where not expected."
        ),
        (
            "SendMessage", #"{"MessageAttributes":{"a":{"BinaryValue":"A"}}}"#,
            "Invalid base64 in a binary value"
        ),
    ]

    @Test(arguments: malformed)
    func aWrongKindOfValueInJSONIsRefused(action: String, body: String, text: String) throws {
        #expect(try refusal(TestBuffer.json(action, body)) == "serialization: \(text)")
    }

    @Test func aWrongKindOfValueInAFormIsRefused() throws {
        #expect(
            try refusal(TestBuffer.form("Action=ReceiveMessage&MaxNumberOfMessages=x"))
                == "invalidParameterValue: Value x for parameter MaxNumberOfMessages is invalid. "
                + "Reason: Must be an integer.")
        let binary = "MessageAttribute.1.Value.BinaryValue"
        #expect(
            try refusal(TestBuffer.form("Action=SendMessage&\(binary)=%C3%A4"))
                == "invalidParameterValue: The value of parameter \(binary) must be base64.")
    }

    @Test func moreParametersThanTheLimitAreRefused() throws {
        let many = String(repeating: "a=b&", count: QueryParameters.limit)
        #expect(try refusal(TestBuffer.form("\(many)Action=ListQueues")).hasPrefix("serialization"))
    }

    @Test func longListsAreRefusedBeforeTheyTakeMemory() throws {
        let entries = Array(repeating: "{}", count: 2049).joined(separator: ",")
        let batch = TestBuffer.json("SendMessageBatch", "{\"Entries\":[\(entries)]}")
        #expect(try refusal(batch) == "serialization: A list has more than 2048 elements")
        let tags = (0...2048).map { "\"\($0)\":\"\"" }.joined(separator: ",")
        let tag = TestBuffer.json("TagQueue", "{\"Tags\":{\(tags)}}")
        #expect(try refusal(tag) == "serialization: A list has more than 2048 elements")
        let names = (0...100).map { "\"\($0)\"" }.joined(separator: ",")
        let receive = TestBuffer.json("ReceiveMessage", "{\"MessageAttributeNames\":[\(names)]}")
        #expect(try refusal(receive).hasPrefix("invalidParameterValue: Number of"))
    }

    @Test func aTargetWithoutAnOperationIsUnknown() throws {
        let text =
            "POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: AmazonSQS\r\nContent-Length: 2\r\n\r\n{}"
        guard case .answer(.unknownOperation, let form) = try TestBuffer(text).decode() else {
            Issue.record("it names no operation")
            return
        }
        #expect(form.wire == .json)
    }

    @Test func aBrowserMayAskAboutTheServerAsAWhole() throws {
        let request = try TestBuffer("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").decodeRequest()
        #expect(request.method == .options && request.path.string == "*")
        #expect(throws: (any Error).self) {
            _ = try TestBuffer("GET * HTTP/1.1\r\nHost: h\r\n\r\n").decodeRequest()
        }
    }

    @Test func aBrowserMayAsk() throws {
        let text = "OPTIONS / HTTP/1.1\r\nHost: h\r\nOrigin: http://page\r\n\r\n"
        guard case .answer(let answer, let form) = try TestBuffer(text).decode() else { return }
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            answer, form: form, requestID: OutcomeEncoderTests.requestID, into: &writer)
        let response = writer.view.string
        #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(response.contains("\r\nAccess-Control-Allow-Origin: *\r\n"))
        #expect(response.contains("\r\nAccess-Control-Allow-Methods: GET,HEAD,POST,OPTIONS\r\n"))
        #expect(response.contains("x-amz-target,"))
        #expect(response.hasSuffix("Content-Length:          0\r\n\r\n"))
    }
}

@Suite struct FieldReadingTests {
    private func names(_ form: String) throws -> [String] {
        let decoded = try TestBuffer.form("Action=GetQueueAttributes&\(form)").decodeAction()
        guard case .getQueueAttributes(let fields) = decoded.action else { return [] }
        return fields.attributeNames
    }

    @Test func listsComeInEveryShape() throws {
        #expect(try names("AttributeName.1=a&AttributeName.2=b") == ["a", "b"])
        #expect(try names("AttributeName.member.1=a&AttributeName.member.2=b") == ["a", "b"])
        #expect(try names("AttributeNames.member.2=b&AttributeNames.member.1=a") == ["a", "b"])
        #expect(try names("AttributeName=a") == ["a"])
        #expect(
            try names("AttributeName.7=b&AttributeName.3=a&AttributeName.10=c") == ["a", "b", "c"])
        #expect(
            try names("AttributeName.99999999999999999999999=b&AttributeName.1=a") == ["a", "b"])
        #expect(try names("AttributeName.01=a&AttributeName.1=b").count == 2)
        #expect(try names("") == [])
        #expect(try names("AttributeName=") == [])
    }

    @Test func mapsComeInEveryShape() throws {
        let shapes = [
            "Attribute.1.Name=a&Attribute.1.Value=b", "Attribute.Name=a&Attribute.Value=b",
            "Attribute.entry.1.key=a&Attribute.entry.1.value=b",
            "Attributes.entry.1.Name=a&Attributes.entry.1.Value=b",
        ]
        for shape in shapes {
            let decoded = try TestBuffer.form("Action=SetQueueAttributes&\(shape)").decodeAction()
            guard case .setQueueAttributes(let fields) = decoded.action else { continue }
            #expect(fields.attributes.map(\.name) == ["a"], "\(shape)")
            #expect(fields.attributes.map(\.value) == ["b"], "\(shape)")
        }
    }

    @Test func nullIsAbsentAndUnknownMembersArePassedOver() throws {
        let body = #"""
            {"Unknown":{"a":[1,{"b":null}]},"QueueUrl":"q","MessageBody":null,"DelaySeconds":null,
            "MessageAttributes":null,"MessageGroupId":"g","MessageSystemAttributes":{}} 
            """#
        guard
            case .sendMessage(let send) = try TestBuffer.json("SendMessage", body)
                .decodeAction().action
        else { return }
        #expect(send.message.body == nil && send.message.delaySeconds == nil)
        #expect(send.message.attributes.isEmpty && send.message.groupID?.string == "g")
    }

    @Test func listValuesOfAttributesAreSeenUnlessEmpty() throws {
        let body = #"""
            {"MessageAttributes":{"a":{"StringListValues":["x"]},"b":{"StringListValues":[],
            "BinaryListValues":null,"StringValue":"v"},"c":{}}}
            """#
        guard
            case .sendMessage(let send) = try TestBuffer.json("SendMessage", body)
                .decodeAction().action
        else { return }
        guard case .list = send.message.attributes[0].value,
            case .string(let text) = send.message.attributes[1].value,
            case .none = send.message.attributes[2].value
        else {
            Issue.record("a list, a text and nothing")
            return
        }
        #expect(text.string == "v")
    }

    @Test func theTraceHeaderOfTheRequestGoesWithEveryMessage() throws {
        let headers = "X-Amzn-Trace-Id: Root=1-2\r\n"
        let batch = TestBuffer.json(
            "SendMessageBatch", #"{"Entries":[{"Id":"a"},{"Id":"b"}]}"#, headers: headers)
        guard case .sendMessageBatch(let send) = try batch.decodeAction().action else { return }
        #expect(send.entries.map { $0.message.traceHeader?.string } == ["Root=1-2", "Root=1-2"])
    }

    @Test func allIsSelectedByEachOfItsNames() throws {
        for name in ["All", "*", ".*"] {
            let body = #"{"MessageAttributeNames":["x","\#(name)"],"AttributeNames":["All"]}"#
            let decoded = try TestBuffer.json("ReceiveMessage", body).decodeAction()
            #expect(decoded.form.selection.system == .all)
            guard case .all = decoded.form.selection.message else {
                Issue.record("\(name) selects all")
                continue
            }
        }
    }
}
