import Bytes

/// Subscribe.
extension Broker {
    mutating func perform(
        _ subscribe: Subscribe, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> String {
        let topic = try topic(named: subscribe.topicARN, from: caller)
        let protocolName = subscribe.protocolName ?? ""
        guard let protocolKind = SubscriptionProtocol(name: protocolName) else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: Amazon SNS does not support this protocol string: "
                    + protocolName)
        }
        let endpoint = subscribe.endpoint ?? ""
        try checkEndpoint(endpoint, protocolKind, of: topic)
        let context = SubscriptionContext(
            topic: topic, protocolKind: protocolKind, endpoint: endpoint, owner: caller.account)
        let settings: SubscriptionSettings
        do {
            settings = try SubscriptionSettings.creating(subscribe.attributes, in: context)
        } catch {
            throw error.amongOthers
        }
        if let existing = topics.subscription(to: topic, protocolKind, endpoint) {
            guard existing.settings.agrees(with: settings, onNamed: subscribe.attributes) else {
                throw AttributeFault("Subscription already exists with different attributes")
                    .amongOthers
            }
            remind(existing, at: now, into: sink)
            return answer(to: subscribe, existing)
        }
        let needsConfirmation = Self.asksConsent(protocolKind)
        try checkLimits(of: topic, settings, isPending: needsConfirmation)
        let image = SubscriptionImage(
            number: UInt32(topics.subscriptions.count), topic: topic.number,
            id: entropy.nextMessageID(), owner: caller.account, protocolKind: protocolKind,
            endpoint: endpoint,
            condition: SubscriptionCondition(
                settings: settings,
                state: needsConfirmation
                    ? .pending(until: now.instant.adding(seconds: TopicLimits.tokenSeconds))
                    : .confirmed,
                token: entropy.next(), confirmationWasAuthenticated: !needsConfirmation))
        change(
            to: image, owesConfirmation: needsConfirmation,
            startsReplay: settings.replayPolicy != nil && !needsConfirmation, at: now, into: sink)
        guard let subscription = topics.subscriptions[Int(image.number)] else {
            preconditionFailure("a subscription is there when it was made")
        }
        return answer(to: subscribe, subscription)
    }

    /// What Subscribe answers: the ARN, once it is confirmed or when it was asked for.
    private func answer(to subscribe: Subscribe, _ subscription: Subscription) -> String {
        subscription.state == .confirmed || subscribe.returnSubscriptionARN
            ? subscription.arn : "pending confirmation"
    }

    /// An endpoint that is subscribed again while it has not confirmed is asked again.
    private mutating func remind(
        _ subscription: Subscription, at now: Moment, into sink: any RecordSink
    ) {
        guard subscription.state != .confirmed else { return }
        var image = SubscriptionImage(subscription)
        image.condition.state = .pending(
            until: now.instant.adding(seconds: TopicLimits.tokenSeconds))
        change(to: image, owesConfirmation: true, at: now, into: sink)
    }

    /// Whether the endpoints of a protocol are asked. Others have a policy of their own to refuse
    /// what they do not want.
    private static func asksConsent(_ protocolKind: SubscriptionProtocol) -> Bool {
        switch protocolKind {
        case .http, .https, .email, .emailJSON: true
        case .sqs, .lambda, .firehose, .sms, .application: false
        }
    }

    /// Refuses one more subscription where there are too many.
    func checkLimits(
        of topic: Topic, _ settings: SubscriptionSettings, isPending: Bool
    ) throws(BrokerError) {
        let limit =
            topic.settings.isFIFO ? TopicLimits.fifoSubscriptions : TopicLimits.subscriptions
        let pendingCount = topics.namespace(of: topic).pendingCount
        guard topic.subscriptions.count < limit,
            !isPending || pendingCount < TopicLimits.pendingSubscriptions
        else {
            throw BrokerError(
                .subscriptionLimitExceeded,
                "The limit of subscriptions has been reached.")
        }
        if settings.filterPolicy != nil { try checkFilterPolicyLimits(of: topic) }
    }

    /// Refuses one more filter policy where there are too many.
    func checkFilterPolicyLimits(of topic: Topic) throws(BrokerError) {
        guard topic.filterPolicyCount < TopicLimits.filterPoliciesOfTopic,
            topics.namespace(of: topic).filterPolicyCount < TopicLimits.filterPoliciesOfAccount
        else {
            throw BrokerError(
                .filterPolicyLimitExceeded,
                "The limit of filter policies has been reached.")
        }
    }
}
