import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct FannedOutMessageTests {
    typealias Encoding = OutcomeEncoderTests

    static func received(_ change: (inout ReceivedMessage) -> Void = { _ in }) -> ReceivedMessage {
        var message = ReceivedMessage(
            receiptHandle: ReceiptHandle(queue: 1, slot: 2, generation: 3, receive: 4, tag: 5),
            position: .start, length: 0, receiveCount: 4,
            firstReceivedAt: Timestamp(milliseconds: 1_700_000_000_001))
        message.entry = 1
        change(&message)
        return message
    }

    /// The answer to a receive of `message` that asks for everything.
    static func answer(
        _ fixture: NotificationFixture, _ message: ReceivedMessage = received()
    ) -> (json: String, xml: String) {
        var selection = AttributeSelection()
        selection.system = .all
        selection.message = .all
        let fields = Encoding.fields(
            .received([message]), .receiveMessage, selection: selection,
            payloads: [fixture.payload])
        return (fields.json, fields.xml)
    }

    static func id(_ fixture: NotificationFixture) throws -> String {
        let id = try fixture.decoded.messageID(ofEntry: 1)
        var writer = ByteWriter()
        writer.append(uuid: id.high, low: id.low)
        return writer.view.string
    }

    static func digest(_ text: String) -> String {
        let digest = text.withByteView { MD5Digest(of: $0) }
        var writer = ByteWriter()
        writer.append(hexLittleEndian: digest.first)
        writer.append(hexLittleEndian: digest.second)
        return writer.view.string
    }

    @Test func theBodyIsTheEnvelopeEscapedForTheAnswer() throws {
        let fixture = NotificationFixture(attributes: NotificationFixture.attributes)
        let body = try fixture.body(signature: "")
        let (json, xml) = Self.answer(fixture)
        var escaped = ByteWriter()
        body.withByteView { escaped.append(jsonString: $0) }
        #expect(json.contains("\"Body\":\(escaped.view.string),"))
        #expect(json.contains("\"MD5OfBody\":\"\(Self.digest(body))\""))
        #expect(json.contains("{\"Messages\":[{\"MessageId\":\"\(try Self.id(fixture))\","))
        #expect(!json.contains("\"MessageAttributes\":"))
        #expect(!json.contains("MD5OfMessageAttributes"))
        var inXML = ByteWriter()
        body.withByteView { inXML.append(xmlEscaped: $0) }
        #expect(xml.contains("<Body>\(inXML.view.string)</Body>"))
    }

    @Test func systemAttributesAreThoseOfTheNotification() throws {
        let fixture = NotificationFixture(groupID: "g", traceHeader: "Root=1")
        #expect(
            Self.answer(fixture).json.contains(
                #"""
                "Attributes":{"SenderId":"000000000042","SentTimestamp":"1335920046700",\#
                "ApproximateReceiveCount":"4",\#
                "ApproximateFirstReceiveTimestamp":"1700000000001","MessageGroupId":"g",\#
                "AWSTraceHeader":"Root=1"}
                """#))
        let moved = Self.received {
            $0.deadLetterSourceARN = "arn:q"
            $0.sentAt = Timestamp(milliseconds: 5)
            $0.replacedID = Encoding.id
        }
        let json = Self.answer(fixture, moved).json
        #expect(json.contains("\"DeadLetterQueueSourceArn\":\"arn:q\""))
        #expect(json.contains("\"SentTimestamp\":\"5\""))
        #expect(json.contains("\"MessageId\":\"\(Encoding.idText)\",\"ReceiptHandle\""))
    }

    @Test func groupsGoFromFIFOToFIFOAndFromStandardToStandard() {
        let fifo = NotificationFixture(
            sequenceNumbers: (10, 11), groupID: "g", deduplicationID: "d")
        let json = Self.answer(fifo).json
        #expect(
            json.contains(
                #"""
                "SequenceNumber":"00000000000000000011","MessageDeduplicationId":"d",\#
                "MessageGroupId":"g"}
                """#))
        let standard = NotificationFixture(
            sequenceNumbers: (10, 0), groupID: "g", deduplicationID: "d")
        let other = Self.answer(standard).json
        #expect(!other.contains("\"MessageGroupId\""))
        #expect(!other.contains("\"MessageDeduplicationId\""))
        #expect(!other.contains("\"SequenceNumber\""))
    }

    @Test func theIdentifierOfADeadLetterTakesThePlaceOfTheDeduplicationID() {
        let fixture = NotificationFixture(
            sequenceNumbers: (10, 11), groupID: "g", deduplicationID: "d")
        let message = Self.received {
            $0.replacedID = Encoding.id
            $0.deduplicationIDIsMessageID = true
        }
        #expect(
            Self.answer(fixture, message).json.contains(
                "\"MessageDeduplicationId\":\"\(Encoding.idText)\""))
    }

    @Test func aRawMessageHasTheAttributesOfTheQueue() throws {
        let fixture = NotificationFixture(
            message: "m", isRaw: true, attributes: NotificationFixture.attributes)
        let (json, _) = Self.answer(fixture)
        #expect(json.contains("\"Body\":\"m\""))
        #expect(json.contains("\"MD5OfBody\":\"\(Self.digest("m"))\""))
        let all = MessageDigests.digest(of: try fixture.decoded.attributes)
        var digest = ByteWriter()
        digest.append(hexLittleEndian: all.first)
        digest.append(hexLittleEndian: all.second)
        #expect(
            json.contains(
                #"""
                "MD5OfMessageAttributes":"\#(digest.view.string)","MessageAttributes":{\#
                "a\"":{"StringValue":"[\"x\"]","DataType":"String.Array"},\#
                "b":{"BinaryValue":"AQI=","DataType":"Binary"},\#
                "n":{"StringValue":"1.5","DataType":"Number"}}
                """#))
    }

    @Test func theDigestOfARawMessageIsOverTheAttributesThatWereAskedFor() throws {
        let fixture = NotificationFixture(
            message: "m", isRaw: true, attributes: NotificationFixture.attributes)
        var selection = AttributeSelection()
        selection.message = .some(names: [Array("n".utf8)], prefixes: [])
        let json = Encoding.fields(
            .received([Self.received()]), .receiveMessage, selection: selection,
            payloads: [fixture.payload]
        ).json
        let one = try #require(Array(try fixture.decoded.attributes).first)
        let expected = MessageDigests.digest(of: [one])
        var digest = ByteWriter()
        digest.append(hexLittleEndian: expected.first)
        digest.append(hexLittleEndian: expected.second)
        #expect(
            json.contains(
                #"""
                "MD5OfMessageAttributes":"\#(digest.view.string)","MessageAttributes":{\#
                "n":{"StringValue":"1.5","DataType":"Number"}}
                """#))
    }

    @Test func messagesOfBothKindsComeInOneAnswer() throws {
        let fixture = NotificationFixture(message: "second", isRaw: true)
        var plain = Self.received()
        plain.entry = nil
        let json = Encoding.fields(
            .received([plain, Self.received(), plain]), .receiveMessage,
            payloads: [
                ReceivedFieldsTests.payload(body: "first"), fixture.payload,
                ReceivedFieldsTests.payload(body: "third"),
            ]
        ).json
        let bodies = json.split(separator: "\"Body\":\"").dropFirst().map {
            $0.prefix { $0 != "\"" }
        }
        #expect(bodies == ["first", "second", "third"])
    }

    @Test func eachMessageGetsItsOwnSignature() {
        let payload = NotificationFixture().payload
        var form = Encoding.form(.json, .receiveMessage)
        form.selection = AttributeSelection()
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            .received([Self.received(), Self.received()]), form: form,
            requestID: Encoding.requestID, payload: { _ in payload }, links: Encoding.links,
            signature: { $0 == 0 ? "Zmlyc3Q=" : "c2Vjb25k" }, into: &writer)
        let body = Encoding.body(writer.view.string)
        let first = body.range(of: #"\"Signature\" : \"Zmlyc3Q=\""#)
        let second = body.range(of: #"\"Signature\" : \"c2Vjb25k\""#)
        #expect(first != nil && second != nil)
    }

    @Test func aRecordThatCannotBeReadIsAFailureOfOurs() {
        var message = Self.received()
        for (entry, payload) in [(1, "" as ByteView), (7, NotificationFixture().payload)] {
            message.entry = entry
            let response = Encoding.encode(
                .received([message]), Encoding.form(.json, .receiveMessage), payloads: [payload])
            #expect(response.hasPrefix("HTTP/1.1 500 "))
        }
    }
}
