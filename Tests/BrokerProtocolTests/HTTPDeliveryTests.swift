import Bytes
import Testing

@testable import BrokerCore
@testable import BrokerProtocol

@Suite struct HTTPDeliveryTests {
    static let url = "http://me:secret@example.com/sns?a=b"
    static let agent = [
        "User-Agent: Amazon Simple Notification Service Agent", "Accept-Encoding: gzip,deflate",
    ]

    @Test func aNotification() throws {
        let fixture = DeliveryFixture(protocolKind: .http, endpoint: Self.url)
        let request = fixture.request()
        #expect(request.url == Self.url)
        #expect(
            request.headers == [
                "x-amz-sns-message-type: Notification",
                "x-amz-sns-message-id: \(OutcomeEncoderTests.idText)",
                "x-amz-sns-topic-arn: \(NotificationFixture.topic.string)",
                "x-amz-sns-subscription-arn: \(NotificationFixture.subscription)",
                "Content-Type: text/plain; charset=UTF-8",
            ] + Self.agent)
        #expect(request.body == (try fixture.notification.body(for: .http)))
        #expect(fixture.signedText() == (try fixture.notification.signedText(for: .http)))
    }

    @Test func aRawNotification() {
        var fixture = DeliveryFixture(protocolKind: .https, endpoint: "https://e/")
        fixture.notification.isRaw = true
        fixture.notification.attributes = NotificationFixture.attributes
        fixture.contentType = "application/json"
        let request = fixture.request()
        #expect(
            Array(request.headers.dropFirst(3)) == [
                "x-amz-sns-subscription-arn: \(NotificationFixture.subscription)",
                "x-amz-sns-rawdelivery: true", "Content-Type: application/json",
            ] + Self.agent)
        #expect(request.body == fixture.notification.message.string)
        #expect(fixture.signedText() == nil)
    }

    static let link =
        "http://h:1/?Action=ConfirmSubscription&TopicArn=\(NotificationFixture.topic.string)"
        + "&Token=70ken"

    @Test func aSubscriptionConfirmation() {
        var fixture = DeliveryFixture(protocolKind: .http, endpoint: "http://e/")
        fixture.confirmation = DeliveryFixture.confirmation(isUnsubscribe: false)
        fixture.contentType = "application/json"
        let request = fixture.request()
        #expect(
            request.headers == [
                "x-amz-sns-message-type: SubscriptionConfirmation",
                "x-amz-sns-message-id: \(OutcomeEncoderTests.idText)",
                "x-amz-sns-topic-arn: \(NotificationFixture.topic.string)",
                "Content-Type: text/plain; charset=UTF-8",
            ] + Self.agent)
        #expect(
            request.body == #"""
                {
                  "Type" : "SubscriptionConfirmation",
                  "MessageId" : "01020304-0506-0708-090a-0b0c0d0e0f10",
                  "Token" : "70ken",
                  "TopicArn" : "arn:aws:sns:eu-west-1:000000000007:t",
                  "Message" : "You have chosen to subscribe to the topic \#
                arn:aws:sns:eu-west-1:000000000007:t.\nTo confirm the subscription, visit the \#
                SubscribeURL included in this message.",
                  "SubscribeURL" : "\#(Self.link)",
                  "Timestamp" : "2012-05-02T00:54:06.655Z",
                  "SignatureVersion" : "1",
                  "Signature" : "c2ln",
                  "SigningCertURL" : "http://h:1/SimpleNotificationService-0a.pem"
                }
                """#)
        #expect(
            fixture.signedText() == """
                Message
                You have chosen to subscribe to the topic arn:aws:sns:eu-west-1:000000000007:t.
                To confirm the subscription, visit the SubscribeURL included in this message.
                MessageId
                01020304-0506-0708-090a-0b0c0d0e0f10
                SubscribeURL
                \(Self.link)
                Timestamp
                2012-05-02T00:54:06.655Z
                Token
                70ken
                TopicArn
                arn:aws:sns:eu-west-1:000000000007:t
                Type
                SubscriptionConfirmation

                """)
    }

    @Test func anUnsubscribeConfirmation() {
        var fixture = DeliveryFixture(protocolKind: .http, endpoint: "http://e/")
        fixture.confirmation = DeliveryFixture.confirmation(isUnsubscribe: true)
        let request = fixture.request()
        #expect(request.headers[0] == "x-amz-sns-message-type: UnsubscribeConfirmation")
        #expect(
            request.headers[3]
                == "x-amz-sns-subscription-arn: \(NotificationFixture.subscription)")
        #expect(
            request.body.contains(
                #"""
                "Message" : "You have chosen to deactivate subscription \#
                \#(NotificationFixture.subscription).\nTo cancel this operation and restore the \#
                subscription, visit the SubscribeURL included in this message."
                """#))
        #expect(fixture.signedText()?.hasSuffix("Type\nUnsubscribeConfirmation\n") == true)
    }

    @Test func onlyEndpointsThatConfirmAreAsked() {
        for kind in SubscriptionProtocol.allCases {
            var fixture = DeliveryFixture(protocolKind: kind, endpoint: "a@example.com")
            fixture.confirmation = DeliveryFixture.confirmation(isUnsubscribe: false)
            let confirms = [.http, .https, .email, .emailJSON].contains(kind)
            #expect((fixture.reason() == nil) == confirms)
            let signs = [.http, .https, .emailJSON].contains(kind)
            #expect((fixture.signedText() != nil) == signs)
        }
    }

    @Test func theMeaningOfAnAnswer() {
        let http = DeliveryFixture(protocolKind: .http, endpoint: "http://e/").delivery
        for (status, result) in [
            (200, DeliveryResult.delivered), (204, .delivered), (299, .delivered), (100, .failed),
            (301, .failed), (400, .refused), (404, .refused), (410, .refused), (429, .failed),
            (499, .refused),
            (500, .failed), (503, .failed), (0, .failed), (-1, .failed), (999, .failed),
        ] {
            #expect(DeliveryEncoder.result(of: http, status: status, body: []) == result)
        }
        for kind in [SubscriptionProtocol.sms, .application] {
            let gateway = DeliveryFixture(protocolKind: kind, endpoint: "e").delivery
            #expect(DeliveryEncoder.result(of: gateway, status: 410, body: []) == .gone)
            #expect(DeliveryEncoder.result(of: gateway, status: 404, body: []) == .refused)
        }
        let firehose = DeliveryFixture(protocolKind: .firehose, endpoint: "s").delivery
        for (type, result) in [
            ("ResourceNotFoundException", DeliveryResult.refused),
            ("ThrottlingException", .failed), ("LimitExceededException", .failed),
            ("ServiceUnavailableException", .failed),
        ] {
            let body = Array("{\"__type\":\"\(type)\"}".utf8)
            #expect(DeliveryEncoder.result(of: firehose, status: 400, body: body) == result)
            #expect(DeliveryEncoder.result(of: http, status: 400, body: body) == .refused)
        }
    }

    @Test func noDamageToARecordStopsTheEncoder() {
        var generator = SeededGenerator(seed: 7)
        var fixture = NotificationFixture(kind: .delivery)
        fixture.subject = "subject"
        fixture.message = #"{"default":"d","sqs":"q"}"#
        fixture.isStructured = true
        fixture.attributes = NotificationFixture.attributes
        let payload = fixture.payload.array
        for _ in 0..<2000 {
            var bytes = payload
            for _ in 0..<Int.random(in: 0..<4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
            }
            let kind = SubscriptionProtocol.allCases.randomElement(using: &generator)!
            let due = DeliveryFixture(protocolKind: kind, endpoint: "a@b")
            bytes.withByteView { payload in
                let encoded = due.encoded(payload: payload)
                if case .none = encoded.address { #expect(encoded.body.isEmpty) }
                var writer = ByteWriter()
                let isSigned = DeliveryEncoder.appendSignedText(
                    of: due.delivery, payload: payload, links: OutcomeEncoderTests.links,
                    into: &writer)
                #expect(isSigned == (writer.count > 0))
                var body = ByteWriter()
                let message = try? StoredMessage(
                    payload: payload, entry: 1, links: OutcomeEncoderTests.links, signature: "",
                    body: &body)
                #expect(message == nil || message?.body.count == body.count)
            }
        }
    }

    @Test func whatCannotBeSentSaysWhy() {
        let fixture = DeliveryFixture(protocolKind: .http, endpoint: "http://e/")
        guard case .none(let reason) = fixture.encoded(payload: "garbage").address else {
            Issue.record("something is sent")
            return
        }
        #expect(reason == "the message's record cannot be read")
        var archive = fixture.delivery
        archive.content = .archive(position: .start, length: 0)
        let encoded = DeliveryEncoder.encode(
            archive, payload: fixture.notification.payload, links: OutcomeEncoderTests.links,
            signature: "", endpoints: DeliveryEndpoints())
        guard case .none = encoded.address else {
            Issue.record("something is sent")
            return
        }
        var writer = ByteWriter()
        #expect(
            !DeliveryEncoder.appendSignedText(
                of: archive, payload: "", links: OutcomeEncoderTests.links, into: &writer))
    }
}
