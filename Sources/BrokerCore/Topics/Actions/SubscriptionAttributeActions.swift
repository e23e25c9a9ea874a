import Bytes

/// GetSubscriptionAttributes, SetSubscriptionAttributes, ListSubscriptions,
/// ListSubscriptionsByTopic.
extension Broker {
    func attributes(of subscription: Subscription) -> [(name: String, value: String)] {
        let owner = subscription.owner.description
        var list: [(name: String, value: String)] = [
            ("SubscriptionArn", subscription.arn),
            ("TopicArn", subscription.topic.arn),
            ("Protocol", subscription.protocolKind.name),
            ("Endpoint", subscription.shownEndpoint),
            ("Owner", owner),
            ("SubscriptionPrincipal", "arn:aws:iam::\(owner):root"),
            ("PendingConfirmation", String(subscription.state != .confirmed)),
            (
                "ConfirmationWasAuthenticated",
                String(subscription.confirmationWasAuthenticated)
            ),
        ]
        list += subscription.settings.attributes
        if [.http, .https].contains(subscription.protocolKind) {
            list.append(
                (
                    "EffectiveDeliveryPolicy",
                    DeliveryPolicy.effectiveText(
                        ofSubscription: subscription.settings.deliveryPolicy,
                        topic: subscription.topic.settings.deliveryPolicy)
                ))
        }
        // One that was broken off may still catch up, which is nobody's replay.
        guard subscription.settings.replayPolicy != nil else { return list }
        if subscription.replay != nil {
            list.append(("ReplayStatus", "In progress"))
        } else if subscription.hasReplayed {
            list.append(("ReplayStatus", "Completed"))
        }
        return list
    }

    mutating func performSetSubscriptionAttributes(
        _ set: SetAttribute, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let subscription = try subscription(set.arn, from: caller)
        let context = SubscriptionContext(
            topic: subscription.topic, protocolKind: subscription.protocolKind,
            endpoint: subscription.endpoint, owner: subscription.owner)
        var image = SubscriptionImage(subscription)
        do {
            try image.condition.settings.set(set.name ?? "", set.value ?? "", in: context)
        } catch {
            throw error.alone
        }
        let settings = image.condition.settings
        if settings.filterPolicy != nil, subscription.settings.filterPolicy == nil {
            try checkFilterPolicyLimits(of: subscription.topic)
        }
        change(
            to: image,
            startsReplay: set.name == "ReplayPolicy" && settings.replayPolicy != nil
                && subscription.state == .confirmed,
            at: now, into: sink)
    }

    /// The subscriptions that the caller owns, oldest first.
    func performListSubscriptions(
        _ list: ListRequest, from caller: Caller
    ) throws(BrokerError) -> TopicOutcome {
        try page(
            of: topics.namespace(caller.account, caller.region).subscriptions, list.nextToken,
            in: .subscriptions)
    }

    func performListSubscriptionsByTopic(
        _ list: ListRequest, from caller: Caller
    ) throws(BrokerError) -> TopicOutcome {
        try page(
            of: topic(named: list.arn, from: caller).subscriptions, list.nextToken,
            in: .subscriptionsOfTopic)
    }

    /// A page of those that have not ended. It is shorter than it could be when very many that come
    /// next belong to topics that were just deleted.
    private func page(
        of numbers: SortedNumbers, _ token: String?, in listing: PageToken.Listing
    ) throws(BrokerError) -> TopicOutcome {
        var page: [SubscriptionDescription] = []
        var last: UInt32 = try PageToken.decodeNumber(token, in: listing)
        var hasMore = false
        var left = max(configuration.stepsPerTick * 4, TopicLimits.pageEntries)
        numbers.forEach(above: last) { number in
            let subscription = topics.subscriptions[Int(number)]
            let isShown = subscription?.hasEnded == false
            hasMore = left == 0 || (isShown && page.count == TopicLimits.pageEntries)
            guard !hasMore else { return false }
            left -= 1
            last = number
            if isShown, let subscription { page.append(subscription.description) }
            return true
        }
        return .subscriptions(
            page, nextToken: hasMore ? PageToken.encode(after: String(last), in: listing) : nil)
    }
}

extension Subscription {
    /// As the lists show it.
    fileprivate var description: SubscriptionDescription {
        SubscriptionDescription(
            arn: state == .confirmed ? arn : "PendingConfirmation", owner: owner,
            protocolName: protocolKind.name, endpoint: shownEndpoint, topicARN: topic.arn)
    }
}
