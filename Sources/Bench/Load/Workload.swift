import Bytes

/// What a connection is waiting for the answer to; a row of the table of latencies.
enum Step: Int, CaseIterable {
    case send
    case receive
    case delete
    case publish

    var name: String {
        switch self {
        case .send: "send"
        case .receive: "receive"
        case .delete: "delete"
        case .publish: "publish"
        }
    }
}

/// What an answer has brought.
struct Progress {
    /// Messages that the exchange has finished.
    var messageCount = 0
    /// Entries of a batch that the server has refused.
    var refusedCount = 0
    /// Whether the operation goes on: its next request has been written.
    var goesOn = false
}

/// Operations for a load: each is one request or several, one after the other on a connection.
protocol Workload {
    /// What each operation begins with.
    var firstStep: Step { get }

    /// Whether operations are more than one request, so that it is worth telling what they take.
    var hasSteps: Bool { get }

    /// Begins an operation: sets the connection's step and writes its first request. False when
    /// nothing is left to do.
    mutating func begin(_ connection: LoadConnection) -> Bool

    /// Takes the answer to the connection's request and writes the next one of the operation, when
    /// there is one.
    mutating func take(_ response: Response, _ connection: LoadConnection) -> Progress
}

extension Workload {
    var hasSteps: Bool { false }
}

/// The workloads by the names the command line gives them.
enum WorkloadName: String, CaseIterable {
    case send
    case sendBatch = "send-batch"
    case receiveDelete = "receive-delete"
    case roundTrip = "round-trip"
    case fifo
    case fanOut = "fan-out"
    case httpDelivery = "http-delivery"
    case longPollIdle = "long-poll-idle"
    case backlog
    case mixed

    var explanation: String {
        switch self {
        case .send: "SendMessage"
        case .sendBatch: "SendMessageBatch"
        case .receiveDelete: "ReceiveMessage and DeleteMessageBatch, from a queue filled before"
        case .roundTrip: "send, receive and delete"
        case .fifo: "send, receive and delete on a FIFO queue"
        case .fanOut: "Publish to a topic that queues follow"
        case .httpDelivery: "Publish until HTTP endpoints have got everything"
        case .longPollIdle: "long polls on an empty queue: what waiting costs"
        case .backlog: "send, receive and delete with more and more messages in the queue"
        case .mixed: "sends, batches and receives at once"
        }
    }

    /// Whether a server that answers everything alike can take part.
    var hasReference: Bool { self == .send || self == .sendBatch || self == .fanOut }

    /// The messages of a request when the command line does not say.
    var usualBatch: Int {
        switch self {
        case .send, .fanOut, .httpDelivery, .longPollIdle: 1
        default: 10
        }
    }
}
