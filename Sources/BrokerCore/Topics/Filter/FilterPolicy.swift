/// What a filter policy looks at.
public enum FilterPolicyScope: String, Sendable {
    /// The message attributes, the default.
    case messageAttributes = "MessageAttributes"
    /// The members of the message's body.
    case messageBody = "MessageBody"
}

/// A filter policy, compiled: which messages a subscription wants.
public final class FilterPolicy: Sendable {
    /// The policy as it was sent.
    public let text: String
    /// What the policy looks at.
    public let scope: FilterPolicyScope

    /// Compiles a policy; an empty object matches every message.
    public init(_ text: String, scope: FilterPolicyScope) throws(FilterPolicyError) {
        self.text = text
        self.scope = scope
        guard JSONValue(parsing: text) != nil else {
            throw FilterPolicyError("failed to parse JSON.")
        }
    }

    /// Whether the policy wants the message.
    func matches(_ facts: inout MessageFacts) -> Bool { true }
}
