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
        ("lambda", "arn:aws:lambda:u\u{1}1:000000000000:function:f", "Lambda endpoint ARN"),
        ("lambda", "arn:aws:lambda:us-east-1:000000000000:function:f g", "Lambda endpoint ARN"),
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
        for endpoint in [
            "12 34", "NAA+15551234567", "+15--551234567", "+15551234567.", "-1555", "",
        ] {
            #expect(throws: BrokerError(.invalidParameter, "Invalid SMS endpoint: \(endpoint)")) {
                try bench.subscribe(topic, "sms", endpoint)
            }
        }
        let arn = try bench.subscribe(topic, "sms", "+4915112345678", returnsARN: false)
        #expect(try bench.attributes(ofSubscription: arn)["PendingConfirmation"] == "false")
    }

    @Test func anEndpointHasABound() throws {
        let long = String(repeating: "x", count: 2049)
        for (name, endpoint) in [
            ("http", "http://example.com/"), ("sqs", bench.queueARN("q")),
            ("lambda", "arn:aws:lambda:us-east-1:000000000000:function:f"),
        ] {
            #expect(throws: BrokerError.invalidParameter("Endpoint")) {
                try bench.subscribe(topic, name, endpoint + long)
            }
        }
        try bench.subscribe(topic, "http", "http://a/" + long.dropLast(10))
    }

    @Test func aPhoneNumberMayHaveItsDigitsGrouped() throws {
        let arn = try bench.subscribe(topic, "sms", "+15/55-123.4567")
        #expect(try bench.attributes(ofSubscription: arn)["Endpoint"] == "+15/55-123.4567")
        var publish = Publish()
        publish.topicARN = topic
        publish.message.message = "hello"
        _ = try bench.run(.publish(publish))
        #expect(bench.world.takeDeliveries(limit: 10).map(\.endpoint) == ["+15551234567"])
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

    @Test func anAccountHasUpTo5000PendingSubscriptions() throws {
        for number in 0..<5000 {
            try bench.subscribe(topic, "http", "http://example.com/\(number)")
        }
        #expect(
            throws: BrokerError(
                .subscriptionLimitExceeded, "The limit of subscriptions has been reached.")
        ) { try bench.subscribe(topic, "http", "http://example.com/more") }
        try bench.subscribe(topic, "sqs", bench.queueARN("q"))
        let arn = try #require(bench.world.broker.topics.subscriptions[1]?.arn)
        try bench.confirm(topic, bench.token(arn))
        try bench.subscribe(topic, "http", "http://example.com/more")
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
        // A standard queue is no FIFO subscription.
        for (number, dead) in ["dead", "dead.fifo"].enumerated() {
            try bench.subscribe(
                fifo, "sqs", bench.queueARN("q\(number)"),
                [("RedrivePolicy", #"{"deadLetterTargetArn":"\#(bench.queueARN(dead))"}"#)])
        }
        for number in 4..<100 { try bench.subscribe(fifo, "sqs", bench.queueARN("q\(number)")) }
        #expect(
            throws: BrokerError(
                .subscriptionLimitExceeded,
                "The limit of subscriptions has been reached.")
        ) { try bench.subscribe(fifo, "sqs", bench.queueARN("more")) }
    }
}
