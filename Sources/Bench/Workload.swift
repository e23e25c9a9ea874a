import Bytes

/// What a connection does next in its workload.
enum Step {
    case send
    case receive
    case delete
}

/// Requests for the closed loop, and what their answers mean.
protocol Workload {
    /// Writes the next request of a connection; false when there is nothing left to do.
    mutating func writeRequest(_ step: inout Step, into request: inout ByteWriter) -> Bool

    /// Takes the answer to the connection's last request and leaves in `request` what the next one
    /// needs from it; returns the number of messages that the exchange has finished.
    mutating func take(_ response: Response, _ step: inout Step, request: inout ByteWriter) -> Int
}

/// The bodies and queue of a workload, as bytes of requests.
struct WorkloadContent {
    let writer: RequestWriter
    let queueURL: String
    let bodyByteCount: Int

    /// `{"QueueUrl":"…",` and the rest.
    func object(_ members: String) -> [UInt8] {
        Array("{\"QueueUrl\":\"\(queueURL)\",\(members)}".utf8)
    }

    /// A body of the size wanted, without anything that JSON escapes.
    var messageBody: String {
        var text = ""
        while text.utf8.count < bodyByteCount {
            text += "The quick brown fox jumps over the lazy dog. "
        }
        return String(decoding: Array(text.utf8.prefix(bodyByteCount)), as: UTF8.self)
    }

    /// The whole request for an action with the object's members.
    func request(_ action: StaticString, _ members: String) -> [UInt8] {
        var request = ByteWriter(capacity: bodyByteCount + 1024)
        let body = object(members)
        var bytes = ByteWriter(capacity: body.count)
        bytes.append(body)
        writer.write(action, body: bytes.view, into: &request)
        return request.array
    }

    var send: [UInt8] { request("SendMessage", "\"MessageBody\":\"\(messageBody)\"") }

    var sendBatch: [UInt8] {
        let entries = (0..<10).map { "{\"Id\":\"\($0)\",\"MessageBody\":\"\(messageBody)\"}" }
        return request("SendMessageBatch", "\"Entries\":[\(entries.joined(separator: ","))]")
    }

    var receiveBatch: [UInt8] {
        request("ReceiveMessage", "\"MaxNumberOfMessages\":10,\"VisibilityTimeout\":600")
    }
}
