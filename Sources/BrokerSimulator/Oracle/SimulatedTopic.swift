/// A topic as the oracle knows it.
final class SimulatedTopic {
    let name: String
    var subscriptions: [SimulatedSubscription] = []
    /// Whether all its subscriptions are there.
    var isReady: Bool { subscriptions.allSatisfy(\.isConfirmed) }

    init(_ name: String) { self.name = name }

    var arn: String { "arn:aws:sns:us-east-1:000000000000:\(name)" }
}

/// A subscription that stands from the beginning of a run to its end.
final class SimulatedSubscription {
    enum Receiver {
        case queue(SimulatedQueue, isRaw: Bool)
        /// What was not delivered goes to the queue.
        case http(url: String, deadLetters: SimulatedQueue)
    }

    let receiver: Receiver
    /// Only messages whose attribute `kind` is this one; nil for all.
    let kind: String?
    /// What confirms it, once that has come.
    var token: String?
    var isConfirmed = false
    /// Publications that the subscriber took, by number.
    var taken: Set<Int> = []

    init(_ receiver: Receiver, kind: String?) {
        self.receiver = receiver
        self.kind = kind
    }

    var endpoint: String {
        switch receiver {
        case .queue(let queue, _): queue.name
        case .http(let url, _): url
        }
    }

    /// The parameters of Subscribe.
    var parameters: [(String, String)] {
        var attributes: [(String, String)] = []
        if let kind { attributes.append(("FilterPolicy", #"{"kind":["\#(kind)"]}"#)) }
        var parameters: [(String, String)] = []
        switch receiver {
        case .queue(let queue, let isRaw):
            parameters = [("Protocol", "sqs"), ("Endpoint", queue.arn)]
            if isRaw { attributes.append(("RawMessageDelivery", "true")) }
        case .http(let url, let deadLetters):
            parameters = [("Protocol", "http"), ("Endpoint", url)]
            attributes += [
                ("RawMessageDelivery", "true"),
                ("RedrivePolicy", #"{"deadLetterTargetArn":"\#(deadLetters.arn)"}"#),
            ]
        }
        for (index, pair) in attributes.enumerated() {
            parameters.append(("Attributes.entry.\(index + 1).key", pair.0))
            parameters.append(("Attributes.entry.\(index + 1).value", pair.1))
        }
        return parameters
    }
}

/// One body that is published, and what each subscriber is owed of it.
final class Publication {
    let number: Int
    let text: String
    let kind: String
    /// The message of each queue that is subscribed and wants it.
    let messages: [Sent]
    /// The subscribers outside that want it, with the message of their dead-letter queue.
    let outside: [(subscription: SimulatedSubscription, deadLetter: Sent)]
    var isAcknowledged = false

    init(
        number: Int, text: String, kind: String, messages: [Sent],
        outside: [(subscription: SimulatedSubscription, deadLetter: Sent)]
    ) {
        self.number = number
        self.text = text
        self.kind = kind
        self.messages = messages
        self.outside = outside
    }

    /// The parameters of Publish.
    var parameters: [(String, String)] {
        [
            ("Message", text), ("MessageAttributes.entry.1.Name", "kind"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            ("MessageAttributes.entry.1.Value.StringValue", kind),
        ]
    }
}
