import Bytes

/// The workloads by the names the command line gives them.
enum WorkloadName: String, CaseIterable {
    case send
    case sendBatch = "send-batch"
    case receiveDelete = "receive-delete"
    case roundTrip = "round-trip"
    case publish
    case httpDelivery = "http-delivery"

    var explanation: String {
        switch self {
        case .send: "SendMessage"
        case .sendBatch: "SendMessageBatch of 10"
        case .receiveDelete: "ReceiveMessage of 10, then DeleteMessageBatch of 10"
        case .roundTrip: "SendMessageBatch, ReceiveMessage and DeleteMessageBatch of 10"
        case .publish: "Publish to a topic that queues are subscribed to"
        case .httpDelivery: "Publish until HTTP endpoints have got everything"
        }
    }

    /// Whether a fixed answer to the same request bytes is a fair reference.
    var hasReference: Bool {
        self == .send || self == .sendBatch || self == .publish
    }
}

/// Sends the same request for ever, or a number of times.
struct SendWorkload: Workload {
    private let bytes: [UInt8]
    private let messagesPerRequest: Int
    private var remaining: Int

    /// - Parameter requestCount: How many requests; nil for no end.
    init(_ content: WorkloadContent, batch: Bool, requestCount: Int? = nil) {
        self.init(
            batch ? content.sendBatch : content.send, messagesPerRequest: batch ? 10 : 1,
            requestCount: requestCount)
    }

    /// - Parameter bytes: The whole request.
    init(_ bytes: [UInt8], messagesPerRequest: Int, requestCount: Int? = nil) {
        self.bytes = bytes
        self.messagesPerRequest = messagesPerRequest
        remaining = requestCount ?? .max
    }

    mutating func writeRequest(_ step: inout Step, into request: inout ByteWriter) -> Bool {
        guard remaining > 0 else { return false }
        remaining -= 1
        if request.count != bytes.count {
            request.removeAll()
            request.append(bytes)
        }
        return true
    }

    mutating func take(_ response: Response, _ step: inout Step, request: inout ByteWriter) -> Int {
        messagesPerRequest
    }
}

/// Receives and deletes until the queue is empty; with `sends`, puts ten messages in before each
/// receive, so that the queue keeps its length.
struct ReceiveDeleteWorkload: Workload {
    private let content: WorkloadContent
    private let sendBytes: [UInt8]
    private let receiveBytes: [UInt8]
    private let sends: Bool
    private var deletion = DeletionWriter()

    init(_ content: WorkloadContent, sends: Bool) {
        self.content = content
        self.sends = sends
        sendBytes = sends ? content.sendBatch : []
        receiveBytes = content.receiveBatch
    }

    mutating func writeRequest(_ step: inout Step, into request: inout ByteWriter) -> Bool {
        switch step {
        case .send where sends:
            request.removeAll()
            request.append(sendBytes)
        case .send, .receive:
            step = .receive
            request.removeAll()
            request.append(receiveBytes)
        case .delete:
            break
        }
        return true
    }

    mutating func take(_ response: Response, _ step: inout Step, request: inout ByteWriter) -> Int {
        switch step {
        case .send:
            step = .receive
            return 0
        case .receive:
            let found = writeDeletion(response.body, into: &request)
            step = found ? .delete : .send
            return 0
        case .delete:
            step = .send
            return 10
        }
    }

    /// Writes the deletion of every message of the answer; false when there is none.
    private mutating func writeDeletion(_ body: ByteView, into request: inout ByteWriter) -> Bool {
        let object = deletion
        object.begin(content.queueURL)
        var number = 0
        body.forEachValue(after: "\"ReceiptHandle\":\"") { handle in
            object.add(handle, number: number)
            number += 1
        }
        guard number > 0 else { return false }
        object.end { view in content.writer.write("DeleteMessageBatch", body: view, into: &request)
        }
        return true
    }
}

/// The body of a DeleteMessageBatch in the making; its memory is used again and again.
final class DeletionWriter {
    private var bytes = ByteWriter(capacity: 4096)

    func begin(_ queueURL: String) {
        bytes.removeAll()
        bytes.append("{\"QueueUrl\":\"")
        bytes.append(queueURL)
        bytes.append("\",\"Entries\":[")
    }

    func add(_ handle: ByteView, number: Int) {
        if number > 0 { bytes.append(0x2C) }
        bytes.append("{\"Id\":\"")
        bytes.append(decimal: number)
        bytes.append("\",\"ReceiptHandle\":\"")
        bytes.append(handle)
        bytes.append("\"}")
    }

    func end(_ body: (ByteView) -> Void) {
        bytes.append("]}")
        body(bytes.view)
    }
}
