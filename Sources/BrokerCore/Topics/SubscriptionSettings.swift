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
