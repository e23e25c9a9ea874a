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

    // -- Waiting receives, oldest first; not part of the durable state.

    var firstWaiter: UInt32 = 0
    var lastWaiter: UInt32 = 0
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

/// A receive that waits for a message.
struct WaiterSlot: SlabSlot {
    /// By which the node knows whom to answer.
    var token: UInt64 = 0
    /// When the wait ends, in milliseconds of the broker's clock.
    var deadline: UInt64 = 0
    var attemptFirst: UInt64 = 0
    var attemptSecond: UInt64 = 0
    var queue: UInt32 = 0
    /// Neighbours in the queue's list, oldest first.
    var next: UInt32 = 0
    var previous: UInt32 = 0
    var timer: UInt32 = 0
    var visibilityTimeout: UInt32 = 0
    var count: UInt8 = 0
    var hasAttempt: UInt8 = 0
    var spare: UInt16 = 0

    var nextFree: UInt32 {
        get { next }
        set { next = newValue }
    }
}

extension Queue: Named {
    var name: String { identity.name }
}
