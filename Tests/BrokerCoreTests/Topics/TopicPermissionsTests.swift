import Bytes
import Testing

@testable import BrokerCore

/// Permissions, tags and the data protection policy.
@Suite struct TopicPermissionsTests {
    let bench = TopicBench()

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

    @Test func aTopicIsCreatedWithADataProtectionPolicy() throws {
        var create = CreateTopic()
        create.name = "orders"
        create.dataProtectionPolicy = #"{"Statement":[]}"#
        _ = try bench.run(.createTopic(create))
        let read = try bench.run(.getDataProtectionPolicy(bench.request(bench.arn("orders"))))
        guard case .dataProtectionPolicy(#"{"Statement":[]}"#) = read else {
            Issue.record("the policy is another: \(read)")
            return
        }
        #expect(try bench.recoveredState() == bench.state)
        create.name = "others"
        create.dataProtectionPolicy = "{\"Statement\":\"" + String(repeating: "x", count: 30_720)
        #expect(
            throws: BrokerError.invalidParameter(
                "Attributes Reason: DataProtectionPolicy Reason: must be at most 30720 bytes long")
        ) { try bench.run(.createTopic(create)) }
        #expect(try bench.topics() == [bench.arn("orders")])
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
