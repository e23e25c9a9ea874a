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

    // MARK: Permissions

    private func add(
        _ arn: String, _ label: String?, _ accounts: [String], _ actions: [String]
    ) throws(BrokerError) {
        var add = AddTopicPermission()
        add.topicARN = arn
        add.label = label
        add.accountIDs = accounts
        add.actions = actions
        _ = try bench.run(.addPermission(add))
    }

    private func remove(_ arn: String, _ label: String?) throws(BrokerError) {
        var remove = RemoveTopicPermission()
        remove.topicARN = arn
        remove.label = label
        _ = try bench.run(.removePermission(remove))
    }

    @Test func aPermissionIsAStatementOfThePolicy() throws {
        let arn = try bench.createTopic("orders")
        let before = try bench.attributes(ofTopic: arn)["Policy"]
        try add(arn, "one", ["111122223333"], ["Publish"])
        try add(arn, "two", ["111122223333", "444455556666"], ["Publish", "Subscribe"])
        let text = try bench.attributes(ofTopic: arn)["Policy"]
        let policy = try #require(text.flatMap { JSONValue(parsing: $0) })
        let statements = policy["Statement"]?.elements ?? []
        #expect(statements.count == 3)
        #expect(
            statements[1].description
                == #"{"Sid":"one","Effect":"Allow","Principal":"#
                + #"{"AWS":"arn:aws:iam::111122223333:root"},"Action":"SNS:Publish","#
                + #""Resource":"\#(arn)"}"#)
        #expect(
            statements[2]["Principal"]?["AWS"]?.elements.count == 2
                && statements[2]["Action"]?.elements.count == 2)
        try remove(arn, "one")
        try remove(arn, "two")
        try remove(arn, "never")
        #expect(try bench.attributes(ofTopic: arn)["Policy"] == before)
    }

    @Test func aPermissionIsRefusedForAFault() throws {
        let arn = try bench.createTopic("orders")
        try add(arn, "one", ["111122223333"], ["Publish"])
        #expect(throws: BrokerError.invalidParameter("Statement already exists")) {
            try add(arn, "one", ["111122223333"], ["Publish"])
        }
        #expect(
            throws: BrokerError.invalidParameter("Policy statement action out of service scope!")
        ) {
            try add(arn, "two", ["111122223333"], ["Sing"])
        }
        #expect(throws: BrokerError.invalidParameter("Policy Error: PrincipalNotFound")) {
            try add(arn, "two", ["bob"], ["Publish"])
        }
        #expect(throws: BrokerError.invalidParameter("Label")) {
            try add(arn, nil, ["111122223333"], ["Publish"])
        }
        #expect(throws: BrokerError(.notFound, "Topic does not exist")) {
            try add(arn + "x", "two", ["111122223333"], ["Publish"])
        }
    }

    // MARK: Tags and data protection

    private func tags(_ arn: String) throws -> [String] {
        let outcome = try bench.run(.listTagsForResource(bench.request(arn)))
        guard case .tags(let list) = outcome else { return [] }
        return list.map { "\($0.key)=\($0.value)" }
    }

    private func tag(
        _ arn: String, _ tags: [(key: String, value: String)]?
    ) throws(BrokerError) {
        var tag = TagResource()
        tag.arn = arn
        tag.tags = tags
        _ = try bench.run(.tagResource(tag))
    }

    @Test func tagsComeAndGo() throws {
        let arn = try bench.createTopic("orders", tags: [("b", "1"), ("a", "2")])
        try tag(arn, [("b", "3"), ("c", "")])
        #expect(try tags(arn) == ["a=2", "b=3", "c="])
        var untag = UntagResource()
        untag.arn = arn
        untag.keys = ["a", "x"]
        _ = try bench.run(.untagResource(untag))
        #expect(try tags(arn) == ["b=3", "c="])
    }

    @Test func tagsHaveRules() throws {
        let arn = try bench.createTopic("orders")
        #expect(throws: BrokerError.invalidParameter("Duplicated keys are not allowed.")) {
            try tag(arn, [("a", "1"), ("a", "2")])
        }
        let missing =
            "1 validation error detected: Value null at 'tags' failed to satisfy constraint: "
            + "Member must not be null"
        #expect(throws: BrokerError(.validationError, missing)) { try tag(arn, nil) }
        let quota = BrokerError(
            .tagLimitExceeded, "Could not complete request: tag quota of per resource exceeded")
        let many = (0..<50).map { (key: "k\($0)", value: "v") }
        try tag(arn, many)
        #expect(throws: quota) { try tag(arn, [("one", "more")]) }
        #expect(throws: quota) { try bench.createTopic("x", tags: many + [("one", "more")]) }
        #expect(throws: BrokerError(.resourceNotFound, "Resource does not exist")) {
            try tag(arn + "x", many)
        }
        #expect(throws: BrokerError.self) { try tag(arn, [("aws:x", "y")]) }
    }

    @Test func aDataProtectionPolicyIsKept() throws {
        let arn = try bench.createTopic("orders")
        let policy = #"{"Name":"p","Version":"2021-06-01","Statement":[]}"#
        let read = { () throws -> String in
            let outcome = try bench.run(.getDataProtectionPolicy(bench.request(arn)))
            guard case .dataProtectionPolicy(let text) = outcome else { return "?" }
            return text
        }
        #expect(try read() == "")
        var put = PutDataProtectionPolicy()
        put.resourceARN = arn
        put.policy = policy
        _ = try bench.run(.putDataProtectionPolicy(put))
        #expect(try read() == policy)
        put.policy = "nonsense"
        #expect(
            throws: BrokerError.invalidParameter(
                "DataProtectionPolicy Reason: failed to parse JSON.")
        ) {
            try bench.run(.putDataProtectionPolicy(put))
        }
    }
}
