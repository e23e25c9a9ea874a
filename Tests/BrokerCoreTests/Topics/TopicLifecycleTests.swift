import Bytes
import Testing

@testable import BrokerCore

@Suite struct TopicLifecycleTests {
    let bench = TopicBench()

    @Test func aTopicIsNamedByItsARN() throws {
        #expect(
            try bench.createTopic("orders") == "arn:aws:sns:us-east-1:000000000000:orders")
        #expect(try bench.topics() == [bench.arn("orders")])
    }

    @Test(arguments: [
        nil, "", "two words", "dots.in.it", "orders.fifo", "ünder", "a/b",
        String(repeating: "x", count: 257),
    ])
    func everyFaultInANameIsTheSame(name: String?) {
        #expect(throws: BrokerError.invalidParameter("Topic Name")) { try bench.createTopic(name) }
    }

    @Test func aNameHasUpTo256Characters() throws {
        try bench.createTopic(String(repeating: "x", count: 256))
        try bench.createFIFO(String(repeating: "x", count: 251) + ".fifo")
        #expect(throws: BrokerError.invalidParameter("Topic Name")) {
            try bench.createFIFO(String(repeating: "x", count: 252) + ".fifo")
        }
    }

    @Test(arguments: ["orders", ".fifo", "a.b.fifo", "orders.FIFO"])
    func theNameOfAFIFOTopicEndsWithFIFO(name: String) {
        #expect(throws: BrokerError.invalidParameter("Topic Name")) { try bench.createFIFO(name) }
    }

    @Test func creatingATopicAgainFindsIt() throws {
        let arn = try bench.createTopic("orders", [("DisplayName", "Orders")])
        #expect(try bench.createTopic("orders") == arn)
        #expect(try bench.createTopic("orders", [("DisplayName", "Orders")]) == arn)
        #expect(try bench.topics().count == 1)
    }

    @Test func creatingATopicAgainComparesTheAttributesThatAreNamed() throws {
        try bench.createTopic("orders", [("DisplayName", "Orders")])
        let refusal = BrokerError.invalidParameter(
            "Attributes Reason: Topic already exists with different attributes")
        for attribute in [
            ("DisplayName", "Others"), ("SignatureVersion", "2"), ("KmsMasterKeyId", "alias/x"),
        ] {
            #expect(throws: refusal) { try bench.createTopic("orders", [attribute]) }
        }
    }

    @Test func policiesAreComparedAsDocuments() throws {
        let policy = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",\
            "Action":"SNS:Publish","Resource":"*"}]}
            """
        let same = """
            { "Statement": [{"Principal":"*","Effect":"Allow","Action":"SNS:Publish",
            "Resource":"*"}], "Version": "2012-10-17" }
            """
        let arn = try bench.createTopic("orders", [("Policy", policy)])
        #expect(try bench.createTopic("orders", [("Policy", same)]) == arn)
    }

    @Test func creatingATopicAgainComparesTheTagsThatAreNamed() throws {
        let arn = try bench.createTopic("orders", tags: [("a", "1"), ("b", "2")])
        #expect(try bench.createTopic("orders", tags: [("b", "2")]) == arn)
        #expect(try bench.createTopic("orders") == arn)
        let refusal = BrokerError.invalidParameter(
            "Tags Reason: Topic already exists with different tags")
        #expect(throws: refusal) { try bench.createTopic("orders", tags: [("b", "3")]) }
        #expect(throws: refusal) {
            try bench.createTopic("orders", tags: [("a", "1"), ("b", "2"), ("c", "3")])
        }
    }

    @Test func accountsAndRegionsAreSeparate() throws {
        let arn = try bench.createTopic("orders")
        bench.caller.region = "eu-west-1"
        #expect(try bench.topics() == [])
        #expect(throws: BrokerError.invalidParameter("TopicArn")) {
            try bench.attributes(ofTopic: arn)
        }
        #expect(throws: BrokerError.invalidParameter("TopicArn")) { try bench.deleteTopic(arn) }
        try bench.createTopic("orders")
        #expect(try bench.topics() == ["arn:aws:sns:eu-west-1:000000000000:orders"])
        bench.caller = Caller(account: AccountID(number: 7), region: "us-east-1")
        #expect(try bench.topics() == [])
        #expect(try bench.attributes(ofTopic: arn)["Owner"] == "000000000000")
    }

    @Test func whoeverAsksLeavesNoTrace() throws {
        for number in 0..<100 {
            bench.caller.region = "region-\(number)"
            #expect(try bench.topics() == [])
            #expect(try bench.subscriptions().isEmpty)
        }
        #expect(bench.world.broker.topics.namespaces.isEmpty)
        let arn = try bench.createTopic("orders")
        bench.caller.account = AccountID(number: 5)
        let subscription = try bench.subscribe(arn, "sqs", bench.queueARN("q"))
        #expect(bench.world.broker.topics.namespaces.count == 2)
        try bench.unsubscribe(subscription)
        try bench.deleteTopic(arn)
        #expect(bench.world.broker.topics.namespaces.isEmpty)
    }

    @Test func aDeletedTopicIsGoneWithItsSubscriptions() throws {
        let arn = try bench.createTopic("orders")
        let queue = try bench.subscribe(arn, "sqs", bench.queueARN("q"))
        try bench.subscribe(arn, "https", "https://example.com/")
        try bench.deleteTopic(arn)
        try bench.deleteTopic(arn)
        #expect(try bench.topics() == [])
        #expect(try bench.subscriptions().isEmpty)
        let topic = BrokerError(.notFound, "Topic does not exist")
        #expect(throws: topic) { try bench.attributes(ofTopic: arn) }
        #expect(throws: topic) { try bench.subscriptions(of: arn) }
        #expect(throws: topic) { try bench.subscribe(arn, "sqs", bench.queueARN("q")) }
        #expect(throws: BrokerError(.notFound, "Subscription does not exist")) {
            try bench.attributes(ofSubscription: queue)
        }
        try bench.createTopic("orders")
        #expect(try bench.attributes(ofTopic: arn)["SubscriptionsDeleted"] == "0")
    }

    @Test func anARNHasSixElements() {
        #expect(
            throws: BrokerError.invalidParameter(
                "TopicArn Reason: An ARN must have at least 6 elements, not 1")
        ) { try bench.attributes(ofTopic: "orders") }
        #expect(
            throws: BrokerError.invalidParameter(
                "TopicArn Reason: An ARN must have at least 6 elements, not 3")
        ) { try bench.deleteTopic("arn:aws:sns") }
        #expect(
            throws: BrokerError.invalidParameter(
                "TopicArn Reason: An ARN must have at least 6 elements, not 1")
        ) { try bench.attributes(ofTopic: "") }
        #expect(throws: BrokerError.invalidParameter("TopicArn")) {
            try bench.attributes(ofTopic: "arn:aws:sqs:us-east-1:000000000000:orders")
        }
    }

    @Test func listsComeInPagesOfAHundredInOrder() throws {
        for number in 0..<250 { try bench.createTopic("t\(number)") }
        #expect(try bench.topics() == (0..<250).map { bench.arn("t\($0)") }.sorted())
        guard case .topics(let first, let token?) = try bench.run(.listTopics(bench.list(nil)))
        else {
            Issue.record("the first page has a token")
            return
        }
        #expect(first.count == 100)
        // What the token names may be gone.
        for arn in first { try bench.deleteTopic(arn) }
        guard case .topics(let second, _) = try bench.run(.listTopics(bench.list(token))) else {
            return
        }
        #expect(second == Array((0..<250).map { bench.arn("t\($0)") }.sorted()[100..<200]))
    }

    @Test(arguments: ["garbage", "cXVldWVzOnE=", "dG9waWNzOg=="])
    func aTokenIsOneThatWasGiven(token: String) {
        #expect(throws: BrokerError.invalidParameter("NextToken")) {
            try bench.run(.listTopics(bench.list(token)))
        }
        #expect(throws: BrokerError.invalidParameter("NextToken")) {
            try bench.run(.listSubscriptions(bench.list(token)))
        }
    }

    @Test func aTopicWithAnArchiveIsNotDeleted() throws {
        let arn = try bench.createFIFO(
            "orders.fifo", [("ArchivePolicy", #"{"MessageRetentionPeriod":"30"}"#)])
        #expect(
            throws: BrokerError(
                .invalidState, "Invalid state: Cannot delete a topic with an ArchivePolicy")
        ) { try bench.deleteTopic(arn) }
        try bench.setTopic(arn, "ArchivePolicy", "{}")
        try bench.deleteTopic(arn)
        #expect(try bench.topics() == [])
    }

    @Test func anAccountHasUpToAThousandFIFOTopics() throws {
        for number in 0..<1000 { try bench.createFIFO("t\(number).fifo") }
        #expect(throws: BrokerError.self) { try bench.createFIFO("more.fifo") }
        #expect(try bench.createFIFO("t7.fifo") == bench.arn("t7.fifo"))
        try bench.createTopic("standard")
        try bench.deleteTopic(bench.arn("t7.fifo"))
        try bench.createFIFO("more.fifo")
    }

    @Test func aResetLeavesNothing() throws {
        let arn = try bench.createFIFO(
            "orders.fifo", [("ArchivePolicy", #"{"MessageRetentionPeriod":1}"#)])
        try bench.subscribe(arn, "sqs", bench.queueARN("q.fifo"))
        let other = try bench.createTopic("others")
        let hook = try bench.subscribe(other, "http", "http://example.com/")
        try bench.confirm(other, bench.token(hook))
        try bench.unsubscribe(hook)
        bench.world.broker.reset(token: 1, at: bench.world.now, into: bench.world.sink)
        #expect(try bench.topics() == [])
        #expect(try bench.subscriptions().isEmpty)
        #expect(bench.world.broker.topics.topics.allSatisfy { $0 == nil })
        #expect(bench.world.broker.topics.subscriptions.allSatisfy { $0 == nil })
        #expect(try bench.recoveredState() == bench.state)
        try bench.createFIFO("orders.fifo")
    }
}
