import BrokerCore
import Bytes

/// A message of a FIFO topic as the archive keeps it.
public struct ArchivedMessage: Sendable {
    /// The topic it was published to.
    public var topicARN: String
    /// Its number in the topic.
    public var sequence: UInt64
    /// When it was published.
    public var timestamp: Timestamp
    /// The payload of its `notificationPublished` record.
    public var payload: [UInt8]

    /// A message to be kept.
    public init(topicARN: String, sequence: UInt64, timestamp: Timestamp, payload: [UInt8]) {
        self.topicARN = topicARN
        self.sequence = sequence
        self.timestamp = timestamp
        self.payload = payload
    }
}

/// Which archived messages are asked for.
public struct ArchiveQuery: Sendable {
    public var topicARN: String
    /// Only messages behind this one; 0 for all.
    public var afterSequence: UInt64
    /// The first and the last time of publication.
    public var from: Timestamp
    /// Nil is open.
    public var until: Timestamp?
    /// How many messages at most.
    public var limit: Int

    /// A page of the archive of a topic.
    public init(
        topicARN: String, afterSequence: UInt64, from: Timestamp, until: Timestamp?, limit: Int
    ) {
        self.topicARN = topicARN
        self.afterSequence = afterSequence
        self.from = from
        self.until = until
        self.limit = limit
    }
}

/// What the archive of a topic is to keep.
public struct ArchiveTerm: Sendable, Equatable {
    public var topicARN: String
    /// Messages published before are no longer kept.
    public var notBefore: Timestamp

    /// The archive of `topicARN` from `notBefore` on.
    public init(topicARN: String, notBefore: Timestamp) {
        self.topicARN = topicARN
        self.notBefore = notBefore
    }
}

/// What the archive answers.
public enum ArchiveAnswer: Sendable {
    /// The message will be there after a crash.
    case stored
    /// Payloads in the order of their numbers, and whether nothing is behind them.
    case messages([[UInt8]], isEnd: Bool)
    /// It could not be done.
    case failed(reason: String)
}

/// The seam to the archive of FIFO topics: orders in, answers out, never blocking.
///
/// Orders are carried out in turn. A message is kept once by topic and number, however often it
/// is stored.
public protocol Archive: AnyObject {
    /// Keeps a message; answered when it is durable.
    func store(_ message: ArchivedMessage, ticket: UInt64)
    /// Reads messages; answered with them.
    func read(_ query: ArchiveQuery, ticket: UInt64)
    /// Forgets every topic that is not named, and what is older than the named ones keep.
    func keep(_ terms: [ArchiveTerm])
    /// Forgets everything.
    func removeAll()
    /// Hands out the answers since the last call.
    func takeAnswers(_ body: (_ ticket: UInt64, _ answer: ArchiveAnswer) -> Void)
}
