import Bytes
import Testing

@testable import BrokerCore

@Suite struct SubscribeTests {
    let bench = TopicBench()
    let topic: String

    init() throws {
        topic = try bench.createTopic("orders")
    }

    @Test func aQueueIsConfirmedAtOnce() throws {
        let arn = try bench.subscribe(topic, "sqs", bench.queueARN("q"), returnsARN: false)
        #expect(arn.hasPrefix(topic + ":") && arn.utf8.count == topic.utf8.count + 37)
        #expect(
            try bench.attributes(ofSubscription: arn) == [
                "SubscriptionArn": arn, "TopicArn": topic, "Protocol": "sqs",
                "Endpoint": bench.queueARN("q"), "Owner": "000000000000",
                "SubscriptionPrincipal": "arn:aws:iam::000000000000:root",
                "PendingConfirmation": "false", "ConfirmationWasAuthenticated": "true",
                "RawMessageDelivery": "false",
            ])
        #expect(bench.world.broker.owedDeliveryCount == 0)
    }

    @Test(arguments: [
        ("http", "http://example.com/a?b#c"), ("https", "https://user:word@example.com:8443/"),
        ("email", "me@example.com"), ("email-json", "me@example.com"),
    ])
    func othersAreAsked(protocolName: String, endpoint: String) throws {
        #expect(
            try bench.subscribe(topic, protocolName, endpoint, returnsARN: false)
                == "pending confirmation")
        #expect(try bench.subscriptions().map(\.arn) == ["PendingConfirmation"])
        #expect(bench.world.broker.owedDeliveryCount == 1)
        let arn = try bench.subscribe(topic, protocolName, endpoint)
        #expect(arn.hasPrefix(topic))
        // Asking again sends the token again.
        #expect(bench.world.broker.owedDeliveryCount == 2)
        let attributes = try bench.attributes(ofSubscription: arn)
        #expect(attributes["PendingConfirmation"] == "true")
        #expect(attributes["ConfirmationWasAuthenticated"] == "false")
        #expect(
            (attributes["EffectiveDeliveryPolicy"] != nil) == protocolName.hasPrefix("http"))
        let counts = try bench.attributes(ofTopic: topic)
        #expect(counts["SubscriptionsPending"] == "1" && counts["SubscriptionsConfirmed"] == "0")
        #expect(try bench.confirm(topic, bench.token(arn)) == arn)
        #expect(try bench.subscriptions(of: topic).map(\.arn) == [arn])
        let after = try bench.attributes(ofTopic: topic)
        #expect(after["SubscriptionsPending"] == "0" && after["SubscriptionsConfirmed"] == "1")
    }

    @Test(arguments: [
        ("sqs", "http://localhost/000000000000/q", "SQS endpoint ARN"),
        ("sqs", "arn:aws:sns:us-east-1:000000000000:q", "SQS endpoint ARN"),
        ("http", "https://example.com", "Endpoint must match the specified protocol"),
        ("https", "http://example.com", "Endpoint must match the specified protocol"),
        ("http", "http://", "Endpoint"),
        ("http", "http://ex ample.com", "Endpoint"),
        ("email", "nobody", "Email address"),
        ("email-json", "a@b@c", "Email address"),
        ("lambda", "echo", "Lambda endpoint ARN"),
        ("lambda", "arn:aws:lambda:us-east-1:000000000000:layer:x", "Lambda endpoint ARN"),
        ("firehose", "arn:aws:firehose:us-east-1:000000000000:x", "Firehose endpoint ARN"),
        (
            "application", "arn:aws:sns:us-east-1:000000000000:endpoint/GCM/a/b",
            "Endpoint Reason: Endpoint does not exist for endpoint "
                + "arn:aws:sns:us-east-1:000000000000:endpoint/GCM/a/b"
        ),
        ("carrier", "pigeon", "Amazon SNS does not support this protocol string: carrier"),
        (
            "sqs", "arn:aws:sqs:us-east-1:000000000000:q.fifo",
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
                + "standard SNS topics"
        ),
    ])
    func anEndpointIsOfItsProtocol(protocolName: String, endpoint: String, text: String) throws {
        #expect(throws: BrokerError.invalidParameter(text)) {
            try bench.subscribe(topic, protocolName, endpoint)
        }
        #expect(try bench.subscriptions().isEmpty)
    }

    @Test func thePasswordOfAURLIsNotShown() throws {
        for (endpoint, shown) in [
            ("https://me:word@example.com/a?b=c:d@e", "https://me:****@example.com/a?b=c:d@e"),
            ("https://me@example.com:8443/", "https://me@example.com:8443/"),
            ("https://example.com/me:word@", "https://example.com/me:word@"),
        ] {
            let arn = try bench.subscribe(topic, "https", endpoint)
            #expect(try bench.attributes(ofSubscription: arn)["Endpoint"] == shown)
            #expect(try bench.subscriptions().last?.endpoint == shown)
            #expect(try bench.subscribe(topic, "https", endpoint) == arn)
        }
        #expect(
            try bench.subscribe(topic, "https", "https://me:other@example.com/").isEmpty == false)
        #expect(try bench.subscriptions().count == 4)
    }

    @Test func aPhoneNumberIsOfTheE164Format() throws {
        #expect(throws: BrokerError(.invalidParameter, "Invalid SMS endpoint: 12-34")) {
            try bench.subscribe(topic, "sms", "12-34")
        }
        let arn = try bench.subscribe(topic, "sms", "+4915112345678", returnsARN: false)
        #expect(try bench.attributes(ofSubscription: arn)["PendingConfirmation"] == "false")
    }

    @Test func functionsAndStreamsAreConfirmedAtOnce() throws {
        let function = "arn:aws:lambda:us-east-1:000000000000:function:echo"
        #expect(try bench.subscribe(topic, "lambda", function, returnsARN: false) != "")
        let role = ("SubscriptionRoleArn", "arn:aws:iam::000000000000:role/r")
        let stream = "arn:aws:firehose:us-east-1:000000000000:deliverystream/s"
        #expect(
            throws: BrokerError.invalidParameter(
                "Attributes Reason: SubscriptionRoleArn is required for the protocol firehose")
        ) { try bench.subscribe(topic, "firehose", stream) }
        let arn = try bench.subscribe(topic, "firehose", stream, [role])
        #expect(
            try bench.attributes(ofSubscription: arn)["SubscriptionRoleArn"] == role.1)
        #expect(try bench.attributes(ofTopic: topic)["SubscriptionsConfirmed"] == "2")
        let other = "arn:aws:lambda:us-east-1:111122223333:function:echo"
        let queue = "arn:aws:sqs:us-east-1:111122223333:q"
        for (name, endpoint) in [("lambda", other), ("sqs", queue)] {
            let arn = try bench.subscribe(topic, name, endpoint, returnsARN: false)
            #expect(try bench.attributes(ofSubscription: arn)["PendingConfirmation"] == "false")
        }
    }

    @Test func nobodySubscribesTwice() throws {
        let arn = try bench.subscribe(
            topic, "sqs", bench.queueARN("q"),
            [("RawMessageDelivery", "True"), ("FilterPolicy", #"{"a":["x"]}"#)])
        let same: [TopicAttributeList] = [
            [], [("RawMessageDelivery", "true")], [("FilterPolicy", #"{ "a": ["x"] }"#)],
            [("FilterPolicyScope", "MessageAttributes")],
        ]
        for attributes in same {
            #expect(try bench.subscribe(topic, "sqs", bench.queueARN("q"), attributes) == arn)
        }
        let other: [TopicAttributeList] = [
            [("RawMessageDelivery", "false")], [("FilterPolicy", #"{"a":["y"]}"#)],
            [("FilterPolicyScope", "MessageBody")],
        ]
        for attributes in other {
            #expect(
                throws: BrokerError.invalidParameter(
                    "Attributes Reason: Subscription already exists with different attributes")
            ) { try bench.subscribe(topic, "sqs", bench.queueARN("q"), attributes) }
        }
        let plain = try bench.subscribe(topic, "sqs", bench.queueARN("plain"))
        #expect(
            try bench.subscribe(
                topic, "sqs", bench.queueARN("plain"), [("RawMessageDelivery", "false")]) == plain)
        #expect(try bench.subscriptions(of: topic).count == 2)
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

    @Test func whatIsNotThereIsNotFound() throws {
        let missing = BrokerError(.notFound, "Subscription does not exist")
        let unknown = topic + ":00000000-0000-4000-8000-000000000000"
        #expect(throws: missing) { try bench.attributes(ofSubscription: unknown) }
        #expect(throws: missing) {
            try bench.setSubscription(unknown, "RawMessageDelivery", "true")
        }
        #expect(throws: BrokerError.invalidParameter("SubscriptionId")) {
            try bench.attributes(ofSubscription: topic)
        }
        #expect(
            throws: BrokerError.invalidParameter(
                "SubscriptionArn Reason: An ARN must have at least 6 elements, not 1")
        ) { try bench.unsubscribe("PendingConfirmation") }
        try bench.unsubscribe(unknown)
    }

    @Test func listsComeInPagesOfAHundred() throws {
        let other = try bench.createTopic("others")
        var arns: [String] = []
        for number in 0..<230 {
            arns.append(try bench.subscribe(topic, "sqs", bench.queueARN("q\(number)")))
            if number % 10 == 0 { try bench.subscribe(other, "sqs", bench.queueARN("q\(number)")) }
        }
        #expect(try bench.subscriptions(of: topic).map(\.arn) == arns)
        #expect(try bench.subscriptions(of: other).count == 23)
        #expect(try bench.subscriptions().count == 253)
        for arn in arns.prefix(120) { try bench.unsubscribe(arn) }
        #expect(try bench.subscriptions(of: topic).map(\.arn) == Array(arns.dropFirst(120)))
        #expect(try bench.attributes(ofTopic: topic)["SubscriptionsDeleted"] == "120")
        bench.caller = Caller(account: AccountID(number: 5), region: "us-east-1")
        #expect(try bench.subscriptions().isEmpty)
    }

    @Test func aTopicHasUpTo200FilterPolicies() throws {
        let policy = ("FilterPolicy", #"{"a":["x"]}"#)
        var arns: [String] = []
        for number in 0..<200 {
            arns.append(try bench.subscribe(topic, "sqs", bench.queueARN("q\(number)"), [policy]))
        }
        let plain = try bench.subscribe(topic, "sqs", bench.queueARN("plain"))
        let limit = BrokerError(
            .filterPolicyLimitExceeded, "The limit of filter policies has been reached.")
        #expect(throws: limit) {
            try bench.subscribe(topic, "sqs", bench.queueARN("more"), [policy])
        }
        #expect(throws: limit) { try bench.setSubscription(plain, policy.0, policy.1) }
        try bench.setSubscription(arns[0], policy.0, #"{"a":["y"]}"#)
        try bench.setSubscription(arns[0], policy.0, "{}")
        try bench.setSubscription(plain, policy.0, policy.1)
        try bench.unsubscribe(arns[1])
        try bench.subscribe(topic, "sqs", bench.queueARN("more"), [policy])
        #expect(try bench.recoveredState() == bench.state)
    }

    @Test func aFIFOTopicTakesQueuesOnly() throws {
        let fifo = try bench.createFIFO("orders.fifo")
        try bench.subscribe(fifo, "sqs", bench.queueARN("q.fifo"))
        try bench.subscribe(fifo, "sqs", bench.queueARN("q"))
        #expect(
            throws: BrokerError.invalidParameter(
                "Invalid parameter: Endpoint Reason: Please use FIFO SQS queue")
        ) { try bench.subscribe(fifo, "http", "http://example.com/") }
        #expect(
            throws: BrokerError.invalidParameter(
                "Attributes Reason: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO "
                    + "Subscription to a FIFO Topic.")
        ) {
            try bench.subscribe(
                fifo, "sqs", bench.queueARN("r.fifo"),
                [("RedrivePolicy", #"{"deadLetterTargetArn":"\#(bench.queueARN("dead"))"}"#)])
        }
        for number in 2..<100 { try bench.subscribe(fifo, "sqs", bench.queueARN("q\(number)")) }
        #expect(
            throws: BrokerError(
                .subscriptionLimitExceeded,
                "The limit of subscriptions for this topic has been reached.")
        ) { try bench.subscribe(fifo, "sqs", bench.queueARN("more")) }
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
