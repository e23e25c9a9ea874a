/// What a delivery goes by: the subscription's policy, else the topic's, else the default of the
/// protocol.
struct RetryPlan: Sendable, Equatable {
    var rules = RetryRules()
    /// Deliveries per second; nil for no limit.
    var maxReceivesPerSecond: Int?
    /// The Content-Type of notifications.
    var contentType = DeliveryPolicy.defaultContentType

    /// The archive is local: what fails is tried again every second, practically for ever.
    static let archive = RetryPlan(
        rules: RetryRules(
            minimumDelay: 1, maximumDelay: 1, immediateRetries: 0, preBackoffRetries: 0,
            backoffRetries: 0, postBackoffRetries: 1 << 40, backoff: .linear))

    /// How long to wait before the next attempt, in milliseconds; nil when there is none left.
    ///
    /// - Parameters:
    ///   - attempts: How many attempts have failed, from 1.
    ///   - jitter: Random bits. They lengthen the delay by up to a tenth, so that what failed
    ///     together does not come back together.
    func delay(afterAttempts attempts: Int, jitter: UInt64) -> UInt64? {
        guard let delay = rules.delay(ofRetry: attempts) else { return nil }
        return delay + delay * (jitter % 1024) / 10_240
    }
}

extension RetryPlan {
    /// The plan of AWS for a protocol whose deliveries have no policy of their own.
    init(for protocolKind: SubscriptionProtocol) {
        switch protocolKind {
        case .sqs, .lambda, .firehose: self.init(rules: .managedByAWS)
        case .email, .emailJSON, .sms, .application: self.init(rules: .managedByCustomer)
        case .http, .https: self.init()
        }
    }
}

extension Broker {
    /// The plan by which deliveries to a subscription are made.
    func retryPlan(for subscription: Subscription) -> RetryPlan { subscription.retryPlan }
}

extension Subscription {
    /// The plan by which deliveries are made.
    var retryPlan: RetryPlan {
        guard [.http, .https].contains(protocolKind) else { return RetryPlan(for: protocolKind) }
        let topic = topic.settings.deliveryPolicy
        let own = topic?.disablesSubscriptionOverrides == true ? nil : settings.deliveryPolicy
        var plan = RetryPlan(
            rules: own?.retry ?? topic?.retry ?? RetryRules(),
            maxReceivesPerSecond: own?.maxReceivesPerSecond ?? topic?.maxReceivesPerSecond)
        if let type = own?.contentType ?? topic?.contentType,
            settings.rawMessageDelivery || DeliveryPolicy.isOfEnvelopes(type)
        {
            plan.contentType = type
        }
        return plan
    }
}
