/// The access policy of a queue: what the Policy attribute may be, and what AddPermission and
/// RemovePermission make of it. Access is not decided here.
public enum QueuePolicy {
    /// Checks a value of the Policy attribute, which is not empty.
    public static func validate(_ text: String) throws(BrokerError) {
        guard text.utf8.count <= QueueLimits.policyBytes,
            let policy = JSONValue(parsing: text), isValid(policy)
        else { throw invalid }
    }

    /// The policy `text` with the statement that AddPermission asks for.
    public static func adding(
        _ permission: AddPermission, to text: String?, queueARN: String
    ) throws(BrokerError) -> String {
        let statement = try statement(permission, queueARN: queueARN)
        var policy =
            text.flatMap { JSONValue(parsing: $0) }
            ?? .object([
                JSONValue.Member("Version", .string("2008-10-17")),
                JSONValue.Member("Id", .string(queueARN + "/SQSDefaultPolicy")),
            ])
        var statements = policy["Statement"]?.elements ?? []
        guard !statements.contains(where: { $0["Sid"] == statement["Sid"] }) else {
            throw .invalidValue(
                permission.label ?? "", parameter: "Label", reason: "Already exists.")
        }
        statements.append(statement)
        guard statements.count <= QueueLimits.policyStatements else {
            throw BrokerError(
                .overLimit,
                "\(statements.count) Statements were found, maximum allowed is "
                    + "\(QueueLimits.policyStatements).")
        }
        policy.setStatements(statements)
        let result = policy.description
        try validate(result)
        return result
    }

    /// The policy `text` without the statement that RemovePermission names; nil when none is left.
    public static func removing(
        label: String?, from text: String?
    ) throws(BrokerError) -> String? {
        guard let label else { throw .missing(parameter: "Label") }
        guard var policy = text.flatMap({ JSONValue(parsing: $0) }) else {
            throw notFound(label)
        }
        let statements = policy["Statement"]?.elements ?? []
        let kept = statements.filter { $0["Sid"]?.text != label }
        guard kept.count < statements.count else { throw notFound(label) }
        guard !kept.isEmpty else { return nil }
        policy.setStatements(kept)
        return policy.description
    }

    private static func notFound(_ label: String) -> BrokerError {
        .invalidValue(label, parameter: "Label", reason: "can't find label.")
    }

    private static let invalid = BrokerError(
        .invalidAttributeValue, "Invalid value for the parameter Policy.")
}

/// What AddPermission adds.
extension QueuePolicy {
    /// The actions that a queue's owner can let others do.
    private static let grantable: Set<String> = [
        "*", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl",
        "ListDeadLetterSourceQueues", "PurgeQueue", "ReceiveMessage", "SendMessage",
    ]

    /// The actions that no permission extends to other accounts.
    private static let ownersOnly: Set<String> = [
        "AddPermission", "CancelMessageMoveTask", "CreateQueue", "DeleteQueue",
        "ListMessageMoveTasks", "ListQueues", "ListQueueTags", "RemovePermission",
        "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue",
    ]

    private static func statement(
        _ permission: AddPermission, queueARN: String
    ) throws(BrokerError) -> JSONValue {
        guard let label = permission.label else { throw .missing(parameter: "Label") }
        guard QueueName.isPlain(label) else {
            throw .invalidValue(
                label, parameter: "Label",
                reason: "Can only include alphanumeric characters, hyphens, or underscores. "
                    + "1 to 80 in length")
        }
        try checkActions(permission.actions)
        let accounts = permission.accountIDs
        guard !accounts.isEmpty, accounts.allSatisfy(AccessPolicy.isAccount) else {
            let refused = accounts.filter { !AccessPolicy.isAccount($0) }.joined(separator: ", ")
            throw .invalidValue(
                "[\(refused)]", parameter: "PrincipalId", reason: "Unable to verify.")
        }
        return AccessPolicy.statement(
            label: label, accounts: accounts, actions: permission.actions.map { "SQS:\($0)" },
            resource: queueARN)
    }

    private static func checkActions(_ actions: [String]) throws(BrokerError) {
        guard !actions.isEmpty else { throw .missing(parameter: "Actions") }
        guard actions.count <= QueueLimits.policyActions else {
            throw BrokerError(
                .overLimit,
                "\(actions.count) Actions were found, maximum allowed is "
                    + "\(QueueLimits.policyActions).")
        }
        for action in actions where !grantable.contains(action) {
            // The space at the end is AWS's.
            throw .invalidValue(
                "SQS:\(action)", parameter: "ActionName",
                reason: ownersOnly.contains(action)
                    ? "Only the queue owner is allowed to invoke this action."
                    : "Please refer to the appropriate WSDL for a list of valid actions. ")
        }
    }
}

/// What a policy may be.
extension QueuePolicy {
    private static func isValid(_ policy: JSONValue) -> Bool {
        guard AccessPolicy.hasShape(policy), AccessPolicy.isInScope(policy, service: "sqs") else {
            return false
        }
        let statements = policy["Statement"]?.elements ?? []
        let principals = statements.reduce(0) { $0 + principalCount(of: $1) }
        let conditions = statements.reduce(0) { $0 + conditionCount(of: $1) }
        return statements.count <= QueueLimits.policyStatements
            && principals <= QueueLimits.policyPrincipals
            && conditions <= QueueLimits.policyConditions
            && statements.allSatisfy {
                AccessPolicy.actions(of: $0).count <= QueueLimits.policyActions
            }
    }

    private static func principalCount(of statement: JSONValue) -> Int {
        switch statement["Principal"] ?? statement["NotPrincipal"] {
        case .object(let members): members.reduce(0) { $0 + $1.value.elements.count }
        case .none: 0
        case .some(let principal): principal.elements.count
        }
    }

    private static func conditionCount(of statement: JSONValue) -> Int {
        guard case .object(let operators) = statement["Condition"] else { return 0 }
        return operators.reduce(0) { count, member in
            guard case .object(let keys) = member.value else { return count + 1 }
            return count + keys.count
        }
    }
}
