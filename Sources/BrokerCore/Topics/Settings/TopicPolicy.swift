/// The access policy of a topic: what the Policy attribute may be, and what AddPermission and
/// RemovePermission make of it. Access is not decided here.
enum TopicPolicy {
    /// The actions that a permission can name.
    private static let grantable: Set<String> = [
        "AddPermission", "DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic", "Publish",
        "Receive", "RemovePermission", "SetTopicAttributes", "Subscribe",
    ]

    /// The policy of a topic for which none was set: its owner may do everything.
    static func standard(for identity: TopicIdentity) -> JSONValue {
        let actions = [
            "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission",
            "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish",
        ]
        let statement: [JSONValue.Member] = [
            JSONValue.Member("Sid", .string("__default_statement_ID")),
            JSONValue.Member("Effect", .string("Allow")),
            JSONValue.Member("Principal", .object([JSONValue.Member("AWS", .string("*"))])),
            JSONValue.Member("Action", .array(actions.map { .string("SNS:\($0)") })),
            JSONValue.Member("Resource", .string(identity.arn)),
            JSONValue.Member(
                "Condition",
                .object([
                    JSONValue.Member(
                        "StringEquals",
                        .object([
                            JSONValue.Member(
                                "AWS:SourceOwner", .string(identity.account.description))
                        ]))
                ])),
        ]
        return .object([
            JSONValue.Member("Version", .string("2008-10-17")),
            JSONValue.Member("Id", .string("__default_policy_ID")),
            JSONValue.Member("Statement", .array([.object(statement)])),
        ])
    }

    /// Checks a value of the Policy attribute, which is not empty.
    static func validate(_ text: String) throws(AttributeFault) {
        guard text.utf8.count <= TopicLimits.policyBytes, let policy = JSONValue(parsing: text),
            AccessPolicy.hasShape(policy)
        else { throw AttributeFault("Policy Error: null") }
        guard AccessPolicy.isInScope(policy, service: "sns") else {
            throw AttributeFault("Policy statement action out of service scope!")
        }
    }

    /// The policy of a topic with the statement that AddPermission asks for.
    static func adding(
        _ permission: AddTopicPermission, to text: String?, of identity: TopicIdentity
    ) throws(BrokerError) -> String {
        do throws(AttributeFault) {
            guard let label = permission.label, !label.isEmpty else {
                throw AttributeFault("Label")
            }
            var policy = text.flatMap { JSONValue(parsing: $0) } ?? standard(for: identity)
            var statements = policy["Statement"]?.elements ?? []
            guard !statements.contains(where: { $0["Sid"]?.text == label }) else {
                throw AttributeFault("Statement already exists")
            }
            guard !permission.accountIDs.isEmpty,
                permission.accountIDs.allSatisfy(AccessPolicy.isAccount)
            else { throw AttributeFault("Policy Error: PrincipalNotFound") }
            guard !permission.actions.isEmpty, permission.actions.allSatisfy(grantable.contains)
            else { throw AttributeFault("Policy statement action out of service scope!") }
            statements.append(
                AccessPolicy.statement(
                    label: label, accounts: permission.accountIDs,
                    actions: permission.actions.map { "SNS:\($0)" }, resource: identity.arn))
            policy.setStatements(statements)
            let result = policy.description
            try validate(result)
            return result
        } catch {
            throw error.alone
        }
    }

    /// The policy of a topic without the statement that RemovePermission names, which need not be
    /// there; nil stays nil.
    static func removing(
        label: String?, from text: String?, of identity: TopicIdentity
    ) throws(BrokerError) -> String? {
        guard let label, !label.isEmpty else { throw AttributeFault("Label").alone }
        var policy = text.flatMap { JSONValue(parsing: $0) } ?? standard(for: identity)
        let statements = policy["Statement"]?.elements ?? []
        let kept = statements.filter { $0["Sid"]?.text != label }
        guard kept.count < statements.count else { return text }
        policy.setStatements(kept)
        return policy.description
    }
}
