import Bytes

/// What a filter policy looks at.
public enum FilterPolicyScope: String, Sendable {
    /// The message attributes, the default.
    case messageAttributes = "MessageAttributes"
    /// The members of the message's body.
    case messageBody = "MessageBody"
}

/// A filter policy, compiled: which messages a subscription wants.
///
/// See protocol-docs/filter-policies.md for what policies mean.
public final class FilterPolicy: Sendable {
    /// The policy as it was sent.
    public let text: String
    /// What the policy looks at.
    public let scope: FilterPolicyScope
    let tables: FilterTables

    /// Compiles a policy; an empty object matches every message.
    public init(_ text: String, scope: FilterPolicyScope) throws(FilterPolicyError) {
        self.text = text
        self.scope = scope
        tables = try PolicyCompiler.compile(text, scope: scope)
    }

    /// Whether it wants every message.
    var matchesEverything: Bool { tables.steps.isEmpty }

    /// Whether the policy wants the message.
    func matches(_ facts: inout MessageFacts) -> Bool {
        if matchesEverything { return true }
        switch scope {
        case .messageAttributes:
            facts.prepareAttributes()
            return matches(facts.attributes)
        case .messageBody:
            facts.prepareBody()
            return matches(facts.tape)
        }
    }

    private func matches(_ attributes: AttributeTable) -> Bool {
        // Not even `"exists": false` matches a message without attributes.
        if attributes.entries.isEmpty { return false }
        return tables.bytes.withByteView { bytes in
            let matcher = FilterMatcher(tables: tables, bytes: bytes)
            for alternative in tables.alternatives
            where matcher.matches(alternative, attributes) { return true }
            return false
        }
    }

    private func matches(_ tape: BodyTape) -> Bool {
        if tape.nodes.isEmpty { return false }
        return tables.bytes.withByteView { bytes in
            let matcher = FilterMatcher(tables: tables, bytes: bytes)
            for alternative in tables.alternatives
            where matcher.matches(alternative, tape, object: 0) { return true }
            return false
        }
    }
}
