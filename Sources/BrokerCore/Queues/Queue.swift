import Bytes

/// A queue: its identity, its settings, and the backlog of its messages.
final class Queue {
    /// The queue's number, never used twice.
    let number: UInt32
    let identity: QueueIdentity
    let createdAt: Timestamp
    var modifiedAt: Timestamp
    var settings: QueueSettings { didSet { refusals = nil } }
    var tags: QueueTags
    var backlog: Backlog
    /// The policy's statements that refuse messages of topics; nil until they were looked for.
    var refusals: QueuePolicy.Refusals?
    /// When it was last purged, for the sixty-second rule.
    var purgedAt: Instant?
    /// The last sequence number given to a message of a FIFO queue.
    var sequence: UInt64 = 0

    // -- Waiting receives; not part of the durable state.

    var waiting = WaiterList()
    /// Whether the queue stands in the list of those whose waiters may be served.
    var isToBeServed = false

    /// The tags as ListQueueTags shows them.
    var tagList: [(key: String, value: String)] { tags.list }

    /// The snapshot that already holds this queue's state; see `Broker+Snapshot`.
    var snapshotEpoch: UInt32 = 0

    init(
        number: UInt32, identity: QueueIdentity, createdAt: Timestamp, settings: QueueSettings,
        tags: QueueTags, backlog: Backlog
    ) {
        self.number = number
        self.identity = identity
        self.createdAt = createdAt
        modifiedAt = createdAt
        self.settings = settings
        self.tags = tags
        self.backlog = backlog
    }
}

extension Queue: Named {
    var name: String { identity.name }
}
