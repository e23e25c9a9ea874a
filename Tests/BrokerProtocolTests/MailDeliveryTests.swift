import Bytes
import Testing

@testable import BrokerCore
@testable import BrokerProtocol

@Suite struct MailDeliveryTests {
    static func fixture(
        _ message: ByteView = "Hello\nworld", subject: ByteView = "",
        kind: SubscriptionProtocol = .email
    ) -> DeliveryFixture {
        var fixture = DeliveryFixture(protocolKind: kind, endpoint: "me@example.com")
        fixture.notification.message = message
        fixture.notification.subject = subject
        return fixture
    }

    static func decoded(_ text: String) -> String {
        var writer = ByteWriter()
        let digits = text.filter { $0 != "\n" }
        #expect(digits.withByteView { Base64.decode($0, into: &writer) })
        return writer.view.string
    }

    @Test func aMailOfPlainText() throws {
        let mail = try #require(Self.fixture(subject: "A subject").mail())
        #expect(mail.recipient == "me@example.com")
        #expect(
            mail.headers == [
                "From: \"AWS Notifications\" <no-reply@sns.amazonaws.com>", "To: me@example.com",
                "Subject: A subject", "Date: Wed, 02 May 2012 00:54:06 +0000",
                "Message-ID: <\(OutcomeEncoderTests.idText)."
                    + "11223344-5566-7788-99aa-bbccddeeff00@sns.amazonaws.com>",
                "x-amz-sns-message-id: \(OutcomeEncoderTests.idText)",
                "x-amz-sns-subscription-arn: \(NotificationFixture.subscription)",
                "MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8",
                "Content-Transfer-Encoding: 7bit",
            ])
        #expect(
            mail.text == """
                Hello
                world

                --
                If you wish to stop receiving notifications from this topic, please click or \
                visit the link below to unsubscribe:
                \(ServiceDeliveryTests.unsubscribe)

                """)
    }

    @Test func aMailWithoutSubjectHasTheUsualOne() throws {
        let mail = try #require(Self.fixture().mail())
        #expect(mail.headers[2] == "Subject: AWS Notification Message")
    }

    @Test func textThatMailSystemsWouldChangeGoesInBase64() throws {
        let long = String(repeating: "x", count: 901)
        for message in ["ü", "a\r\nb", "a\u{0}b", ".\na", long] {
            let copy = TestBuffer(message).bytes.view
            let mail = try #require(Self.fixture(copy).mail())
            #expect(mail.headers.contains("Content-Transfer-Encoding: base64"))
            #expect(mail.text.split(separator: "\n").allSatisfy { $0.utf8.count <= 76 })
            #expect(Self.decoded(mail.text).hasPrefix("\(message)\n\n--\n"))
        }
    }

    @Test func aSubjectThatIsNotPlainIsMadeOfEncodedWords() throws {
        let text = "Grüße — " + String(repeating: "ü€𝄞", count: 30)
        let mail = try #require(
            Self.fixture("m", subject: TestBuffer(text).bytes.view).mail())
        let first = try #require(mail.headers.firstIndex { $0.hasPrefix("Subject: ") })
        let lines = mail.headers[first...].prefix {
            $0.hasPrefix("Subject: ") || $0.hasPrefix(" ")
        }
        #expect(lines.count > 3)
        var subject = ""
        for line in lines {
            let word = line.hasPrefix(" ") ? String(line.dropFirst()) : String(line.dropFirst(9))
            #expect(word.hasPrefix("=?UTF-8?B?") && word.hasSuffix("?="))
            #expect(word.utf8.count <= 75)
            // Each word is whole characters, or U+FFFD would show up.
            subject += Self.decoded(String(word.dropFirst(10).dropLast(2)))
        }
        #expect(subject == text)
    }

    @Test func noSubjectAddsAHeader() throws {
        for subject in ["a\nBcc: x@y", "a\r\nBcc: x@y", "=?UTF-8?B?QQ==?="] {
            let mail = try #require(
                Self.fixture("m", subject: TestBuffer(subject).bytes.view).mail())
            #expect(!mail.headers.contains { $0.hasPrefix("Bcc") })
            #expect(mail.headers[2].hasPrefix("Subject: =?UTF-8?B?"))
            #expect(Self.decoded(String(mail.headers[2].dropFirst(19).dropLast(2))) == subject)
        }
    }

    @Test func noEndpointAddsAHeaderAnOptionOrARecipient() {
        for endpoint in [
            "", "a@b\nBcc: x@y", "a@b\r", "-oQ/tmp", "a@b, x@y", "a@b;x@y", "<a@b>", "a b@c",
            "\"a\"@b", "a@b\u{0}", "a:b@c;", String(repeating: "a", count: 321),
        ] {
            var fixture = Self.fixture()
            fixture.endpoint = endpoint
            #expect(fixture.reason() == "the endpoint is no mail address")
        }
        for endpoint in ["root", "a.b+c@d-e.example", "jürgen@example.com", "a@b|c"] {
            var fixture = Self.fixture()
            fixture.endpoint = endpoint
            #expect(fixture.mail()?.recipient == endpoint)
        }
    }

    @Test func aSubscriberOfJSONGetsTheEnvelope() throws {
        let fixture = Self.fixture(kind: .emailJSON)
        let mail = try #require(fixture.mail())
        #expect(mail.text == (try fixture.notification.body(for: .emailJSON)) + "\n")
        #expect(fixture.signedText() != nil)
        #expect(Self.fixture().signedText() == nil)
    }

    @Test func confirmationsHaveTheLinkToClick() throws {
        for (isUnsubscribe, subject) in [
            (false, "Subject: AWS Notification - Subscription Confirmation"),
            (true, "Subject: AWS Notification - Unsubscribe Confirmation"),
        ] {
            var fixture = Self.fixture()
            fixture.confirmation = DeliveryFixture.confirmation(isUnsubscribe: isUnsubscribe)
            let mail = try #require(fixture.mail())
            #expect(mail.headers[2] == subject)
            #expect(mail.text.contains("\n\(HTTPDeliveryTests.link)\n"))
            #expect(mail.text.contains("\n\(NotificationFixture.topic.string)\n"))
            fixture.protocolKind = .emailJSON
            let json = try #require(fixture.mail())
            #expect(json.headers[2] == subject)
            let type = isUnsubscribe ? "UnsubscribeConfirmation" : "SubscriptionConfirmation"
            #expect(json.text.hasPrefix("{\n  \"Type\" : \"\(type)\",\n"))
        }
    }
}
