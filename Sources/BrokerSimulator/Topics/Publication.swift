/// One body that is published, and who may get it.
final class Publication {
    /// One request to publish it.
    final class Window {
        let began: UInt64
        /// Until when it may have been performed.
        var end: UInt64 = .max
        /// The same on the wall clock.
        var wall: ClosedRange<UInt64>
        /// How far the wall clock had been set when it began.
        let steps: UInt64

        init(_ clock: SimulatedClock) {
            began = clock.now
            wall = clock.wall...UInt64.max
            steps = clock.forward + clock.backward
        }

        /// It was performed by now, or will be within `grace`.
        func close(_ clock: SimulatedClock, grace: UInt64 = 0) {
            end = clock.now + grace
            let moved = clock.forward + clock.backward - steps
            let first = wall.lowerBound - moved
            wall = first...max(first, clock.wall + grace + moved)
        }
    }

    /// Who may get it.
    struct Receiver {
        var subscription: SimulatedSubscription
        /// The message in its queue.
        var sent: Sent?
        /// The message in its dead-letter queue.
        var deadLetter: Sent?
    }

    let number: Int
    let topic: SimulatedTopic
    let text: String
    let attributes: Traits
    /// Nil when the body is no JSON.
    let bodyTraits: Traits?
    let group: String?
    let deduplication: String?
    private(set) var receivers: [Receiver] = []
    /// The requests that were not refused.
    var windows: [Window] = []
    /// What Publish has answered.
    var answers: [(id: String, sequence: String?, time: UInt64)] = []
    var isAcknowledged: Bool { !answers.isEmpty }
    /// Receivers that surely want it, by their place in `receivers`.
    var owed: [Int] = []

    init(
        number: Int, to topic: SimulatedTopic, size: Int, random: Randomness, group: String?,
        deduplication: String?
    ) {
        self.number = number
        self.topic = topic
        self.group = group
        self.deduplication = deduplication
        attributes = Traits(random)
        let plain = Sent.text(number: number, size: size)
        if random.chance(800) {
            let traits = Traits(random)
            bodyTraits = traits
            text = #"{"b":"\#(plain)",\#(traits.members)}"#
        } else {
            bodyTraits = nil
            text = plain
        }
        var messages: [Sent] = []
        func message(in queue: SimulatedQueue) -> Sent {
            if let known = messages.first(where: { $0.queue === queue }) { return known }
            let sent = Sent(
                number: number, queue: queue, text: text, group: queue.isFIFO ? group : nil)
            sent.publication = self
            messages.append(sent)
            return sent
        }
        for subscription in topic.subscriptions {
            receivers.append(
                Receiver(
                    subscription: subscription, sent: subscription.queue.map(message),
                    deadLetter: subscription.deadLetters.map(message)))
        }
    }

    /// The messages it may become.
    var messages: [Sent] {
        var messages: [Sent] = []
        for sent in receivers.flatMap({ [$0.sent, $0.deadLetter] }).compactMap(\.self)
        where !messages.contains(where: { $0 === sent }) {
            messages.append(sent)
        }
        return messages
    }

    /// The parameters of Publish, or of an entry of PublishBatch under `prefix`.
    func parameters(_ prefix: String = "") -> [(String, String)] {
        var parameters = [
            ("Message", text), ("MessageAttributes.entry.1.Name", "kind"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            ("MessageAttributes.entry.1.Value.StringValue", attributes.kind),
            ("MessageAttributes.entry.2.Name", "price"),
            ("MessageAttributes.entry.2.Value.DataType", "Number"),
            ("MessageAttributes.entry.2.Value.StringValue", "\(attributes.price)"),
        ]
        if let group { parameters.append(("MessageGroupId", group)) }
        if let deduplication {
            parameters.append(("MessageDeduplicationId", deduplication))
        }
        return parameters.map { (prefix + $0.0, $0.1) }
    }
}
