/// What the access policies of queues and topics have in common: their shape, and the statements
/// that AddPermission makes.
enum AccessPolicy {
    /// Whether a policy is built as IAM wants it; what its actions are is another question.
    static func hasShape(_ policy: JSONValue) -> Bool {
        guard case .object = policy, let statement = policy["Statement"] else { return false }
        if let version = policy["Version"] {
            guard ["2008-10-17", "2012-10-17"].contains(version.text) else { return false }
        }
        return !statement.elements.isEmpty && statement.elements.allSatisfy(isStatement)
    }

    private static func isStatement(_ statement: JSONValue) -> Bool {
        guard case .object = statement else { return false }
        guard ["Allow", "Deny"].contains(statement["Effect"]?.text) else { return false }
        guard statement["Principal"] != nil || statement["NotPrincipal"] != nil else {
            return false
        }
        let actions = actions(of: statement)
        return !actions.isEmpty && actions.allSatisfy { $0.text != nil }
    }

    /// The actions of a statement, as they stand there.
    static func actions(of statement: JSONValue) -> [JSONValue] {
        (statement["Action"] ?? statement["NotAction"])?.elements ?? []
    }

    /// Whether all actions of a policy are those of a service, such as `sqs`.
    static func isInScope(_ policy: JSONValue, service: String) -> Bool {
        (policy["Statement"]?.elements ?? []).allSatisfy { statement in
            actions(of: statement).allSatisfy { action in
                guard let text = action.text?.lowercased() else { return false }
                return text == "*" || text.hasPrefix(service + ":")
            }
        }
    }

    /// The statement by which accounts may do something; scalars where there is one of each.
    static func statement(
        label: String, accounts: [String], actions: [String], resource: String
    ) -> JSONValue {
        .object([
            JSONValue.Member("Sid", .string(label)),
            JSONValue.Member("Effect", .string("Allow")),
            JSONValue.Member(
                "Principal",
                .object([
                    JSONValue.Member(
                        "AWS", scalarOrList(accounts.map { "arn:aws:iam::\($0):root" }))
                ])),
            JSONValue.Member("Action", scalarOrList(actions)),
            JSONValue.Member("Resource", .string(resource)),
        ])
    }

    /// Whether a text has the twelve digits of an account.
    static func isAccount(_ text: String) -> Bool {
        text.utf8.count == 12 && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    private static func scalarOrList(_ texts: [String]) -> JSONValue {
        texts.count == 1 ? .string(texts[0]) : .array(texts.map(JSONValue.string))
    }
}

extension JSONValue {
    /// Puts the list of statements where the policy has them, or at its end.
    mutating func setStatements(_ statements: [JSONValue]) {
        guard case .object(var members) = self else { return }
        let member = Member("Statement", .array(statements))
        if let index = members.firstIndex(where: { $0.name == "Statement" }) {
            members[index] = member
        } else {
            members.append(member)
        }
        self = .object(members)
    }
}
