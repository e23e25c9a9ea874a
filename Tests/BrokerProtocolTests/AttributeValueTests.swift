import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

/// Which of its fields a message attribute takes its value from.
@Suite struct AttributeValueTests {
    @Test(arguments: [
        #""StringValue":"x","BinaryValue":"""#, #""BinaryValue":"","StringValue":"x""#,
        #""StringValue":"x","BinaryValue":null,"StringListValues":[]"#,
    ])
    func aFieldLeftEmptyDoesNotHideTheOther(fields: String) throws {
        let buffer = TestBuffer.json(
            "SendMessage",
            #"{"MessageBody":"b","MessageAttributes":{"a":{"DataType":"String",\#(fields)}}}"#)
        guard case .sendMessage(let send) = try buffer.decodeAction().action,
            case .string(let value)? = send.message.attributes.first?.value
        else {
            Issue.record("no attribute of text")
            return
        }
        #expect(value.string == "x")
    }

    @Test func anEmptyFieldAloneIsAnEmptyValue() throws {
        let buffer = TestBuffer.form(
            "Action=SendMessage&MessageAttribute.1.Name=a&MessageAttribute.1.Value.StringValue=")
        guard case .sendMessage(let send) = try buffer.decodeAction().action,
            case .string(let value)? = send.message.attributes.first?.value
        else {
            Issue.record("no attribute of text")
            return
        }
        #expect(value.isEmpty)
    }
}
