import Bytes

/// Finding what an ARN in a request names.
extension Broker {
    /// The elements of an ARN, of which there are at least six.
    static func elements(
        ofARN arn: String?, named parameter: String
    ) throws(BrokerError) -> [Substring] {
        guard let arn else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: \(parameter) Reason: no value for required parameter")
        }
        let elements = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard elements.count >= 6 else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: \(parameter) Reason: An ARN must have at least 6 elements, "
                    + "not \(elements.count)")
        }
        return elements
    }

    /// The topic that an ARN may name.
    ///
    /// - Throws: `invalidParameter` unless it is the ARN of a topic in the caller's region.
    func topicIdentity(
        _ arn: String?, named parameter: String = "TopicArn", from caller: Caller
    ) throws(BrokerError) -> TopicIdentity {
        _ = try Self.elements(ofARN: arn, named: parameter)
        guard let identity = arn.flatMap({ TopicIdentity(arn: $0) }),
            identity.region == caller.region
        else { throw BrokerError(.invalidParameter, "Invalid parameter: \(parameter)") }
        return identity
    }

    /// The topic that a request names.
    func topic(
        named arn: String?, from caller: Caller, parameter: String = "TopicArn"
    ) throws(BrokerError) -> Topic {
        // An ARN as clients were told it needs no parsing.
        if let known = arn.flatMap({ topics.topic(arn: $0) }),
            known.identity.region == caller.region
        {
            return known
        }
        guard let topic = topics.topic(try topicIdentity(arn, named: parameter, from: caller))
        else { throw BrokerError(.notFound, "Topic does not exist") }
        return topic
    }

    /// The topic whose tags a request names.
    func taggedTopic(_ arn: String?, from caller: Caller) throws(BrokerError) -> Topic {
        let identity = try topicIdentity(arn, named: "ResourceArn", from: caller)
        guard let topic = topics.topic(identity) else {
            throw BrokerError(.resourceNotFound, "Resource does not exist")
        }
        return topic
    }

    /// The subscription, pending or confirmed, that a request names; nil when there is none.
    ///
    /// - Throws: `invalidParameter` unless the ARN has the form of a subscription's.
    func existingSubscription(_ arn: String?) throws(BrokerError) -> Subscription? {
        let elements = try Self.elements(ofARN: arn, named: "SubscriptionArn")
        guard elements.count == 7 else {
            throw BrokerError(.invalidParameter, "Invalid parameter: SubscriptionId")
        }
        guard let id = MessageID(uuid: elements[6]), let subscription = topics.subscription(id),
            subscription.arn == arn
        else { return nil }
        return subscription
    }

    /// The subscription that a request names.
    func subscription(_ arn: String?, from caller: Caller) throws(BrokerError) -> Subscription {
        guard let subscription = try existingSubscription(arn),
            subscription.topic.identity.region == caller.region
        else { throw BrokerError(.notFound, "Subscription does not exist") }
        return subscription
    }
}
