import Bytes

/// A message by its lane and its number there.
typealias MessageName = (lane: Int, number: Int)

/// What a connection is for.
enum VerifyRole {
    /// Sends batches to the lanes of its own; it alone numbers their messages.
    case sender(lanes: [Int])
    case receiver
}

/// A request that waits for its answer.
enum VerifyRequest {
    case send(lane: Int, numbers: Range<Int>)
    case receive
    case delete([MessageName], of: Lane.Receive)
    case release([MessageName], of: Lane.Receive)
}

/// One keep-alive connection to the server, with at most one request under way.
final class VerifyConnection {
    let role: VerifyRole
    let ledger: Ledger
    let queueURL: String
    /// Nil while the server cannot be reached.
    private(set) var link: Link?
    /// The request under way.
    var request: VerifyRequest?
    /// A batch to a group that nobody answered; it is sent again until somebody does.
    var unanswered: (lane: Int, numbers: Range<Int>)?
    /// Receipts of the messages that are to be deleted or released next.
    var held: Held?
    var nextLane = 0
    var sentAt: UInt64 = 0
    var connectsAt: UInt64 = 0

    /// Messages that were received, and what is to become of them.
    struct Held {
        var names: [MessageName]
        var receipts: [[UInt8]]
        var receive: Lane.Receive
        var isReleased: Bool
    }

    /// A socket with what was received and what is still to be sent.
    final class Link {
        let socket: Socket
        let received = ReceiveArea()
        var bytes = ByteWriter(capacity: 4096)
        var sentCount = 0

        let pieces = ChunkedBody()

        init(_ endpoint: Endpoint) throws(SystemError) {
            socket = try Socket.connected(to: endpoint.address, port: endpoint.port)
            socket.makeNonBlocking()
        }

        /// Sends what the kernel takes; whether everything is gone.
        func flush() throws(SystemError) -> Bool {
            let rest = bytes.view.dropFirst(sentCount)
            if !rest.isEmpty { sentCount += try socket.send(rest) }
            return sentCount == bytes.count
        }
    }

    init(_ role: VerifyRole, _ ledger: Ledger, queueURL: String) {
        self.role = role
        self.ledger = ledger
        self.queueURL = queueURL
    }

    func connect(_ endpoint: Endpoint) throws(SystemError) {
        link = try Link(endpoint)
    }

    func disconnect() { link = nil }

    // MARK: Requests

    /// Writes the request, which is under way from now on.
    func begin(
        _ request: VerifyRequest, with writer: RequestWriter, visibilitySeconds: Int, at now: UInt64
    ) {
        guard let link else { preconditionFailure("requests need a connection") }
        var body = ByteWriter(capacity: 1024)
        body.append("{\"QueueUrl\":\"")
        body.append(queueURL)
        let action: StaticString
        switch request {
        case .send(let lane, let numbers):
            action = "SendMessageBatch"
            appendMessages(lane, numbers, to: &body)
        case .receive:
            action = "ReceiveMessage"
            body.append(
                "\",\"MaxNumberOfMessages\":10,\"WaitTimeSeconds\":1,\"VisibilityTimeout\":")
            body.append(decimal: visibilitySeconds)
            body.append("}")
        case .delete:
            action = "DeleteMessageBatch"
            appendReceipts(to: &body, each: "\"")
        case .release:
            action = "ChangeMessageVisibilityBatch"
            appendReceipts(to: &body, each: "\",\"VisibilityTimeout\":0")
        }
        writer.write(action, body: body.view, into: &link.bytes)
        link.sentCount = 0
        self.request = request
        sentAt = now
    }

    private func appendMessages(_ lane: Int, _ numbers: Range<Int>, to body: inout ByteWriter) {
        body.append("\",\"Entries\":[")
        for (index, number) in numbers.enumerated() {
            if index > 0 { body.append(0x2C) }
            body.append("{\"Id\":\"")
            body.append(decimal: index)
            if ledger.isFIFO {
                body.append("\",\"MessageGroupId\":\"")
                body.append(decimal: lane)
                body.append("\",\"MessageDeduplicationId\":\"")
                body.append(decimal: lane)
                body.append("-")
                body.append(decimal: number)
            }
            body.append("\",\"MessageBody\":\"")
            ledger.appendBody(lane, number, to: &body)
            body.append("\"}")
        }
        body.append("]}")
    }

    private func appendReceipts(to body: inout ByteWriter, each tail: StaticString) {
        guard let held else { preconditionFailure("messages are held until they are finished") }
        body.append("\",\"Entries\":[")
        for (index, receipt) in held.receipts.enumerated() {
            if index > 0 { body.append(0x2C) }
            body.append("{\"Id\":\"")
            body.append(decimal: index)
            body.append("\",\"ReceiptHandle\":\"")
            receipt.withByteView { body.append(jsonEscaped: $0) }
            body.append(tail)
            body.append("}")
        }
        body.append("]}")
    }
}
