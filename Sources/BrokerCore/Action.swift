import Bytes

/// What a client can ask: the 23 actions of SQS, and those of SNS.
///
/// Fields are as the client sent them: nil when absent, unvalidated when present. The broker
/// validates, so that both wire protocols and the simulator meet the same rules. Views are borrowed
/// from the request's buffer and valid until the request is answered.
public enum Action: Sendable {
    case addPermission(AddPermission)
    case cancelMessageMoveTask(CancelMessageMoveTask)
    case changeMessageVisibility(ChangeMessageVisibility)
    case changeMessageVisibilityBatch(ChangeMessageVisibilityBatch)
    case createQueue(CreateQueue)
    case deleteMessage(DeleteMessage)
    case deleteMessageBatch(DeleteMessageBatch)
    case deleteQueue(DeleteQueue)
    case getQueueAttributes(GetQueueAttributes)
    case getQueueURL(GetQueueURL)
    case listDeadLetterSourceQueues(ListDeadLetterSourceQueues)
    case listMessageMoveTasks(ListMessageMoveTasks)
    case listQueues(ListQueues)
    case listQueueTags(ListQueueTags)
    case purgeQueue(PurgeQueue)
    case receiveMessage(ReceiveMessage)
    case removePermission(RemovePermission)
    case sendMessage(SendMessage)
    case sendMessageBatch(SendMessageBatch)
    case setQueueAttributes(SetQueueAttributes)
    case startMessageMoveTask(StartMessageMoveTask)
    case tagQueue(TagQueue)
    case untagQueue(UntagQueue)
    /// An action of SNS.
    indirect case topic(TopicAction)
}

/// Adds a statement to the queue's policy.
public struct AddPermission: Sendable {
    public var queue: QueueReference?
    public var label: String?
    public var accountIDs: [String] = []
    public var actions: [String] = []
    public init() {}
}

/// Stops a running move task.
public struct CancelMessageMoveTask: Sendable {
    public var taskHandle: String?
    public init() {}
}

/// Changes when an in-flight message becomes visible again.
public struct ChangeMessageVisibility: Sendable {
    public var queue: QueueReference?
    public var receiptHandle: ByteView?
    public var visibilityTimeout: Int?
    public init() {}
}

/// Changes the visibility of up to ten messages.
public struct ChangeMessageVisibilityBatch: Sendable {
    /// One message of the batch.
    public struct Entry: Sendable {
        public var id: ByteView?
        public var receiptHandle: ByteView?
        public var visibilityTimeout: Int?
        public init() {}
    }
    public var queue: QueueReference?
    public var entries: [Entry] = []
    public init() {}
}

/// Creates a queue, or finds the one with the same attributes.
public struct CreateQueue: Sendable {
    public var name: String?
    /// Attribute names and values in the order sent.
    public var attributes: [(name: String, value: String)] = []
    public var tags: [(key: String, value: String)] = []
    public init() {}
}

/// Deletes one received message.
public struct DeleteMessage: Sendable {
    public var queue: QueueReference?
    public var receiptHandle: ByteView?
    public init() {}
}

/// Deletes up to ten received messages.
public struct DeleteMessageBatch: Sendable {
    /// One message of the batch.
    public struct Entry: Sendable {
        public var id: ByteView?
        public var receiptHandle: ByteView?
        public init() {}
    }
    public var queue: QueueReference?
    public var entries: [Entry] = []
    public init() {}
}

/// Deletes a queue with everything in it.
public struct DeleteQueue: Sendable {
    public var queue: QueueReference?
    public init() {}
}

/// Reads attributes of a queue.
public struct GetQueueAttributes: Sendable {
    public var queue: QueueReference?
    public var attributeNames: [String] = []
    public init() {}
}

/// Finds a queue's URL by its name.
public struct GetQueueURL: Sendable {
    public var name: String?
    public var ownerAccountID: String?
    public init() {}
}

/// Lists the queues whose RedrivePolicy names this queue.
public struct ListDeadLetterSourceQueues: Sendable {
    public var queue: QueueReference?
    public var maxResults: Int?
    public var nextToken: String?
    public init() {}
}

/// Lists the latest move tasks of a dead-letter queue.
public struct ListMessageMoveTasks: Sendable {
    public var sourceARN: String?
    public var maxResults: Int?
    public init() {}
}

/// Lists the caller's queues.
public struct ListQueues: Sendable {
    public var namePrefix: String?
    public var maxResults: Int?
    public var nextToken: String?
    public init() {}
}

/// Lists the tags of a queue.
public struct ListQueueTags: Sendable {
    public var queue: QueueReference?
    public init() {}
}

