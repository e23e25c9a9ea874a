import Bytes

/// The names of the 23 actions.
public enum ActionName: UInt8, CaseIterable, Sendable {
    case addPermission
    case cancelMessageMoveTask
    case changeMessageVisibility
    case changeMessageVisibilityBatch
    case createQueue
    case deleteMessage
    case deleteMessageBatch
    case deleteQueue
    case getQueueAttributes
    case getQueueURL
    case listDeadLetterSourceQueues
    case listMessageMoveTasks
    case listQueues
    case listQueueTags
    case purgeQueue
    case receiveMessage
    case removePermission
    case sendMessage
    case sendMessageBatch
    case setQueueAttributes
    case startMessageMoveTask
    case tagQueue
    case untagQueue

    /// The action called `name` on the wire; nil when there is none.
    init?(_ name: ByteView) {
        for action in Self.allCases where name.is(action.wireName) {
            self = action
            return
        }
        return nil
    }

    /// The name on the wire.
    public var wireName: StaticString {
        switch self {
        case .addPermission: "AddPermission"
        case .cancelMessageMoveTask: "CancelMessageMoveTask"
        case .changeMessageVisibility: "ChangeMessageVisibility"
        case .changeMessageVisibilityBatch: "ChangeMessageVisibilityBatch"
        case .createQueue: "CreateQueue"
        case .deleteMessage: "DeleteMessage"
        case .deleteMessageBatch: "DeleteMessageBatch"
        case .deleteQueue: "DeleteQueue"
        case .getQueueAttributes: "GetQueueAttributes"
        case .getQueueURL: "GetQueueUrl"
        case .listDeadLetterSourceQueues: "ListDeadLetterSourceQueues"
        case .listMessageMoveTasks: "ListMessageMoveTasks"
        case .listQueues: "ListQueues"
        case .listQueueTags: "ListQueueTags"
        case .purgeQueue: "PurgeQueue"
        case .receiveMessage: "ReceiveMessage"
        case .removePermission: "RemovePermission"
        case .sendMessage: "SendMessage"
        case .sendMessageBatch: "SendMessageBatch"
        case .setQueueAttributes: "SetQueueAttributes"
        case .startMessageMoveTask: "StartMessageMoveTask"
        case .tagQueue: "TagQueue"
        case .untagQueue: "UntagQueue"
        }
    }

    /// Whether the answer carries queue URLs.
    var answersWithURLs: Bool {
        switch self {
        case .createQueue, .getQueueURL, .listQueues, .listDeadLetterSourceQueues: true
        default: false
        }
    }

    /// Whether the action belongs to no queue, so that a queue's path does not offer it.
    var isOfService: Bool { self == .createQueue || self == .listQueues }

    /// Whether the answer has a result element in XML.
    var hasResult: Bool {
        switch self {
        case .addPermission, .changeMessageVisibility, .deleteMessage, .deleteQueue, .purgeQueue,
            .removePermission, .setQueueAttributes, .tagQueue, .untagQueue:
            false
        default: true
        }
    }
}
