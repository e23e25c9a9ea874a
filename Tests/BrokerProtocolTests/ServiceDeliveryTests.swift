import Bytes
import Testing

@testable import BrokerCore
@testable import BrokerProtocol

@Suite struct ServiceDeliveryTests {
    static let function = "arn:aws:lambda:eu-west-1:000000000007:function:f-1"
    static let stream = "arn:aws:firehose:eu-west-1:000000000007:deliverystream/s"
    static let unsubscribe =
        "http://h:1/?Action=Unsubscribe&SubscriptionArn=\(NotificationFixture.subscription)"

    static func scope(_ service: String) -> String {
        "Authorization: AWS4-HMAC-SHA256 "
            + "Credential=000000000007/20120502/eu-west-1/\(service)/aws4_request, "
            + "SignedHeaders=host, Signature=0"
    }

    @Test func aFunctionGetsAnEventRecord() {
        var fixture = DeliveryFixture(protocolKind: .lambda, endpoint: Self.function)
        fixture.notification.signatureVersion = 2
        let request = fixture.request()
        #expect(request.url == "http://lambda:1/2015-03-31/functions/f-1/invocations")
        #expect(
            request.headers == [
                "Content-Type: application/json", "X-Amz-Invocation-Type: Event",
                "User-Agent: Amazon Simple Notification Service Agent", Self.scope("lambda"),
            ])
        #expect(
            request.body == #"""
                {"Records":[{"EventSource":"aws:sns","EventVersion":"1.0",\#
                "EventSubscriptionArn":"\#(NotificationFixture.subscription)",\#
                "Sns":{"Type":"Notification",\#
                "MessageId":"01020304-0506-0708-090a-0b0c0d0e0f10",\#
                "TopicArn":"arn:aws:sns:eu-west-1:000000000007:t","Subject":null,\#
                "Message":"Hello\n\"world\" ü/\u0001","Timestamp":"2012-05-02T00:54:06.655Z",\#
                "SignatureVersion":"1","Signature":"c2ln",\#
                "SigningCertUrl":"http://h:1/SimpleNotificationService-0a.pem",\#
                "UnsubscribeUrl":"\#(Self.unsubscribe)","MessageAttributes":{}}}]}
                """#)
        #expect(fixture.signedText() != nil)
    }

    @Test func anEventRecordHasSubjectAndAttributes() {
        var fixture = DeliveryFixture(protocolKind: .lambda, endpoint: Self.function)
        fixture.notification.subject = "s"
        fixture.notification.attributes = [("n", "Number", false, "1")]
        let body = fixture.request().body
        #expect(body.contains(#","Subject":"s","#))
        #expect(body.hasSuffix(#","MessageAttributes":{"n":{"Type":"Number","Value":"1"}}}}]}"#))
    }

    @Test func whereAFunctionIsInvoked() {
        for (endpoint, base, url) in [
            (
                Self.function + ":live", "http://l",
                "http://l/2015-03-31/functions/f-1/invocations?Qualifier=live"
            ),
            ("f/1:x", "http://l", "http://l/2015-03-31/functions/f%2F1%3Ax/invocations"),
            (
                Self.function, "http://l/2015-03-31/functions/function/invocations",
                "http://l/2015-03-31/functions/function/invocations"
            ),
        ] {
            var fixture = DeliveryFixture(protocolKind: .lambda, endpoint: endpoint)
            fixture.endpoints.lambda = base
            #expect(fixture.request().url == url)
        }
        var fixture = DeliveryFixture(protocolKind: .lambda, endpoint: Self.function)
        fixture.endpoints.lambda = "http://me:secret@l"
        #expect(!fixture.request().headers.contains { $0.hasPrefix("Authorization") })
    }

    static func record(_ body: String) -> String {
        let digits = body.split(separator: "\"Data\":\"").last?.prefix { $0 != "\"" } ?? ""
        var writer = ByteWriter()
        #expect(String(digits).withByteView { Base64.decode($0, into: &writer) })
        return writer.view.string
    }

    @Test func aStreamGetsARecord() {
        var fixture = DeliveryFixture(protocolKind: .firehose, endpoint: Self.stream)
        fixture.notification.attributes = [("n", "Number", false, "1")]
        let request = fixture.request()
        #expect(request.url == "http://firehose:2/")
        #expect(
            request.headers == [
                "Content-Type: application/x-amz-json-1.1",
                "X-Amz-Target: Firehose_20150804.PutRecord",
                "User-Agent: Amazon Simple Notification Service Agent", Self.scope("firehose"),
            ])
        #expect(request.body.hasPrefix(#"{"DeliveryStreamName":"s","Record":{"Data":""#))
        #expect(request.body.hasSuffix("\"}}"))
        #expect(
            Self.record(request.body) == #"""
                {"Type":"Notification","MessageId":"01020304-0506-0708-090a-0b0c0d0e0f10",\#
                "TopicArn":"arn:aws:sns:eu-west-1:000000000007:t",\#
                "Message":"Hello\n\"world\" ü/\u0001","Timestamp":"2012-05-02T00:54:06.655Z",\#
                "UnsubscribeURL":"\#(Self.unsubscribe)",\#
                "MessageAttributes":{"n":{"Type":"Number","Value":"1"}}}
                """#)
        #expect(fixture.signedText() == nil)
        fixture.notification.isRaw = true
        #expect(Self.record(fixture.request().body) == fixture.notification.message.string)
    }

    @Test func aPhoneGetsATextMessage() {
        var fixture = DeliveryFixture(protocolKind: .sms, endpoint: "+4912345")
        fixture.notification.message = #"{"default":"d","sms":"short"}"#
        fixture.notification.isStructured = true
        let request = fixture.request()
        #expect(request.url == "http://sms:3/text")
        #expect(
            request.headers == [
                "Content-Type: application/json",
                "User-Agent: Amazon Simple Notification Service Agent",
            ])
        #expect(
            request.body == #"""
                {"MessageId":"01020304-0506-0708-090a-0b0c0d0e0f10","PhoneNumber":"+4912345",\#
                "Message":"short","Timestamp":"2012-05-02T00:54:06.655Z",\#
                "TopicArn":"arn:aws:sns:eu-west-1:000000000007:t",\#
                "SubscriptionArn":"\#(NotificationFixture.subscription)","MessageAttributes":{}}
                """#)
    }

    @Test func aDeviceGetsTheMessageOfItsPlatform() {
        let endpoint = "arn:aws:sns:eu-west-1:000000000007:endpoint/GCM/app/0a1b"
        var fixture = DeliveryFixture(protocolKind: .application, endpoint: endpoint)
        fixture.notification.message = #"{"default":"d","GCM":"{\"data\":{}}","APNS":"a"}"#
        fixture.notification.isStructured = true
        fixture.notification.kind = .direct
        fixture.notification.subject = "s"
        fixture.isSubscribed = false
        let request = fixture.request()
        #expect(request.url == "http://push:4/push")
        #expect(
            request.body == #"""
                {"MessageId":"01020304-0506-0708-090a-0b0c0d0e0f10","EndpointArn":"\#(endpoint)",\#
                "Platform":"GCM","Application":"app","Message":"{\"data\":{}}","Subject":"s",\#
                "Timestamp":"2012-05-02T00:54:06.655Z","MessageAttributes":{}}
                """#)
        fixture.device = DueDelivery.Device(token: "70\"ken", userData: "data")
        #expect(
            fixture.request().body.contains(
                #""Application":"app","Token":"70\"ken","CustomUserData":"data","Message":"#))
        fixture.device = nil
        fixture.endpoint = "arn:aws:sns:eu-west-1:000000000007:endpoint/ADM/app/0a1b"
        #expect(
            fixture.request().body.contains(#""Platform":"ADM","Application":"app","Message":"d""#))
        fixture.endpoint = "garbage"
        #expect(fixture.request().body.contains(#""Platform":"","Application":"","Message":"d""#))
    }

    @Test func whatIsNotConfiguredIsNotSent() {
        for (kind, reason) in [
            (SubscriptionProtocol.lambda, "no endpoint for Lambda functions is configured"),
            (.firehose, "no endpoint for Firehose is configured"),
            (.sms, "no SMS gateway is configured"),
            (.application, "no push gateway is configured"),
            (.sqs, "a queue takes no messages over the network"),
        ] {
            var fixture = DeliveryFixture(protocolKind: kind, endpoint: "x")
            fixture.endpoints = DeliveryEndpoints()
            #expect(fixture.reason() == reason)
        }
    }
}
