import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct NotificationEnvelopeTests {
    typealias Encoding = OutcomeEncoderTests

    static let unsubscribe =
        "http://h:1/?Action=Unsubscribe&SubscriptionArn=\(NotificationFixture.subscription)"

    @Test func theEnvelopeOfAStandardTopic() throws {
        #expect(
            try NotificationFixture(subject: "A \"subject\"").body() == #"""
                {
                  "Type" : "Notification",
                  "MessageId" : "01020304-0506-0708-090a-0b0c0d0e0f10",
                  "TopicArn" : "arn:aws:sns:eu-west-1:000000000007:t",
                  "Subject" : "A \"subject\"",
                  "Message" : "Hello\n\"world\" ü/\u0001",
                  "Timestamp" : "2012-05-02T00:54:06.655Z",
                  "SignatureVersion" : "1",
                  "Signature" : "c2ln",
                  "SigningCertURL" : "http://h:1/SimpleNotificationService-0a.pem",
                  "UnsubscribeURL" : "\#(Self.unsubscribe)"
                }
                """#)
    }

    @Test func attributesStandAtTheEndOfTheEnvelope() throws {
        let body = try NotificationFixture(
            signatureVersion: 2, attributes: NotificationFixture.attributes
        ).body()
        #expect(body.contains("\n  \"SignatureVersion\" : \"2\",\n"))
        #expect(
            body.hasSuffix(
                #"""
                  "UnsubscribeURL" : "\#(Self.unsubscribe)",
                  "MessageAttributes" : {
                    "n" : {"Type":"Number","Value":"1.5"},
                    "b" : {"Type":"Binary","Value":"AQI="},
                    "a\"" : {"Type":"String.Array","Value":"[\"x\"]"}
                  }
                }
                """#))
        #expect(!body.contains("\"Subject\""))
    }

    @Test func theEnvelopeOfAFIFOTopicHasASequenceNumberAndNoSignature() throws {
        let fixture = NotificationFixture(message: "m", sequenceNumbers: (10, 11), groupID: "g")
        #expect(
            try fixture.body(signature: "") == #"""
                {
                  "Type" : "Notification",
                  "MessageId" : "01020304-0506-0708-090a-0b0c0d0e0f10",
                  "SequenceNumber" : "00000000000000000010",
                  "TopicArn" : "arn:aws:sns:eu-west-1:000000000007:t",
                  "Message" : "m",
                  "Timestamp" : "2012-05-02T00:54:06.655Z",
                  "UnsubscribeURL" : "\#(Self.unsubscribe)"
                }
                """#)
        #expect(try fixture.signedText() == nil)
    }

    @Test func aReplayedMessageSaysSo() throws {
        let fixture = NotificationFixture(
            message: "m", isReplayed: true, sequenceNumbers: (10, 11))
        #expect(try fixture.body().hasSuffix(",\n  \"Replayed\" : \"true\"\n}"))
    }

    @Test func aRawMessageIsTheMessageAlone() throws {
        let fixture = NotificationFixture(
            isRaw: true, attributes: NotificationFixture.attributes)
        #expect(try fixture.body() == "Hello\n\"world\" ü/\u{1}")
        #expect(try fixture.signedText() == nil)
    }

    @Test func theSignedTextHasALineForEachNameAndValue() throws {
        let fixture = NotificationFixture(
            subject: "s", attributes: NotificationFixture.attributes)
        #expect(
            try fixture.signedText() == """
                Message
                Hello
                "world" ü/\u{1}
                MessageId
                01020304-0506-0708-090a-0b0c0d0e0f10
                Subject
                s
                Timestamp
                2012-05-02T00:54:06.655Z
                TopicArn
                arn:aws:sns:eu-west-1:000000000007:t
                Type
                Notification

                """)
        #expect(try NotificationFixture().signedText()?.contains("Subject") == false)
    }

    @Test func whoGetsNoEnvelopeGetsNoSignature() throws {
        for kind in SubscriptionProtocol.allCases {
            let signs: Set<SubscriptionProtocol> = [.sqs, .http, .https, .lambda, .emailJSON]
            let text = try NotificationFixture().signedText(for: kind)
            #expect((text != nil) == signs.contains(kind))
        }
    }

    static let structured: ByteView =
        #"{"default":"d","sqs":"q \u00fc","http":{"no":"text"},"lambda":"l","https":"h"}"#

    @Test func aMessageOfSeveralIsTheOneOfTheProtocolOrTheDefault() throws {
        for (kind, text) in [
            (SubscriptionProtocol.sqs, "q ü"), (.lambda, "l"), (.https, "h"), (.http, "d"),
            (.emailJSON, "d"),
        ] {
            let fixture = NotificationFixture(message: Self.structured, isStructured: true)
            let body = try fixture.body(for: kind)
            #expect(body.contains("\n  \"Message\" : \"\(text)\",\n"))
            #expect(try fixture.signedText(for: kind)?.hasPrefix("Message\n\(text)\n") == true)
            let raw = NotificationFixture(
                message: Self.structured, isStructured: true, isRaw: true)
            #expect(try raw.body(for: kind) == text)
        }
        let plain = NotificationFixture(message: Self.structured, isRaw: true)
        #expect(try plain.body() == Self.structured.string)
    }

    @Test func whatIsNoObjectOfTextsIsTakenAsItIs() throws {
        for message in ["", "[]", "{", #"{"sqs":1}"#, #"{"sqs":"x""#, "\u{0}"] as [ByteView] {
            let fixture = NotificationFixture(message: message, isStructured: true, isRaw: true)
            #expect(try fixture.body() == message.string)
        }
    }

    @Test func aRecordStaysAsItIsWhenItsTextsAreUnescaped() throws {
        let fixture = NotificationFixture(message: Self.structured, isStructured: true)
        let payload = fixture.payload
        let before = payload.array
        var writer = ByteWriter()
        NotificationEnvelope.appendBody(
            of: try StoredNotification(payload: payload), entry: 1, for: .sqs,
            links: Encoding.links, signature: "", into: &writer)
        #expect(payload.array == before)
    }

    @Test func anEntryThatIsNotThereIsTakenForARawOne() throws {
        let notification = try NotificationFixture().decoded
        var writer = ByteWriter()
        for entry in [-1, 2, Int.max] {
            #expect(
                !NotificationEnvelope.appendSignedText(
                    of: notification, entry: entry, for: .sqs, into: &writer))
            #expect(writer.count == 0)
        }
        NotificationEnvelope.appendBody(
            of: notification, entry: 2, for: .sqs, links: Encoding.links, signature: "",
            into: &writer)
        #expect(writer.view == notification.message)
    }
}
