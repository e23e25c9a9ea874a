import Bytes

/// How a subscription is delivered.
public enum SubscriptionProtocol: UInt8, Sendable, CaseIterable {
    case sqs = 1
    case http = 2
    case https = 3
    case lambda = 4
    case firehose = 5
    case email = 6
    case emailJSON = 7
    case sms = 8
    case application = 9

    /// The name on the wire.
    public var name: String {
        switch self {
        case .sqs: "sqs"
        case .http: "http"
        case .https: "https"
        case .lambda: "lambda"
        case .firehose: "firehose"
        case .email: "email"
        case .emailJSON: "email-json"
        case .sms: "sms"
        case .application: "application"
        }
    }

    /// The protocol called `name` on the wire; nil when there is none.
    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

/// A subscription: who gets what is published to a topic, and how.
final class Subscription {
    /// Whether the endpoint has agreed.
    enum State: Equatable {
        /// Until then the endpoint can confirm with a token.
        case pending(until: Instant)
        case confirmed
        /// Ended; no catalog has it any more. What is owed to it is still delivered or given up.
        case ended
    }

    /// The subscription's number, never used twice; subscriptions of a topic are in its order.
    let number: UInt32
    /// The last part of the ARN.
    let id: MessageID
    let topic: Topic
    let owner: AccountID
    let protocolKind: SubscriptionProtocol
    let endpoint: String
    /// The queue that the endpoint names, for `sqs`.
    let queue: QueueIdentity?
    var settings: SubscriptionSettings
    var state: State
    /// The secret of the confirmation token; new for each UnsubscribeConfirmation.
    var token: Hash128
    /// ConfirmationWasAuthenticated.
    var confirmationWasAuthenticated = false
    /// Whether Unsubscribe needs a signed request.
    var authenticatesOnUnsubscribe = false
    /// Once it has ended: until when the endpoint can take it back with the token of its
    /// UnsubscribeConfirmation; nil when it cannot.
    var isRetakeableUntil: Instant?
    /// The snapshot that already holds this subscription's state; see `Broker+Snapshot`.
    var snapshotEpoch: UInt32 = 0

    // -- Deliveries that are owed; see `Broker+Deliveries`.

    /// Those that are due.
    let line = DeliveryLine(maximumUnderway: Limits.deliveriesUnderway)
    /// How many there are in any state.
    var owedCount = 0

    /// While it gets messages from the archive, and new ones only after those.
    var replay: Replay?
    /// Whether a replay has come to its end.
    var hasReplayed = false

    /// Whether it is neither pending nor confirmed any more. Subscriptions end with their topic,
    /// though it takes a while until all are taken out of the catalog.
    var hasEnded: Bool { state == .ended || topic.isDeleted }

    /// Whether it has ended, cannot be taken back and is owed nothing.
    var isUnused: Bool { hasEnded && owedCount == 0 && isRetakeableUntil == nil }

    /// `<topic ARN>:<id>`.
    var arn: String {
        var writer = ByteWriter(capacity: 160)
        writer.append(topic.arn)
        writer.append(0x3A as UInt8)
        writer.append(uuid: id.high, low: id.low)
        return writer.view.string
    }

    init(
        number: UInt32, id: MessageID, topic: Topic, owner: AccountID,
        protocolKind: SubscriptionProtocol, endpoint: String, queue: QueueIdentity?,
        settings: SubscriptionSettings, state: State, token: Hash128
    ) {
        self.number = number
        self.id = id
        self.topic = topic
        self.owner = owner
        self.protocolKind = protocolKind
        self.endpoint = endpoint
        self.queue = queue
        self.settings = settings
        self.state = state
        self.token = token
    }
}
