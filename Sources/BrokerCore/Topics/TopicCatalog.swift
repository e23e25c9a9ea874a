import Bytes

/// Topics and subscriptions, and how they are found.
final class TopicCatalog {
    /// Topics by number; nil once they are deleted and nothing refers to them.
    var topics: [Topic?] = [nil]
    /// Subscriptions by number; nil once they have ended and nothing is owed to them.
    var subscriptions: [Subscription?] = [nil]

    /// The topic of `identity`; nil when there is none.
    func topic(_ identity: TopicIdentity) -> Topic? { nil }
}
