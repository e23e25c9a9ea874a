import Bytes

/// What the broker answers to an action.
public enum Outcome: Sendable {
    /// Done; the answer carries nothing.
    case done
    /// CreateQueue, GetQueueUrl.
    case queue(QueueIdentity)
    /// ListQueues, ListDeadLetterSourceQueues.
    case queues([QueueIdentity], nextToken: String?)
    /// GetQueueAttributes, in the order they are shown.
    case attributes([(name: String, value: String)])
    /// ListQueueTags, ordered by key.
    case tags([(key: String, value: String)])
    case sent(SentMessage)
    case sentBatch([BatchResult<SentMessage>])
    /// DeleteMessageBatch, ChangeMessageVisibilityBatch.
    case batch([BatchResult<Void>])
    case received([ReceivedMessage])
    /// The receive waits; its answer comes from `takeAnswers` with the token it was given.
    case parked
    case moveTaskStarted(handle: String)
    case moveTaskCancelled(approximateNumberOfMessagesMoved: Int)
    case moveTasks([MoveTaskDescription])
    /// The answer to an action of SNS.
    indirect case topic(TopicOutcome)
}

/// What SendMessage returns.
public struct SentMessage: Sendable {
    public var id: MessageID
    public var bodyDigest: MD5Digest
    /// The digest of the message attributes; nil without any.
    public var attributesDigest: MD5Digest?
    /// The digest of the system attributes; nil without any.
    public var systemAttributesDigest: MD5Digest?
    /// FIFO queues only; shown as 20 digits.
    public var sequenceNumber: UInt64?
    public init(id: MessageID, bodyDigest: MD5Digest) {
        self.id = id
        self.bodyDigest = bodyDigest
    }
}

/// The result of one entry of a batch.
public struct BatchResult<Success: Sendable>: Sendable {
    /// The entry's id, borrowed from the request.
    public var id: ByteView
    public var result: Result<Success, BrokerError>
    public init(id: ByteView, result: Result<Success, BrokerError>) {
        self.id = id
        self.result = result
    }
}

/// One received message: what the index knows, and where the journal keeps the rest.
public struct ReceivedMessage: Sendable {
    /// Opaque to clients; shown in base64.
    public var receiptHandle: ReceiptHandle
    /// Where the record of the message stands.
    public var position: JournalPosition
    /// The length of the record's payload in bytes. The payload is decoded by `StoredMessage`.
    public var length: Int
    public var receiveCount: Int
    public var firstReceivedAt: Timestamp
    /// The enqueue time shown as SentTimestamp, when a move task gave the message another than
    /// the one in its record.
    public var sentAt: Timestamp?
    /// The ARN of the queue this message was dead-lettered from, if it was.
    public var deadLetterSourceARN: String?
    /// Whether MessageDeduplicationId shows the message id (after a FIFO dead-letter move).
    public var deduplicationIDIsMessageID: Bool
    /// The id a move task gave the message; nil when the stored one holds.
    public var replacedID: MessageID?
    /// The entry of a `notificationPublished` record that this message is, decoded by
    /// `StoredNotification`; nil for a message that was sent to the queue.
    public var entry: Int?

    public init(
        receiptHandle: ReceiptHandle, position: JournalPosition, length: Int, receiveCount: Int,
        firstReceivedAt: Timestamp, sentAt: Timestamp? = nil, deadLetterSourceARN: String? = nil,
        deduplicationIDIsMessageID: Bool = false, replacedID: MessageID? = nil,
        entry: Int? = nil
    ) {
        self.receiptHandle = receiptHandle
        self.position = position
        self.length = length
        self.receiveCount = receiveCount
        self.firstReceivedAt = firstReceivedAt
        self.sentAt = sentAt
        self.deadLetterSourceARN = deadLetterSourceARN
        self.deduplicationIDIsMessageID = deduplicationIDIsMessageID
        self.replacedID = replacedID
        self.entry = entry
    }
}

/// A move task as ListMessageMoveTasks shows it.
public struct MoveTaskDescription: Sendable {
    /// The states of a task.
    public enum Status: String, Sendable {
        case running = "RUNNING"
        case completed = "COMPLETED"
        case cancelling = "CANCELLING"
        case cancelled = "CANCELLED"
        case failed = "FAILED"
    }
    /// Only while running.
    public var taskHandle: String?
    public var status: Status
    public var sourceARN: String
    /// Absent when the messages go back to where they came from.
    public var destinationARN: String?
    public var maxNumberOfMessagesPerSecond: Int?
    public var approximateNumberOfMessagesMoved: Int
    /// Messages in the source when the task began.
    public var approximateNumberOfMessagesToMove: Int?
    public var failureReason: String?
    public var startedAt: Timestamp
    public init(
        taskHandle: String?, status: Status, sourceARN: String, destinationARN: String?,
        maxNumberOfMessagesPerSecond: Int?, approximateNumberOfMessagesMoved: Int,
        approximateNumberOfMessagesToMove: Int?, failureReason: String?, startedAt: Timestamp
    ) {
        self.taskHandle = taskHandle
        self.status = status
        self.sourceARN = sourceARN
        self.destinationARN = destinationARN
        self.maxNumberOfMessagesPerSecond = maxNumberOfMessagesPerSecond
        self.approximateNumberOfMessagesMoved = approximateNumberOfMessagesMoved
        self.approximateNumberOfMessagesToMove = approximateNumberOfMessagesToMove
        self.failureReason = failureReason
        self.startedAt = startedAt
    }
}
