import Bytes

/// What can be set of a subscription, validated.
struct SubscriptionSettings: Sendable {
    var rawMessageDelivery = false
    var filterPolicy: FilterPolicy?
    /// Kept also while there is no filter policy.
    var filterPolicyScope = FilterPolicyScope.messageAttributes
    var deliveryPolicy: DeliveryPolicy?
    /// The dead-letter queue of the RedrivePolicy.
    var deadLetterQueue: QueueIdentity?
    /// The RedrivePolicy as it was set.
    var redrivePolicy: String?
    var subscriptionRoleARN: String?
    /// The ReplayPolicy as it was set.
    var replayPolicy: String?
}

/// What of a subscription can change: its settings, and how far its endpoint has agreed.
struct SubscriptionCondition {
    var settings: SubscriptionSettings
    var state: Subscription.State
    var token: Hash128
    var confirmationWasAuthenticated = false
    var authenticatesOnUnsubscribe = false
}

extension Subscription {
    /// Everything that can change, as one value.
    var condition: SubscriptionCondition {
        get {
            SubscriptionCondition(
                settings: settings, state: state, token: token,
                confirmationWasAuthenticated: confirmationWasAuthenticated,
                authenticatesOnUnsubscribe: authenticatesOnUnsubscribe)
        }
        set {
            settings = newValue.settings
            state = newValue.state
            token = newValue.token
            confirmationWasAuthenticated = newValue.confirmationWasAuthenticated
            authenticatesOnUnsubscribe = newValue.authenticatesOnUnsubscribe
        }
    }
}
