/// The bounds of the broker, with where each comes from.
///
/// Sources: the SQS service model and "Amazon SQS quotas" of the developer guide; see
/// protocol-docs/limits.md. Bounds of queue attributes are in `QueueSettings`.
public enum Limits {
    /// Bytes of a message, body and attributes together, and of all messages of a batch.
    public static let messageBytes = 1_048_576
    /// Entries of a batch, and messages of one receive.
    public static let batchEntries = 10
    /// Characters of a batch entry's id.
    public static let batchEntryIDCharacters = 80
    /// Message attributes of a message.
    public static let messageAttributes = 10
    /// Bytes of a message attribute's name or type, exclusive.
    public static let attributeNameBytes = 256
    /// Characters of a group, deduplication or attempt identifier.
    public static let identifierCharacters = 128
    /// Seconds of a message's delay.
    public static let delaySeconds = 900
    /// Seconds that a message can be in flight, counted from the receive.
    public static let visibilitySeconds = 43_200
    /// Seconds of a long poll.
    public static let waitSeconds = 20
    /// Messages in flight in one queue.
    public static let inFlightMessages = 120_000
    /// Seconds during which a deduplication or attempt identifier is remembered.
    public static let deduplicationSeconds = 300
    /// Seconds between two purges of a queue, and between its deletion and re-creation.
    public static let sixtySeconds = 60
    /// A message received this often goes to the back of a standard queue.
    public static let poisonReceiveCount = 3
    /// Own messages in flight, or finished recently, from which a message group can be noisy.
    public static let noisyInFlightCount = 30
    /// Recent processing time halves in this time.
    public static let noiseDecayMilliseconds: UInt64 = 60_000
    /// Bytes of an `AWSTraceHeader`.
    public static let traceHeaderBytes = 4096
    /// Messages that a move task moves in a second at most.
    public static let moveTaskMessagesPerSecond = 500
    /// Milliseconds between two steps of a move task.
    public static let moveTaskStepMilliseconds: UInt64 = 100
    /// Move tasks that run at the same time in one account.
    public static let moveTasksPerAccount = 100
    /// Move tasks that are remembered for each source queue.
    public static let moveTasksListed = 10
    /// Seconds after which a move task gives up.
    public static let moveTaskSeconds = 129_600
    /// Messages swept, expired or made visible in one tick, so that no tick takes long.
    public static let chores = 2000
    /// Receivers of published messages in one tick, those of messages that go over several ticks
    /// apart: half a millisecond each.
    public static let receiversPerTick = 1000
    /// Bytes of the messages that go over several ticks at the same time.
    public static let unfinishedPublishBytes = 64 << 20
    /// Deliveries to one subscription that the node has at the same time.
    public static let deliveriesUnderway = 8
    /// Bytes of a published message with its attributes, and of all messages of a batch.
    public static let notificationBytes = 262_144
    /// Characters of a notification's subject.
    public static let subjectCharacters = 100
    /// Characters of a message to a phone.
    public static let textCharacters = 1600
    /// Attempt identifiers that are remembered at the same time.
    public static let attempts = 1_000_000
}
