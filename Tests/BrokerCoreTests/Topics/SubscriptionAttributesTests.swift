import Bytes
import Testing

@testable import BrokerCore

@Suite struct SubscriptionAttributesTests {
    let bench = TopicBench()
    let topic: String

    init() throws {
        topic = try bench.createTopic("orders")
    }

    @Test(arguments: [
        (
            "RawMessageDelivery", "x",
            "RawMessageDelivery: Invalid value [x]. Must be true or false."
        ),
        ("Colour", "red", "AttributeName"),
        (
            "FilterPolicyScope", "Body",
            "FilterPolicyScope: Invalid value [Body]. Please use either MessageBody or "
                + "MessageAttributes"
        ),
        ("RedrivePolicy", "{", "RedrivePolicy: failed to parse JSON."),
        (
            "RedrivePolicy", #"{"deadLetterTargetArn":"dead"}"#,
            "RedrivePolicy: deadLetterTargetArn is an invalid arn"
        ),
        (
            "RedrivePolicy", #"{"maxReceiveCount":3}"#,
            "RedrivePolicy: deadLetterTargetArn is an invalid arn"
        ),
        (
            "RedrivePolicy",
            #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo"}"#,
            "RedrivePolicy: must use a standard queue as DLQ for a Subscription to a standard "
                + "Topic."
        ),
        (
            "RedrivePolicy", #"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:000000000000:dead"}"#,
            "RedrivePolicy: deadLetterTargetArn must be in the account and region of the "
                + "subscription"
        ),
        (
            "DeliveryPolicy", "{\"healthyRetryPolicy\":{}}",
            "Delivery protocol [sqs] does not support a delivery policy."
        ),
        (
            "ReplayPolicy", #"{"PointType":"Timestamp"}"#,
            "ReplayPolicy: the topic has no ArchivePolicy"
        ),
        (
            "SubscriptionRoleArn", "role",
            "SubscriptionRoleArn Reason: An ARN must have at least 6 elements, not 1"
        ),
    ])
    func aFaultIsRefusedAloneAndAmongOthers(name: String, value: String, text: String) throws {
        let arn = try bench.subscribe(topic, "sqs", bench.queueARN("q"))
        #expect(throws: BrokerError.invalidParameter(text)) {
            try bench.setSubscription(arn, name, value)
        }
        #expect(throws: BrokerError.invalidParameter("Attributes Reason: \(text)")) {
            try bench.subscribe(topic, "sqs", bench.queueARN("other"), [(name, value)])
        }
        #expect(try bench.subscriptions().count == 1)
    }

    @Test func aFilterPolicyIsRefusedWithItsPrefix() throws {
        let arn = try bench.subscribe(topic, "sqs", bench.queueARN("q"))
        do throws(BrokerError) {
            try bench.setSubscription(arn, "FilterPolicy", "nonsense")
            Issue.record("it is refused")
        } catch {
            #expect(error.message.hasPrefix("Invalid parameter: FilterPolicy: "))
        }
        do throws(BrokerError) {
            try bench.subscribe(
                topic, "sqs", bench.queueARN("other"), [("FilterPolicy", "nonsense")])
            Issue.record("it is refused")
        } catch {
            #expect(
                error.message.hasPrefix("Invalid parameter: Attributes Reason: FilterPolicy: "))
        }
    }

    @Test func rawDeliveryIsForSome() throws {
        for (name, endpoint) in [
            ("lambda", "arn:aws:lambda:us-east-1:000000000000:function:echo"),
            ("sms", "+4915112345678"), ("email", "me@example.com"),
        ] {
            #expect(
                throws: BrokerError.invalidParameter(
                    "Attributes Reason: Delivery protocol [\(name)] does not support raw message "
                        + "delivery.")
            ) { try bench.subscribe(topic, name, endpoint, [("RawMessageDelivery", "true")]) }
        }
    }

    @Test func attributesAreSetAndRemoved() throws {
        let arn = try bench.subscribe(topic, "http", "http://example.com/")
        let dead = #"{"deadLetterTargetArn":"\#(bench.queueARN("dead"))"}"#
        let policy = #"{"healthyRetryPolicy":{"numRetries":1}}"#
        try bench.setSubscription(arn, "RedrivePolicy", dead)
        try bench.setSubscription(arn, "DeliveryPolicy", policy)
        try bench.setSubscription(arn, "RawMessageDelivery", "TRUE")
        try bench.setSubscription(arn, "FilterPolicyScope", "MessageBody")
        let hidden = try bench.attributes(ofSubscription: arn)
        #expect(hidden["FilterPolicyScope"] == nil)
        try bench.setSubscription(arn, "FilterPolicy", #"{"a":{"b":["x"]}}"#)
        let attributes = try bench.attributes(ofSubscription: arn)
        #expect(attributes["RedrivePolicy"] == dead)
        #expect(attributes["DeliveryPolicy"] == policy)
        #expect(attributes["EffectiveDeliveryPolicy"]?.contains("\"numRetries\":1,") == true)
        #expect(attributes["RawMessageDelivery"] == "true")
        #expect(attributes["FilterPolicy"] == #"{"a":{"b":["x"]}}"#)
        #expect(attributes["FilterPolicyScope"] == "MessageBody")
        #expect(
            throws: BrokerError.invalidParameter(
                "FilterPolicy: Filter policy scope MessageAttributes does not support nested "
                    + "filter policy")
        ) { try bench.setSubscription(arn, "FilterPolicyScope", "MessageAttributes") }
        for name in ["RedrivePolicy", "DeliveryPolicy", "FilterPolicy"] {
            try bench.setSubscription(arn, name, "{}")
            #expect(try bench.attributes(ofSubscription: arn)[name] == nil)
        }
    }

    @Test func aReplayPolicyStartsAReplay() throws {
        let fifo = try bench.createFIFO(
            "orders.fifo", [("ArchivePolicy", #"{"MessageRetentionPeriod":"30"}"#)])
        let policy = #"{"PointType":"Timestamp","StartingPoint":"2026-01-01T00:00:00Z"}"#
        let arn = try bench.subscribe(
            fifo, "sqs", bench.queueARN("q.fifo"), [("ReplayPolicy", policy)])
        var attributes = try bench.attributes(ofSubscription: arn)
        #expect(attributes["ReplayPolicy"] == policy)
        #expect(attributes["ReplayStatus"] == "In progress")
        try bench.setSubscription(arn, "ReplayPolicy", "{}")
        attributes = try bench.attributes(ofSubscription: arn)
        #expect(attributes["ReplayPolicy"] == nil && attributes["ReplayStatus"] == nil)
        #expect(throws: BrokerError.self) {
            try bench.setSubscription(arn, "ReplayPolicy", #"{"PointType":"Now"}"#)
        }
    }
}
