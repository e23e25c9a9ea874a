import Bytes
import Testing

@testable import BrokerCore

@Suite struct TopicAttributesTests {
    let bench = TopicBench()

    @Test func aFreshTopicShowsWhatAWSShows() throws {
        let arn = try bench.createTopic("orders")
        let attributes = try bench.attributes(ofTopic: arn)
        #expect(
            attributes == [
                "TopicArn": arn, "Owner": "000000000000", "DisplayName": "",
                "SubscriptionsConfirmed": "0", "SubscriptionsPending": "0",
                "SubscriptionsDeleted": "0",
                "EffectiveDeliveryPolicy": """
                {"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,\
                "numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,\
                "numMinDelayRetries":0,"backoffFunction":"linear"},\
                "disableSubscriptionOverrides":false,"defaultRequestPolicy":\
                {"headerContentType":"text/plain; charset=UTF-8"}}}
                """,
                "Policy": """
                {"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":\
                "__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},"Action":\
                ["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission",\
                "SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe",\
                "SNS:ListSubscriptionsByTopic","SNS:Publish"],"Resource":"\(arn)","Condition":\
                {"StringEquals":{"AWS:SourceOwner":"000000000000"}}}]}
                """,
            ])
    }

    @Test func aFIFOTopicShowsMore() throws {
        let attributes = try bench.attributes(ofTopic: try bench.createFIFO("orders.fifo"))
        #expect(attributes["FifoTopic"] == "true")
        #expect(attributes["ContentBasedDeduplication"] == "false")
        #expect(attributes["FifoThroughputScope"] == "Topic")
    }

    @Test func whatIsSetIsShown() throws {
        let arn = try bench.createFIFO("orders.fifo")
        let values = [
            "DisplayName": "Orders", "KmsMasterKeyId": "alias/key", "SignatureVersion": "2",
            "TracingConfig": "PassThrough", "ContentBasedDeduplication": "true",
            "FifoThroughputScope": "MessageGroup",
            "ArchivePolicy": #"{"MessageRetentionPeriod":"30"}"#,
            "HTTPSuccessFeedbackRoleArn": "arn:aws:iam::000000000000:role/log",
            "LambdaFailureFeedbackRoleArn": "arn:aws:iam::000000000000:role/log",
            "SQSSuccessFeedbackSampleRate": "100",
            "DeliveryPolicy": #"{"http":{"defaultHealthyRetryPolicy":{"numRetries":5}}}"#,
        ]
        for (name, value) in values { try bench.setTopic(arn, name, value) }
        let attributes = try bench.attributes(ofTopic: arn)
        for (name, value) in values { #expect(attributes[name] == value) }
        #expect(try bench.recoveredState() == bench.state)
        bench.world.beginSnapshot()
        bench.world.finishSnapshot()
        #expect(try bench.recoveredState() == bench.state)
        #expect(attributes["EffectiveDeliveryPolicy"]?.contains("\"numRetries\":5") == true)
        #expect(attributes["BeginningArchiveTime"] == "2026-01-01T00:00:00.000Z")
        let topic = bench.world.broker.topics.topic(try #require(TopicIdentity(arn: arn)))
        let feedback = topic?.settings.feedback(for: .https)
        #expect(feedback?.successRoleARN == "arn:aws:iam::000000000000:role/log")
        #expect(feedback?.failureRoleARN == nil)
        #expect(topic?.settings.feedback(for: .sqs).successSampleRate == 100)
        #expect(topic?.settings.feedback(for: .sms).successSampleRate == 0)
        for name in values.keys where !["SignatureVersion", "TracingConfig"].contains(name) {
            let isFixed = ["ContentBasedDeduplication", "FifoThroughputScope"].contains(name)
            if !isFixed { try bench.setTopic(arn, name, "") }
        }
        let bare = try bench.attributes(ofTopic: arn)
        #expect(bare["DisplayName"] == "")
        for name in [
            "KmsMasterKeyId", "ArchivePolicy", "HTTPSuccessFeedbackRoleArn", "DeliveryPolicy",
            "SQSSuccessFeedbackSampleRate", "BeginningArchiveTime",
        ] {
            #expect(bare[name] == nil)
        }
    }

    @Test func theArchiveBeginsWhenItWasSwitchedOnOrItsPeriodAgo() throws {
        let arn = try bench.createFIFO(
            "orders.fifo", [("ArchivePolicy", #"{"MessageRetentionPeriod":"1"}"#)])
        let begin = { try bench.attributes(ofTopic: arn)["BeginningArchiveTime"] }
        bench.world.advance(milliseconds: 3_600_000)
        #expect(try begin() == "2026-01-01T00:00:00.000Z")
        try bench.setTopic(arn, "ArchivePolicy", #"{"MessageRetentionPeriod":"2"}"#)
        #expect(try begin() == "2026-01-01T00:00:00.000Z")
        bench.world.advance(milliseconds: 2 * 86_400_000)
        #expect(try begin() == "2026-01-01T01:00:00.000Z")
    }

    @Test(arguments: [
        ("Colour", "red", "AttributeName"),
        ("TopicArn", "x", "AttributeName"),
        ("HTTPColour", "x", "AttributeName"),
        (
            "DisplayName", String(repeating: "x", count: 101),
            "DisplayName Reason: must be at most 100 characters long"
        ),
        ("SignatureVersion", "3", "SignatureVersion: Invalid value [3]. Must be 1 or 2."),
        (
            "TracingConfig", "On",
            "TracingConfig: Invalid value [On]. Please use either PassThrough or Active"
        ),
        ("Policy", "{", "Policy Error: null"),
        ("Policy", #"{"Statement":[]}"#, "Policy Error: null"),
        (
            "Policy",
            #"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage"}]}"#,
            "Policy statement action out of service scope!"
        ),
        (
            "ContentBasedDeduplication", "true",
            "Content-based deduplication can only be set for FIFO topics"
        ),
        ("FifoThroughputScope", "Topic", "FifoThroughputScope can only be set for FIFO topics"),
        (
            "ArchivePolicy", #"{"MessageRetentionPeriod":1}"#,
            "ArchivePolicy can only be set for FIFO topics"
        ),
        (
            "HTTPSuccessFeedbackSampleRate", "101",
            "HTTPSuccessFeedbackSampleRate: Invalid value [101]. Must be between 0 and 100."
        ),
        (
            "SQSFailureFeedbackRoleArn", "role",
            "SQSFailureFeedbackRoleArn Reason: An ARN must have at least 6 elements, not 1"
        ),
        ("DeliveryPolicy", "x", "DeliveryPolicy: failed to parse JSON."),
        ("KmsMasterKeyId", String(repeating: "k", count: 2049), "KmsMasterKeyId"),
    ])
    func aFaultIsRefusedAloneAndAmongOthers(name: String, value: String, text: String) throws {
        let arn = try bench.createTopic("orders")
        #expect(throws: BrokerError.invalidParameter(text)) { try bench.setTopic(arn, name, value) }
        #expect(throws: BrokerError.invalidParameter("Attributes Reason: \(text)")) {
            try bench.createTopic("others", [(name, value)])
        }
        #expect(try bench.topics() == [arn])
    }

    @Test func theTypeOfATopicIsFixed() throws {
        let standard = try bench.createTopic("orders", [("FifoTopic", "False")])
        let fifo = try bench.createFIFO("orders.fifo")
        for arn in [standard, fifo] {
            #expect(throws: BrokerError.invalidParameter("AttributeName")) {
                try bench.setTopic(arn, "FifoTopic", "true")
            }
        }
        #expect(
            throws: BrokerError.invalidParameter(
                "Attributes Reason: FifoTopic: Invalid value [maybe]. Must be true or false.")
        ) { try bench.createTopic("x", [("FifoTopic", "maybe")]) }
    }

    @Test func theScopeOfAThroughputIsATopicOrAGroup() throws {
        let arn = try bench.createFIFO("orders.fifo")
        #expect(
            throws: BrokerError.invalidParameter(
                "FifoThroughputScope: Invalid value [Queue]. Please use either Topic or "
                    + "MessageGroup")
        ) { try bench.setTopic(arn, "FifoThroughputScope", "Queue") }
    }

    @Test(arguments: [
        (#"{"MessageRetentionPeriod":"0"}"#, false), (#"{"MessageRetentionPeriod":"366"}"#, false),
        (#"{"MessageRetentionPeriod":365}"#, true), (#"{"Days":1}"#, false), ("7", false),
    ])
    func anArchiveKeepsOneTo365Days(policy: String, isValid: Bool) throws {
        let arn = try bench.createFIFO("orders.fifo")
        if isValid {
            try bench.setTopic(arn, "ArchivePolicy", policy)
        } else {
            #expect(throws: BrokerError.self) { try bench.setTopic(arn, "ArchivePolicy", policy) }
        }
    }

    @Test func whatATopicKeepsHasABound() throws {
        let topic = try bench.createTopic("news")
        let role = "arn:aws:iam::000000000000:role/" + String(repeating: "r", count: 2048)
        let marks = "e" + String(repeating: "\u{301}", count: 100)
        for (name, value, reason) in [
            ("HTTPSuccessFeedbackRoleArn", role, "must be at most 2048 bytes long"),
            ("DisplayName", marks, "must be at most 100 characters long"),
        ] {
            #expect(throws: BrokerError.invalidParameter("\(name) Reason: \(reason)")) {
                try bench.setTopic(topic, name, value)
            }
        }
    }
}
