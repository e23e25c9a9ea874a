import Bytes
import Testing

@testable import BrokerCore

/// Rules of names, types and values whose breach is too long for a transcript.
@Suite struct AttributeRulesTests {
    private let scenario = Scenario()
    private let long = String(repeating: "x", count: 249)

    init() throws {
        _ = try scenario.run("create orders")
        _ = try scenario.run("create-topic news")
    }

    private func refusal(_ line: String) throws -> String {
        let output = try scenario.run(line)
        #expect(output.count == 1)
        return output[0]
    }

    @Test func aNameOrTypeOfAQueuesMessageHasFewerThan256Bytes() throws {
        #expect(try refusal("send orders x attr:\(long)123456=String.\(long.dropLast()):v") == "m1")
        #expect(
            try refusal("send orders x attr:\(long)1234567=String:v")
                == "error invalidParameterValue: Message (user) attribute names must be shorter "
                + "than 256 Bytes")
        #expect(
            try refusal("send orders x attr:a=String.\(long):v")
                == "error invalidParameterValue: Message (user) attribute types must be shorter "
                + "than 256 Bytes")
    }

    @Test func aNameOrTypeOfANotificationHasFewerThan256Bytes() throws {
        let type = "String.\(long.dropLast())"
        #expect(try refusal("publish news x attr:\(long)123456=\(type):v") == "m1")
        #expect(
            try refusal("publish news x attr:\(long)1234567=String:v")
                == "error parameterValueInvalid: Length of message attribute name must be less "
                + "than 256 bytes.")
        let text =
            "error parameterValueInvalid: Length of message attribute type must be less than 256 "
            + "bytes."
        #expect(try refusal("publish news x attr:a=String.\(long):v") == text)
        // As many bytes as a length in a record cannot hold.
        let huge = String(repeating: "x", count: 70_000)
        #expect(try refusal("publish news x attr:a=String.\(huge):v") == text)
        #expect(try refusal("publish-to +4912345678 x attr:a=String.\(huge):v") == text)
        #expect(try refusal("publish-batch news / id=a x attr:a=String.\(huge):v") == text)
    }

    @Test func anIdentifierOfAMessageToAPhoneHas128CharactersAtMost() throws {
        let huge = String(repeating: "x", count: 70_000)
        let text =
            "error invalidParameter: Invalid parameter: MessageGroupId Reason: MessageGroupId can "
            + "only include alphanumeric and punctuation characters. 1 to 128 in length."
        #expect(try refusal("publish-to +4912345678 x group=\(huge)") == text)
    }
}
