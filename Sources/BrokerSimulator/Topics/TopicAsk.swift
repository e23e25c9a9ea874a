/// What a client asks of topics.
enum TopicAsk {
    /// What a token is good for.
    enum TokenUse {
        case first
        /// It takes back a subscription that was ended.
        case again
        /// For nothing: its life of the subscription is over.
        case stale
    }

    /// One attribute of a subscription, and what it becomes.
    enum Change {
        case rule(FilterRule?)
        case scope(isOnBody: Bool)
        case raw(Bool)
        case retries(Int)
    }

    case create(SimulatedTopic)
    case delete(SimulatedTopic)
    case archive(SimulatedTopic, Bool)
    case subscribe(SimulatedSubscription)
    case confirm(SimulatedSubscription, token: String, TokenUse)
    case unsubscribe(SimulatedSubscription)
    case set(SimulatedSubscription, Change)
    case replay(SimulatedSubscription, ReplayOrder)
    case look(SimulatedSubscription)
    case publish(SimulatedTopic, [Publication])

    /// Whether it is asked until there is an answer.
    var isRepeatedForEver: Bool { if case .publish = self { false } else { true } }

    /// In few words, for the transcript.
    var description: String {
        switch self {
        case .create(let topic): "create topic \(topic.name)"
        case .delete(let topic): "delete topic \(topic.name)"
        case .archive(let topic, let isOn): "archive \(topic.name): \(isOn)"
        case .subscribe(let one): "subscribe \(one.endpoint) to \(one.topic.name)"
        case .confirm(let one, _, let use):
            "confirm \(one.endpoint) at \(one.topic.name), \(use) token"
        case .unsubscribe(let one): "unsubscribe \(one.endpoint) from \(one.topic.name)"
        case .set(let one, let change):
            "set \(one.endpoint) of \(one.topic.name): \(change.pair.0) \(change.pair.1)"
        case .replay(let one, let order): "replay to \(one.endpoint) \(order.text)"
        case .look(let one): "look at \(one.endpoint) of \(one.topic.name)"
        case .publish(let topic, let publications):
            "publish \(topic.name) "
                + publications.map { "b\($0.number)" }.joined(separator: " ")
        }
    }

    /// The action and its parameters.
    var request: (action: String, parameters: [(String, String)]) {
        switch self {
        case .create(let topic):
            ("CreateTopic", [("Name", topic.name)] + Self.entries(topic.attributes))
        case .delete(let topic): ("DeleteTopic", [("TopicArn", topic.arn)])
        case .archive(let topic, let isOn):
            (
                "SetTopicAttributes",
                [
                    ("TopicArn", topic.arn), ("AttributeName", "ArchivePolicy"),
                    ("AttributeValue", isOn ? SimulatedTopic.archivePolicy : "{}"),
                ]
            )
        case .subscribe(let one): ("Subscribe", one.parameters)
        case .confirm(let one, let token, _):
            ("ConfirmSubscription", [("TopicArn", one.topic.arn), ("Token", token)])
        case .unsubscribe(let one): ("Unsubscribe", [("SubscriptionArn", one.arn ?? "")])
        case .set(let one, let change):
            (
                "SetSubscriptionAttributes",
                [
                    ("SubscriptionArn", one.arn ?? ""), ("AttributeName", change.pair.0),
                    ("AttributeValue", change.pair.1),
                ]
            )
        case .replay(let one, let order):
            (
                "SetSubscriptionAttributes",
                [
                    ("SubscriptionArn", one.arn ?? ""), ("AttributeName", "ReplayPolicy"),
                    ("AttributeValue", order.text),
                ]
            )
        case .look(let one):
            ("GetSubscriptionAttributes", [("SubscriptionArn", one.arn ?? "")])
        case .publish(let topic, let publications) where publications.count == 1:
            ("Publish", [("TopicArn", topic.arn)] + publications[0].parameters())
        case .publish(let topic, let publications):
            (
                "PublishBatch",
                [("TopicArn", topic.arn)]
                    + publications.enumerated().flatMap { index, publication in
                        let prefix = "PublishBatchRequestEntries.member.\(index + 1)."
                        return [(prefix + "Id", "\(index)")] + publication.parameters(prefix)
                    }
            )
        }
    }

    /// Attributes as a map.
    static func entries(_ attributes: [(String, String)]) -> [(String, String)] {
        attributes.enumerated().flatMap { index, pair in
            [
                ("Attributes.entry.\(index + 1).key", pair.0),
                ("Attributes.entry.\(index + 1).value", pair.1),
            ]
        }
    }
}

extension TopicAsk.Change {
    /// The attribute and its value.
    var pair: (String, String) {
        switch self {
        case .rule(let rule): ("FilterPolicy", rule?.text ?? "{}")
        case .scope(let isOnBody):
            ("FilterPolicyScope", isOnBody ? "MessageBody" : "MessageAttributes")
        case .raw(let isRaw): ("RawMessageDelivery", "\(isRaw)")
        case .retries(let retries):
            (
                "DeliveryPolicy",
                #"{"healthyRetryPolicy":{"minDelayTarget":1,"maxDelayTarget":4,"numRetries":"#
                    + #"\#(retries),"numNoDelayRetries":\#(min(retries, 1))},"#
                    + #""throttlePolicy":{"maxReceivesPerSecond":\#(retries % 2 == 0 ? 50 : 20)}}"#
            )
        }
    }

    /// Makes the change.
    func apply(to condition: inout SubscriptionCondition) {
        switch self {
        case .rule(let rule): condition.rule = rule
        case .scope(let isOnBody): condition.isOnBody = isOnBody
        case .raw(let isRaw): condition.isRaw = isRaw
        case .retries(let retries): condition.retries = retries
        }
    }
}

extension SimulatedSubscription {
    /// The parameters of Subscribe.
    fileprivate var parameters: [(String, String)] {
        var changes: [TopicAsk.Change] = [.raw(initial.isRaw)]
        if initial.isOnBody { changes.append(.scope(isOnBody: true)) }
        if let rule = initial.rule { changes.append(.rule(rule)) }
        if queue == nil { changes.append(.retries(initial.retries)) }
        var attributes = changes.map(\.pair)
        if let deadLetters {
            attributes.append(
                ("RedrivePolicy", #"{"deadLetterTargetArn":"\#(deadLetters.arn)"}"#))
        }
        return [
            ("TopicArn", topic.arn), ("Protocol", queue == nil ? "http" : "sqs"),
            ("Endpoint", queue?.arn ?? endpoint), ("ReturnSubscriptionArn", "true"),
        ] + TopicAsk.entries(attributes)
    }
}
