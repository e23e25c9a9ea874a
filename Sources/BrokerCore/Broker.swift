import Bytes

/// What a broker is told once, when it starts.
public struct BrokerConfiguration: Sendable {
    /// Whether a queue's name rests for sixty seconds after its deletion, and a purged queue until
    /// the next purge. On in AWS.
    public var enforcesSixtySecondRules = true
    /// Bytes of a journal segment, by which live bytes are counted.
    public var segmentByteCount: UInt64 = 64 << 20
    /// Receivers that get messages at once in a tick. As many others get, in the same tick, messages
    /// that go over several.
    public var receiversPerTick = Limits.receiversPerTick
    /// What is done in a tick of a change that concerns very many messages, subscriptions or
    /// waiting receives.
    public var stepsPerTick = Limits.chores
    /// Messages that receives find used up and move to dead-letter queues in one tick.
    public var deadLettersPerTick = Limits.chores / 2

    /// AWS's rules.
    public init() {}
}

/// The broker as a value: queues and messages, driven by actions, time, records and randomness
/// that come in as arguments.
///
/// Its verbs: `perform` refuses or decides an action and records the facts; `apply` takes a fact
/// from the journal; both change the state by the same functions (named `apply…`). `advance` is
/// told the time. Nothing here reads a clock, a file or the network.
public struct Broker: ~Copyable {
    let store: MessageStore
    let configuration: BrokerConfiguration
    var entropy: Entropy

    // -- The catalog.

    /// Queues by number; nil once deleted.
    var queues: [Queue?] = [nil]
    /// Queue numbers by the digest of account, region and name.
    let queueIndex = HashIndex()
    /// The queues of each account and region, ordered by name.
    var namespaces: [Namespace: NameOrder<Queue>] = [:]
    let redriveSources = RedriveSources()
    /// Every queue that ever dead-lettered a message that may still be queued, by number.
    var deadLetterSources: [QueueIdentity?] = [nil]
    let deadLetterSourceNumbers = HashIndex()
    /// Names freed by DeleteQueue, for the sixty-second rule.
    var deletedNames = DeletedNames()
    var tasks = MoveTasks()
    let topics = TopicCatalog()
    let ring = DeliveryRing()
    /// What became of messages for queues, until the node takes it.
    var queueDeliveries: [QueueDelivery] = []
    /// The numbers of the subscriptions that get messages from the archive.
    var replaying: [UInt32] = []

    // -- Keys and time, from the journal.

    /// Set by the first record of a journal.
    public internal(set) var isFounded = false
    var handleKey = SipKey(k0: 0, k1: 0)
    var hashKey = SipKey(k0: 0, k1: 0)
    /// The broker's clock at the latest record.
    public internal(set) var latestInstant = Instant(milliseconds: 0)
    /// The wall clock at the latest record.
    public internal(set) var latestTimestamp = Timestamp(milliseconds: 0)

    // -- Work that is owed.

    /// Backlogs of purged and deleted queues, which are swept in turn.
    var abandoned: [UInt32] = []
    /// Backlogs of queues whose longer delay has not come to all their messages.
    var changedDelays: [UInt32] = []
    /// Deleted topics whose subscriptions are still to be swept.
    var deletedTopics: [Topic] = []
    /// Deleted platform applications whose devices are still to be swept.
    var deletedPlatforms: [PlatformApplication] = []
    /// Deadlines that lead to records: retention, deduplication, attempts, move tasks.
    let chores = TimingWheel()
    var attemptTimer: UInt32 = 0
    var waiters = Waiters()
    /// Messages for more subscriptions than a tick has time for.
    var unfinishedPublishes = UnfinishedPublishes()
    var resets = UnfinishedResets()
    /// Receivers that can still get messages at once in this tick.
    var receiversLeft: Int
    /// Messages that can still be moved to dead-letter queues in this tick.
    var deadLettersLeft: Int
    /// Whether the latest look for messages ended early, because the tick had no time to move more
    /// dead letters. The queue is to be looked at again in the next tick.
    var isInterrupted = false
    var snapshot = SnapshotProgress()

    /// Whether there is room for messages; the node says so before each tick.
    public var acceptsMessages = true
    /// Whether unfinished publishes wait because much is not durable yet; the node says so.
    public var waitsForDisk = false

    /// The MD5 digests of the bodies that the next action sends, in order and 16 bytes each, when
    /// they have been computed already; empty when not. For that one call of `perform`.
    public var bodyDigests = ByteView()

    /// What the broker has done since it started.
    public internal(set) var statistics = BrokerStatistics()

    // -- Scratch memory of the verbs.

    var scratch = ByteWriter(capacity: 4096)
    var attributeScratch = ByteWriter(capacity: 4096)
    var taken: [UInt32] = []
    var matched: [UInt32] = []
    /// The entries of the message that is being published.
    var entries: [StoredNotification.Entry] = []
    /// The ids of the batch that is being performed.
    var batchIDs: [ByteView] = []

    // -- The latest outcomes, kept for their memory: it is free again when the caller has encoded
    // them, and copied when the caller still holds them.

    var received: [ReceivedMessage] = []
    var sentResults: [BatchResult<SentMessage>] = []
    var batchResults: [BatchResult<Void>] = []

    /// An empty broker. Before anything else it is loaded, or founded.
    public init(configuration: BrokerConfiguration, entropy: Entropy) {
        self.configuration = configuration
        self.entropy = entropy
        receiversLeft = configuration.receiversPerTick
        deadLettersLeft = configuration.deadLettersPerTick
        store = MessageStore(segmentByteCount: configuration.segmentByteCount)
        taken.reserveCapacity(Limits.batchEntries)
    }

    /// Records the keys of a new journal.
    public mutating func found(at now: Moment, into sink: any RecordSink) {
        precondition(!isFounded, "a journal is founded once")
        let handle = entropy.next()
        let hash = entropy.next()
        beginRecord(at: now)
        for half in [handle.first, handle.second, hash.first, hash.second] {
            scratch.append(littleEndian: half)
        }
        endRecord(.founded, into: sink)
        applyFounded(
            handleKey: SipKey(k0: handle.first, k1: handle.second),
            hashKey: SipKey(k0: hash.first, k1: hash.second))
    }

    mutating func applyFounded(handleKey: SipKey, hashKey: SipKey) {
        self.handleKey = handleKey
        self.hashKey = hashKey
        topics.hashKey = hashKey
        isFounded = true
    }

    // MARK: Recording

    /// Begins a record in the scratch memory with the two clocks that every record starts with.
    mutating func beginRecord(at now: Moment) {
        latestInstant = now.instant
        latestTimestamp = now.timestamp
        scratch.removeAll(keepingCapacityUpTo: 1 << 16)
        scratch.append(littleEndian: now.instant.milliseconds)
        scratch.append(littleEndian: now.timestamp.milliseconds)
    }

    /// Hands the record in the scratch memory to the journal.
    @discardableResult
    mutating func endRecord(
        _ type: RecordType, body: ByteView = ByteView(), into sink: any RecordSink
    ) -> JournalPosition {
        sink.append(type: type.rawValue, head: scratch.view, body: body)
    }
}

/// An account's queues in one region.
struct Namespace: Hashable {
    var account: AccountID
    var region: String
}

/// Counts since the broker started.
public struct BrokerStatistics: Sendable {
    public var messagesSent: UInt64 = 0
    public var messagesReceived: UInt64 = 0
    public var messagesDeleted: UInt64 = 0
    public var messagesDeadLettered: UInt64 = 0
    public var messagesExpired: UInt64 = 0
    public init() {}
}
