import Bytes

/// ConfirmSubscription, Unsubscribe, and the tokens between them.
extension Broker {
    /// A subscription's token as links carry it: the digits of its number and its secret.
    func tokenText(of subscription: Subscription) -> String {
        var writer = ByteWriter(capacity: 40)
        writer.append(hex: subscription.number.bigEndianBytes.view)
        writer.append(hexLittleEndian: subscription.token.first)
        writer.append(hexLittleEndian: subscription.token.second)
        return writer.view.string
    }

    /// The subscription of a token; one that has ended when it can be taken back.
    private func subscription(ofToken text: String) throws(BrokerError) -> Subscription {
        guard text.utf8.count >= 40,
            text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
        else { throw BrokerError(.invalidParameter, "Invalid token") }
        guard let number = UInt32(text.prefix(8), radix: 16),
            Int(number) < topics.subscriptions.count,
            let subscription = topics.subscriptions[Int(number)], !subscription.isUnused,
            tokenText(of: subscription) == text.lowercased()
        else { throw BrokerError(.invalidParameter, "Invalid parameter: Token") }
        return subscription
    }

    mutating func perform(
        _ confirm: ConfirmSubscription, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> String {
        let elements = try Self.elements(ofARN: confirm.topicARN, named: "TopicArn")
        let subscription = try subscription(ofToken: confirm.token ?? "")
        let topic = subscription.topic
        guard elements[3] == topic.identity.region else {
            throw BrokerError(.invalidParameter, "Invalid parameter: Topic")
        }
        guard !topic.isDeleted else { throw BrokerError(.notFound, "Topic does not exist") }
        let asksAuthentication: Bool
        do {
            asksAuthentication = try AttributeFault.boolean(
                confirm.authenticateOnUnsubscribe ?? "false", of: "AuthenticateOnUnsubscribe")
        } catch {
            throw error.alone
        }
        var image = SubscriptionImage(subscription)
        image.condition.state = .confirmed
        image.condition.confirmationWasAuthenticated = confirm.isAuthenticated
        image.condition.authenticatesOnUnsubscribe = asksAuthentication && confirm.isAuthenticated
        switch subscription.state {
        case .confirmed: return subscription.arn
        case .pending(let until):
            guard now.instant < until else { throw .invalidParameter("Token") }
        case .ended:
            guard let until = subscription.isRetakeableUntil, now.instant < until else {
                throw .invalidParameter("Token")
            }
            let existing = topics.subscription(
                to: topic, subscription.protocolKind, subscription.endpoint)
            if let existing { return existing.arn }
            try checkLimits(of: topic, subscription.settings, isPending: false)
            image.number = UInt32(topics.subscriptions.count)
            image.condition.token = entropy.next()
        }
        change(
            to: image, startsReplay: image.condition.settings.replayPolicy != nil, at: now,
            into: sink)
        return subscription.arn
    }

    /// A subscription that is not there has ended already.
    mutating func perform(
        _ unsubscribe: Unsubscribe, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        guard let subscription = try existingSubscription(unsubscribe.subscriptionARN) else {
            return
        }
        guard unsubscribe.isAuthenticated || !subscription.authenticatesOnUnsubscribe else {
            throw BrokerError(
                .authorizationError,
                "Unsubscribe of this subscription requires an authenticated request")
        }
        end(subscription, at: now, into: sink)
    }
}

extension UInt32 {
    /// The four bytes, the highest first.
    fileprivate var bigEndianBytes: ByteWriter {
        var writer = ByteWriter(capacity: 4)
        writer.append(littleEndian: byteSwapped)
        return writer
    }
}
