/// The subscriptions of one topic by their filter policies.
final class SubscriptionFilters {
    private var policies: [UInt32: FilterPolicy?] = [:]

    init() {}

    /// Enters a subscription, or gives it another policy; without one it wants every message.
    func insert(_ subscription: UInt32, _ policy: FilterPolicy?) {
        policies.updateValue(policy, forKey: subscription)
    }

    /// Forgets a subscription; one that is not there stays away.
    func remove(_ subscription: UInt32) { policies[subscription] = nil }

    /// Appends the subscriptions that want the message, in ascending order.
    func matching(_ facts: inout MessageFacts, into matches: inout [UInt32]) {
        for (subscription, policy) in policies.sorted(by: { $0.key < $1.key })
        where policy?.matches(&facts) ?? true {
            matches.append(subscription)
        }
    }
}
