import BrokerNode
import Bytes

/// A client in memory: what it sends is said by the test, and what it takes.
final class ScriptedWire: Wire {
    /// Bytes sent and not yet read.
    private(set) var incoming: [UInt8] = []
    /// Everything that was written.
    private(set) var outgoing: [UInt8] = []
    /// What the node waits for.
    private(set) var interest: WireInterest = [.reading, .end]
    private(set) var isClosed = false
    private(set) var sendingFinished = false
    /// How many more bytes the client takes.
    var window = Int.max
    /// At most so many bytes are read at once.
    var pieceByteCount = Int.max
    /// The client has finished sending.
    var hasEnded = false
    /// The connection broke: the next use fails.
    var isBroken = false

    /// Sends `text`.
    func send(_ text: String) { incoming += Array(text.utf8) }

    /// What was written, as text.
    var text: String { String(decoding: outgoing, as: UTF8.self) }

    /// The answers that were written whole.
    var answers: [Answer] { Answer.all(in: outgoing) }

    /// Whether an event of this kind would be reported.
    var isReadable: Bool { interest.contains(.reading) && (!incoming.isEmpty || hasEnded) }
    var isWritable: Bool { interest.contains(.writing) && window > 0 }
    var reportsEnd: Bool { interest.contains(.end) && hasEnded }

    func read(into space: MutableByteView) -> WireTransfer {
        precondition(!isClosed && !space.isEmpty, "read with room, before the end")
        if isBroken { return .failed }
        if incoming.isEmpty { return hasEnded ? .ended : .wouldBlock }
        let count = min(space.count, incoming.count, pieceByteCount)
        for index in 0..<count { space[index] = incoming[index] }
        incoming.removeFirst(count)
        return .bytes(count)
    }

    func write(_ bytes: ByteView) -> WireTransfer {
        precondition(!isClosed && !sendingFinished, "written before the end")
        if isBroken { return .failed }
        let count = min(bytes.count, window)
        if count == 0 { return .wouldBlock }
        outgoing += bytes[0..<count].array
        if window != .max { window -= count }
        return .bytes(count)
    }

    func watch(_ interest: WireInterest) {
        precondition(!isClosed, "watched before the end")
        self.interest = interest
    }

    func finishSending() { sendingFinished = true }

    func close() {
        precondition(!isClosed, "closed once")
        isClosed = true
    }
}

/// One HTTP answer.
struct Answer: Equatable {
    var status: Int
    var head: String
    var body: String

    /// Whether the body holds `text`; a failure does not print all of it.
    func holds(_ text: String) -> Bool { body.contains(text) }

    /// The whole answers at the front of `bytes`.
    static func all(in bytes: [UInt8]) -> [Answer] {
        var found: [Answer] = []
        var rest = bytes[...]
        while let headEnd = endOfHead(rest) {
            let head = String(decoding: rest[..<headEnd], as: UTF8.self)
            let status = Int(head.split(separator: " ")[1]) ?? 0
            var length = 0
            for line in head.split(separator: "\r\n") where line.hasPrefix("Content-Length:") {
                length = Int(String(line.split(separator: " ").last ?? "")) ?? 0
            }
            guard rest.endIndex - headEnd >= length else { break }
            let body = String(decoding: rest[headEnd..<headEnd + length], as: UTF8.self)
            found.append(Answer(status: status, head: head, body: body))
            rest = rest[(headEnd + length)...]
        }
        return found
    }

    private static func endOfHead(_ bytes: ArraySlice<UInt8>) -> Int? {
        var matched = 0
        for (index, byte) in zip(bytes.indices, bytes) {
            matched = byte == (matched % 2 == 0 ? 13 : 10) ? matched + 1 : byte == 13 ? 1 : 0
            if matched == 4 { return index + 1 }
        }
        return nil
    }
}

/// Requests as text.
enum Ask {
    static let queueURL = "http://localhost/000000000000/q"

    static func http(
        _ method: String, _ path: String, headers: [String] = [], body: String = ""
    ) -> String {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"] + headers
        let length = method == "POST" ? ["Content-Length: \(body.utf8.count)"] : []
        return (lines + length).joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    static func json(_ action: String, _ body: String, headers: [String] = []) -> String {
        http(
            "POST", "/",
            headers: [
                "Content-Type: application/x-amz-json-1.0", "X-Amz-Target: AmazonSQS.\(action)",
            ] + headers, body: body)
    }

    static let health = http("GET", "/health")
    static let createQueue = json("CreateQueue", #"{"QueueName":"q"}"#)

    static func send(_ message: String, headers: [String] = []) -> String {
        json(
            "SendMessage", #"{"QueueUrl":"\#(queueURL)","MessageBody":"\#(message)"}"#,
            headers: headers)
    }

    static func receive(waiting seconds: Int = 0, most: Int = 1) -> String {
        json(
            "ReceiveMessage",
            #"{"QueueUrl":"\#(queueURL)","WaitTimeSeconds":\#(seconds),"#
                + #""MaxNumberOfMessages":\#(most)}"#)
    }
}
