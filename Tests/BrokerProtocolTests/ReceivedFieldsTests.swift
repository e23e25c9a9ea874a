import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct ReceivedFieldsTests {
    typealias Encoding = OutcomeEncoderTests

    /// A record with the given variable parts, in memory that stays.
    static func payload(
        sequenceNumber: UInt64 = 0, groupID: ByteView = "", deduplicationID: ByteView = "",
        traceHeader: ByteView = "", attributes: [(ByteView, ByteView, Bool, ByteView)] = [],
        body: ByteView = "hello"
    ) -> ByteView {
        var encoded = ByteWriter()
        for (name, dataType, isBinary, value) in attributes {
            StoredAttributes.append(
                name: name, dataType: dataType, isBinary: isBinary, value: value, to: &encoded)
        }
        let message = StoredMessage(
            instant: Instant(milliseconds: 1), timestamp: Timestamp(milliseconds: 2), queue: 1,
            slot: 1, id: Encoding.id, bodyDigest: Encoding.digest,
            attributesDigest: MessageDigests.digest(of: StoredAttributes(bytes: encoded.view)),
            sequenceNumber: sequenceNumber, sender: AccountID(number: 42), delayMilliseconds: 0,
            groupID: groupID, deduplicationID: deduplicationID, traceHeader: traceHeader,
            attributeCount: attributes.count, attributeBytes: encoded.view, body: body)
        var writer = ByteWriter()
        message.writeHead(to: &writer)
        writer.append(body)
        let buffer = TestBuffer("", capacity: writer.count)
        buffer.append(writer.array[...])
        return buffer.bytes.view
    }

    static func received() -> ReceivedMessage {
        ReceivedMessage(
            receiptHandle: ReceiptHandle(queue: 1, slot: 2, generation: 3, receive: 4, tag: 5),
            position: .start, length: 0, receiveCount: 4,
            firstReceivedAt: Timestamp(milliseconds: 1_700_000_000_001),
            sentAt: Timestamp(milliseconds: 1_700_000_000_000))
    }

    static var handle: String {
        var writer = ByteWriter()
        received().receiptHandle.write(to: &writer)
        return writer.view.string
    }

    static let attributes: [(ByteView, ByteView, Bool, ByteView)] = [
        ("b", "Binary", true, "\u{0}\u{1}\u{2}"), ("a.1", "Number.float", false, "3.14"),
        ("Z", "String", false, "ü"), ("a", "String.x", false, "<&>"),
    ]

    @Test func anEmptyReceive() {
        let empty = Encoding.fields(.received([]), .receiveMessage)
        #expect(empty.json == "{}")
        #expect(empty.xml == "<ReceiveMessageResult/>")
        #expect(empty.rendering == "\"ReceiveMessageResult\":{},")
    }

    @Test func aMessageWithoutAttributes() {
        let answer = Encoding.fields(
            .received([Self.received()]), .receiveMessage,
            payloads: [Self.payload(groupID: "g", attributes: Self.attributes, body: "a<\"\r\n")])
        #expect(
            answer.json
                == #"""
                {"Messages":[{"MessageId":"\#(Encoding.idText)",\#
                "ReceiptHandle":"\#(Self.handle)","MD5OfBody":"\#(Encoding.digestText)",\#
                "Body":"a<\"\r\n"}]}
                """#)
        #expect(
            answer.xml
                == """
                <ReceiveMessageResult><Message><MessageId>\(Encoding.idText)</MessageId>\
                <ReceiptHandle>\(Self.handle)</ReceiptHandle>\
                <MD5OfBody>\(Encoding.digestText)</MD5OfBody><Body>a&lt;&quot;&#xD;\n</Body>\
                </Message></ReceiveMessageResult>
                """)
    }

    @Test func allSystemAttributes() {
        var message = Self.received()
        message.deadLetterSourceARN = "arn:aws:sqs:r:1:q"
        message.replacedID = MessageID(high: 1, low: 2)
        var selection = AttributeSelection()
        selection.system = .all
        let payload = Self.payload(
            sequenceNumber: 9, groupID: "g", deduplicationID: "d", traceHeader: "Root=1")
        let answer = Encoding.fields(
            .received([message]), .receiveMessage, selection: selection, payloads: [payload])
        #expect(
            answer.json.hasSuffix(
                #"""
                "Attributes":{"SenderId":"000000000042","SentTimestamp":"1700000000000",\#
                "ApproximateReceiveCount":"4",\#
                "ApproximateFirstReceiveTimestamp":"1700000000001",\#
                "SequenceNumber":"00000000000000000009","MessageDeduplicationId":"d",\#
                "MessageGroupId":"g","AWSTraceHeader":"Root=1",\#
                "DeadLetterQueueSourceArn":"arn:aws:sqs:r:1:q"}}]}
                """#))
        #expect(answer.json.contains(#""MessageId":"00000000-0000-0001-0000-000000000002""#))
        #expect(answer.xml.contains("<Attribute><Name>SenderId</Name><Value>000000000042</Value>"))
        message.deduplicationIDIsMessageID = true
        let moved = Encoding.fields(
            .received([message]), .receiveMessage, selection: selection, payloads: [payload])
        #expect(
            moved.json.contains(
                #""MessageDeduplicationId":"00000000-0000-0001-0000-000000000002""#))
        let plain = Encoding.fields(
            .received([Self.received()]), .receiveMessage, selection: selection,
            payloads: [Self.payload()])
        #expect(plain.json.hasSuffix(#""ApproximateFirstReceiveTimestamp":"1700000000001"}}]}"#))
        selection.system = [.groupID, .sequenceNumber]
        let none = Encoding.fields(
            .received([Self.received()]), .receiveMessage, selection: selection,
            payloads: [Self.payload()])
        #expect(!none.json.contains("Attributes"))
    }

    @Test func allMessageAttributesInTheOrderOfTheirNames() {
        var selection = AttributeSelection()
        selection.message = .all
        let answer = Encoding.fields(
            .received([Self.received()]), .receiveMessage, selection: selection,
            payloads: [Self.payload(attributes: Self.attributes)])
        #expect(
            answer.json.hasSuffix(
                #"""
                "MD5OfMessageAttributes":"2f0e08c268f0e2168526d334ffd92ea2","MessageAttributes":{\#
                "Z":{"StringValue":"ü","DataType":"String"},\#
                "a":{"StringValue":"<&>","DataType":"String.x"},\#
                "a.1":{"StringValue":"3.14","DataType":"Number.float"},\#
                "b":{"BinaryValue":"AAEC","DataType":"Binary"}}}]}
                """#))
        #expect(
            answer.xml.contains(
                """
                <MD5OfMessageAttributes>2f0e08c268f0e2168526d334ffd92ea2</MD5OfMessageAttributes>\
                <MessageAttribute><Name>Z</Name><Value><StringValue>ü</StringValue>\
                <DataType>String</DataType></Value></MessageAttribute>
                """))
        #expect(
            answer.xml.contains(
                "<MessageAttribute><Name>b</Name><Value><BinaryValue>AAEC</BinaryValue>"
                    + "<DataType>Binary</DataType></Value></MessageAttribute></Message>"))
        #expect(
            answer.rendering.contains(
                #"{"Name":"b","Value":{"BinaryValue":"AAEC","DataType":"Binary"}}]"#))
    }

    @Test func theDigestIsOverTheAttributesReturned() {
        var selection = AttributeSelection()
        selection.message = .some(names: [Array("b".utf8), Array("x".utf8)], prefixes: [])
        let payload = Self.payload(attributes: [Self.attributes[0], Self.attributes[1]])
        let one = Encoding.fields(
            .received([Self.received()]), .receiveMessage, selection: selection,
            payloads: [payload])
        #expect(
            one.json.hasSuffix(
                #""MD5OfMessageAttributes":"0911ac989fa4a4b3440f074ba9941547","#
                    + #""MessageAttributes":{"#
                    + #""b":{"BinaryValue":"AAEC","DataType":"Binary"}}}]}"#))
        selection.message = .some(names: [], prefixes: [Array("a".utf8), Array("b".utf8)])
        let two = Encoding.fields(
            .received([Self.received()]), .receiveMessage, selection: selection,
            payloads: [Self.payload(attributes: [Self.attributes[0], Self.attributes[3]])])
        #expect(two.json.contains(#""MD5OfMessageAttributes":"368d1d46f4e9859a897d6c636a2ebb1a""#))
        selection.message = .some(names: [Array("x".utf8)], prefixes: [])
        let none = Encoding.fields(
            .received([Self.received()]), .receiveMessage, selection: selection,
            payloads: [payload])
        #expect(!none.json.contains("Attributes"))
    }

    @Test func aRecordThatCannotBeReadIsAnInternalFailure() {
        let response = Encoding.encode(
            .received([Self.received()]), Encoding.form(.json, .receiveMessage),
            payloads: ["too short"])
        #expect(response.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
    }
}
