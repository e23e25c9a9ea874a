import Bytes

/// A topic: its identity, its settings, and its subscriptions.
final class Topic {
    /// The topic's number, never used twice.
    let number: UInt32
    let identity: TopicIdentity
    /// The ARN of `identity`.
    let arn: String
    let createdAt: Timestamp
    var settings: TopicSettings
    var tags: QueueTags
    /// The numbers of the subscriptions that are pending or confirmed; of a deleted topic, of those
    /// that are still to be swept.
    var subscriptions = SortedNumbers()
    /// The confirmed subscriptions by what they want.
    let filters = SubscriptionFilters()
    var pendingCount = 0
    var confirmedCount = 0
    var deletedCount = 0
    /// Filter policies on its subscriptions.
    var filterPolicyCount = 0
    /// Its subscriptions that have ended and are still in the catalog.
    var lingeringCount = 0
    /// FIFO: the last sequence number given to a message.
    var sequence: UInt64 = 0
    /// FIFO: keeps the deduplication identifiers. It never has messages.
    var backlog: Backlog?
    var isDeleted = false
    /// The snapshot in whose midst it was deleted; 0 for none.
    var deletionEpoch: UInt32 = 0
    /// The messages on their way to the archive in the order of when they were published, in
    /// milliseconds of the broker's clock: the slots of their deliveries. Entries whose stamp is not
    /// the slot's generation any more are over; ask `Broker.oldestUnarchived`.
    let unarchived = OrderHeap()
    /// What happened since the broker started, by protocol.
    var counts = TopicCounts()
    /// Whether the catalog knows that they are not all zero.
    var isCounted = false

    /// The snapshot that already holds this topic's state; see `Broker+Snapshot`.
    var snapshotEpoch: UInt32 = 0

    init(
        number: UInt32, identity: TopicIdentity, createdAt: Timestamp, settings: TopicSettings,
        tags: QueueTags, backlog: Backlog?
    ) {
        self.number = number
        self.identity = identity
        arn = identity.arn
        self.createdAt = createdAt
        self.settings = settings
        self.tags = tags
        self.backlog = backlog
    }
}

/// What happened to the messages of a topic since the broker started.
public struct TopicCounts: Sendable {
    /// Deliveries of one protocol.
    public struct Deliveries: Sendable {
        public var delivered: UInt64 = 0
        public var failed: UInt64 = 0
        public var redriven: UInt64 = 0
        public init() {}
    }
    public var published: UInt64 = 0
    public var filteredOut: UInt64 = 0
    /// By the raw value of `SubscriptionProtocol`.
    public var deliveries: [Deliveries] = Array(repeating: Deliveries(), count: 10)
    public init() {}
}

extension Topic {
    /// Changes the counts of one protocol.
    func count(_ kind: SubscriptionProtocol, _ change: (inout TopicCounts.Deliveries) -> Void) {
        change(&counts.deliveries[Int(kind.rawValue)])
    }
}

extension Topic: Named {
    var name: String { identity.name }
}
