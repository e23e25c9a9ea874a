import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct ServiceTests {
    /// `sqs` or `sns`, and the action's name there.
    static func asked(_ buffer: TestBuffer) throws -> String {
        let form = try buffer.decodeAction().form
        switch form.service {
        case .sqs: return "sqs \(form.action!.wireName)"
        case .sns: return "sns \(form.topicAction!.wireName)"
        }
    }

    static func signed(_ service: String) -> String {
        "Authorization: AWS4-HMAC-SHA256 Credential=a/20261121/eu-west-1/\(service)/aws4_request, "
            + "SignedHeaders=host, Signature=0\r\n"
    }

    static func refusal(_ buffer: TestBuffer) throws -> (Service, BrokerError) {
        guard case .answer(.refused(let error), let form) = try buffer.decode() else {
            throw TestBuffer.Incomplete()
        }
        return (form.service, error)
    }

    @Test(arguments: TopicActionName.allCases)
    func everyActionOfSNSIsKnownByItsName(name: TopicActionName) throws {
        let body = "Action=\(name.wireName)&Version=2010-03-31"
        #expect(try Self.asked(TestBuffer.form(body)) == "sns \(name.wireName)")
        #expect(TopicActionName(ByteView(name.wireName)) == name)
    }

    @Test func anActionOfOneServiceOnlyNeedsNoMoreThanItsName() throws {
        #expect(try Self.asked(TestBuffer.form("Action=ListTopics")) == "sns ListTopics")
        #expect(try Self.asked(TestBuffer.form("Action=ListQueues")) == "sqs ListQueues")
        let link = "GET /?Action=Unsubscribe&SubscriptionArn=a HTTP/1.1\r\nHost: h\r\n\r\n"
        #expect(try Self.asked(TestBuffer(link)) == "sns Unsubscribe")
    }

    @Test func anActionOfBothServicesIsOneOfTopicsWhenItNamesOne() throws {
        for action in ["AddPermission", "RemovePermission"] {
            #expect(try Self.asked(TestBuffer.form("Action=\(action)")) == "sqs \(action)")
            #expect(
                try Self.asked(TestBuffer.form("Action=\(action)&TopicArn=a")) == "sns \(action)")
        }
    }

    @Test func signatureThenVersionThenHostTellTheService() throws {
        let body = "Action=AddPermission&Version=2012-11-05"
        let headers = Self.signed("sns")
        #expect(try Self.asked(TestBuffer.form(body, headers: headers)) == "sns AddPermission")
        #expect(try Self.asked(TestBuffer.form(body + "&TopicArn=a")) == "sqs AddPermission")
        let version = "Action=AddPermission&Version=2010-03-31"
        #expect(try Self.asked(TestBuffer.form(version)) == "sns AddPermission")
        let host = "GET /?Action=RemovePermission HTTP/1.1\r\nHost: sns.eu-west-1.h\r\n\r\n"
        let decoded = try TestBuffer(host).decodeAction()
        #expect(decoded.form.service == .sns)
        #expect(decoded.caller.region == "eu-west-1")
    }

    @Test func anActionOfTheOtherServiceIsRefusedInTheFormOfTheOneAsked() throws {
        let (service, error) = try Self.refusal(
            TestBuffer.form("Action=SendMessage&Version=2010-03-31"))
        #expect(service == .sns)
        #expect(error.code == .invalidAction)
        #expect(error.message == "Could not find operation SendMessage for version 2010-03-31")
        let other = try Self.refusal(TestBuffer.form("Action=Publish&Version=2012-11-05"))
        #expect(other.0 == .sqs)
        #expect(other.1.message == "The action Publish is not valid for this endpoint.")
    }

    @Test func snsIsNotOfferedInJSON() throws {
        let request = """
            POST / HTTP/1.1\r
            Host: h\r
            Content-Type: application/x-amz-json-1.0\r
            X-Amz-Target: AmazonSNS.ListTopics\r
            Content-Length: 2\r
            \r
            {}
            """
        let (_, error) = try Self.refusal(TestBuffer(request))
        #expect(error.code == .invalidAction)
    }

    @Test func jsonIsRenderedForWhoeverAcceptsIt() throws {
        let accepting = TestBuffer.form(
            "Action=ListTopics", headers: "Accept: application/json\r\n")
        #expect(try accepting.decodeAction().form.wire == .queryAsJSON)
        let older = TestBuffer.form("Action=ListTopics&ContentType=JSON")
        #expect(try older.decodeAction().form.wire == .queryAsJSON)
        #expect(try TestBuffer.form("Action=ListTopics").decodeAction().form.wire == .query)
    }

    @Test func anUnsignedLinkIsOfTheRegionItsARNNames() throws {
        func region(_ target: String, _ headers: String = "Host: h\r\n") throws -> String {
            try TestBuffer("GET \(target) HTTP/1.1\r\n\(headers)\r\n").decodeAction().caller.region
        }
        let confirm = "/?Action=ConfirmSubscription&Token=x&TopicArn="
        #expect(try region(confirm + "arn:aws:sns:eu-west-1:000000000007:t") == "eu-west-1")
        #expect(try region(confirm + "arn%3Aaws%3Asns%3Aeu-west-1%3A7%3At") == "eu-west-1")
        let end = "/?Action=Unsubscribe&SubscriptionArn="
        #expect(try region(end + "arn:aws:sns:eu-west-1:000000000007:t:s") == "eu-west-1")
        for arn in ["", "arn", "arn:", "arn:aws:sns", "arn:aws:sns:eu", "arn:aws:sns:E:7:t"] {
            #expect(try region(confirm + arn) == "us-east-1")
        }
        let signed = "Host: h\r\n" + Self.signed("sns").replacing("eu-west-1", with: "eu-north-1")
        #expect(try region(confirm + "arn:aws:sns:eu-west-1:7:t", signed) == "eu-north-1")
        let host = "Host: sns.eu-central-1.h\r\n"
        #expect(try region(confirm + "arn:aws:sns:eu-west-1:7:t", host) == "eu-central-1")
    }

    @Test func theCertificateIsAskedForByItsPath() throws {
        let path = "/SimpleNotificationService-0123abcd.pem"
        let request = TestBuffer("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
        guard case .answer(.certificate(let asked), let form) = try request.decode() else {
            Issue.record("no certificate")
            return
        }
        #expect(asked == path)
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            .certificate(path: asked), form: form, requestID: OutcomeEncoderTests.requestID,
            into: &writer)
        #expect(writer.view.string.hasPrefix("HTTP/1.1 404 "))
        let post = TestBuffer.form("Action=ListTopics", path: path)
        #expect(try Self.asked(post) == "sns ListTopics")
    }
}