/// Deletes every message of a queue.
public struct PurgeQueue: Sendable {
    public var queue: QueueReference?
    public init() {}
}

/// Receives up to ten messages.
public struct ReceiveMessage: Sendable {
    public var queue: QueueReference?
    /// Which system and message attributes the answer shall carry.
    public var selection = AttributeSelection()
    public var maxNumberOfMessages: Int?
    public var visibilityTimeout: Int?
    public var waitTimeSeconds: Int?
    public var receiveRequestAttemptID: ByteView?
    public init() {}
}

/// Removes a statement from the queue's policy.
public struct RemovePermission: Sendable {
    public var queue: QueueReference?
    public var label: String?
    public init() {}
}

/// Sends one message.
public struct SendMessage: Sendable {
    public var queue: QueueReference?
    public var message = MessageDraft()
    public init() {}
}

/// Sends up to ten messages.
public struct SendMessageBatch: Sendable {
    /// One message of the batch.
    public struct Entry: Sendable {
        public var id: ByteView?
        public var message = MessageDraft()
        public init() {}
    }
    public var queue: QueueReference?
    public var entries: [Entry] = []
    public init() {}
}

/// Changes attributes of a queue.
public struct SetQueueAttributes: Sendable {
    public var queue: QueueReference?
    /// Attribute names and values in the order sent.
    public var attributes: [(name: String, value: String)] = []
    public init() {}
}

/// Starts to move the messages of a dead-letter queue.
public struct StartMessageMoveTask: Sendable {
    public var sourceARN: String?
    public var destinationARN: String?
    public var maxNumberOfMessagesPerSecond: Int?
    public init() {}
}

/// Adds or replaces tags of a queue.
public struct TagQueue: Sendable {
    public var queue: QueueReference?
    public var tags: [(key: String, value: String)] = []
    public init() {}
}

/// Removes tags of a queue.
public struct UntagQueue: Sendable {
    public var queue: QueueReference?
    public var keys: [String] = []
    public init() {}
}

/// A message as the sender gave it.
public struct MessageDraft: Sendable {
    public var body: ByteView?
    public var delaySeconds: Int?
    public var attributes: [MessageAttribute] = []
    /// The digest over the attributes, when it was computed beforehand because they are long.
    public var attributesDigest: MD5Digest?
    public var systemAttributes: [MessageAttribute] = []
    /// The request's `X-Amzn-Trace-Id` header, used when no AWSTraceHeader attribute is sent.
    public var traceHeader: ByteView?
    public var deduplicationID: ByteView?
    public var groupID: ByteView?
    public init() {}
}

/// A message attribute as sent: the value in the field it came in.
public struct MessageAttribute: Sendable {
    /// The value of an attribute and the field that carried it.
    public enum Value: Sendable {
        /// Neither StringValue nor BinaryValue was sent.
        case none
        /// StringValue, as UTF-8.
        case string(ByteView)
        /// BinaryValue, decoded from base64.
        case binary(ByteView)
        /// StringListValues or BinaryListValues, which SQS does not implement.
        case list
    }
    public var name: ByteView
    public var dataType: ByteView?
    public var value: Value
    public init(name: ByteView, dataType: ByteView? = nil, value: Value = .none) {
        self.name = name
        self.dataType = dataType
        self.value = value
    }
}

/// Which attributes a receive asks for.
public struct AttributeSelection: Sendable {
    /// The system attributes of a message.
    public struct SystemAttributes: OptionSet, Hashable, Sendable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }
        public static let senderID = SystemAttributes(rawValue: 1 << 0)
        public static let sentTimestamp = SystemAttributes(rawValue: 1 << 1)
        public static let receiveCount = SystemAttributes(rawValue: 1 << 2)
        public static let firstReceiveTimestamp = SystemAttributes(rawValue: 1 << 3)
        public static let sequenceNumber = SystemAttributes(rawValue: 1 << 4)
        public static let deduplicationID = SystemAttributes(rawValue: 1 << 5)
        public static let groupID = SystemAttributes(rawValue: 1 << 6)
        public static let traceHeader = SystemAttributes(rawValue: 1 << 7)
        public static let deadLetterQueueSourceARN = SystemAttributes(rawValue: 1 << 8)
        public static let all = SystemAttributes(rawValue: (1 << 9) - 1)
    }

    /// Which message attributes are returned.
    public enum MessageAttributes: Sendable {
        case none
        case all
        /// Whole names, and prefixes (sent as `prefix.*`, kept without the star and dot-star).
        case some(names: [[UInt8]], prefixes: [[UInt8]])
    }

    public var system: SystemAttributes = []
    public var message: MessageAttributes = .none
    public init() {}
}
