import Bytes

// What publishing and delivering need of the catalog of topics; the catalog's files replace each.

extension Broker {
    /// Puts a topic into the snapshot in progress before it changes.
    mutating func touch(_ topic: Topic) {}

    /// The topic that a request names.
    func topic(
        named arn: String?, from caller: Caller, parameter: String
    ) throws(BrokerError) -> Topic {
        throw BrokerError(.notFound, "Topic does not exist")
    }

    /// What deliveries to a subscription go by.
    func retryPlan(for subscription: Subscription) -> RetryPlan { RetryPlan() }

    /// The token of a subscription as links show it.
    func tokenText(of subscription: Subscription) -> String { "" }

    /// Forgets a subscription that has ended and is owed nothing.
    mutating func releaseIfUnused(_ subscription: Subscription) {}

    /// Refuses a phone number that no message can be published to.
    func checkPhoneNumber(_ number: String, from caller: Caller) throws(BrokerError) {}

    /// Refuses the ARN of a platform endpoint that no message can be published to.
    func checkDevice(_ arn: String, from caller: Caller) throws(BrokerError) {}
}

extension RetryPlan {
    /// The plan of AWS for a protocol whose deliveries have no policy of their own.
    init(for protocolKind: SubscriptionProtocol) { self.init() }

    /// The archive is local: what fails is tried again every second, for ever.
    static var archive: RetryPlan { RetryPlan() }
}

/// Who wants to know what became of deliveries.
struct Feedback {
    var successRoleARN: String?
    var failureRoleARN: String?
    /// Percent of the successes.
    var successSampleRate: Int
}

extension TopicSettings {
    /// The delivery status attributes for a protocol.
    func feedback(for protocolKind: SubscriptionProtocol) -> Feedback {
        Feedback(successRoleARN: nil, failureRoleARN: nil, successSampleRate: 0)
    }
}
