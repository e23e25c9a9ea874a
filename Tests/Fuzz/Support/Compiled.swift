import Bytes

@testable import BrokerCore

/// A policy that was found to be valid, in every form it can be asked in.
struct Compiled {
    private let policy: FilterPolicy
    private let filters = SubscriptionFilters()
    /// The policy as a tree; nil when it names a member twice.
    let tree: JSONValue?

    /// Nil when it is refused; then it is refused with a text that ends with where.
    init?(_ text: String, _ scope: FilterPolicyScope) {
        tree = JSONValue(parsing: text)
        do throws(FilterPolicyError) {
            policy = try FilterPolicy(text, scope: scope)
        } catch {
            promise(!error.message.isEmpty, "a reason is given")
            return nil
        }
        if let tree {
            promise(
                (try? FilterPolicy(tree.description, scope: scope)) != nil,
                "\(text) is valid, but not as it is printed")
        }
        filters.insert(7, policy)
        filters.insert(9, nil)
        // Neighbours in the index.
        filters.insert(3, try? FilterPolicy(#"{"a":["x"]}"#, scope: scope))
        filters.insert(5, try? FilterPolicy(#"{"b":[1]}"#, scope: scope))
    }

    /// Whether it wants the message.
    func matches(_ facts: inout MessageFacts) -> Bool {
        let matches = policy.matches(&facts)
        var found: [UInt32] = []
        filters.matching(&facts, into: &found)
        promise(found.contains(7) == matches, "the index finds what matches")
        promise(found.contains(9), "no policy is every message")
        promise(found == found.sorted(), "in ascending order")
        if let tree, let printed = try? FilterPolicy(tree.description, scope: policy.scope) {
            promise(printed.matches(&facts) == matches, "as printed it matches the same")
        }
        return matches
    }
}
