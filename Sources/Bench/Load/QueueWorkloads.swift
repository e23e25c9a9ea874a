import Bytes

/// Sends for ever, or a number of requests; queues take turns.
struct SendWorkload: Workload {
    var firstStep: Step { .send }
    let requests: QueueRequests
    /// How many requests are still to be sent.
    var remaining = Int.max
    private var queue = 0

    init(_ requests: QueueRequests, requestCount: Int? = nil) {
        self.requests = requests
        remaining = requestCount ?? .max
    }

    mutating func begin(_ connection: LoadConnection) -> Bool {
        guard remaining > 0 else { return false }
        remaining -= 1
        connection.step = .send
        requests.writeSend(queue, into: &connection.request)
        queue = queue + 1 == requests.queues.count ? 0 : queue + 1
        return true
    }

    mutating func take(_ response: Response, _ connection: LoadConnection) -> Progress {
        requests.progressOfSend(response)
    }
}

/// Receives and deletes; with `sends`, each operation puts in as much before as it takes out, so
/// that the queue keeps its length. Without, the load ends when the queue is empty.
struct RoundTripWorkload: Workload {
    var firstStep: Step { sends ? .send : .receive }
    var hasSteps: Bool { true }
    let requests: QueueRequests
    let sends: Bool
    private var queue = 0
    private var isEmpty = false

    init(_ requests: QueueRequests, sends: Bool) {
        self.requests = requests
        self.sends = sends
    }

    mutating func begin(_ connection: LoadConnection) -> Bool {
        guard !isEmpty else { return false }
        connection.queue = queue
        queue = queue + 1 == requests.queues.count ? 0 : queue + 1
        if sends {
            connection.step = .send
            requests.writeSend(connection.queue, into: &connection.request)
        } else {
            connection.step = .receive
            requests.writeReceive(connection.queue, into: &connection.request)
        }
        return true
    }

    mutating func take(_ response: Response, _ connection: LoadConnection) -> Progress {
        switch connection.step {
        case .send, .publish:
            var progress = requests.progressOfSend(response)
            // What is counted is what comes out.
            progress.messageCount = 0
            progress.goesOn = true
            connection.step = .receive
            requests.writeReceive(connection.queue, into: &connection.request)
            return progress
        case .receive:
            connection.messageCount = requests.writeDelete(
                connection.queue, response.body, into: &connection.request)
            connection.step = .delete
            if connection.messageCount == 0 && !sends && connection.queue == 0 { isEmpty = true }
            return Progress(goesOn: connection.messageCount > 0)
        case .delete:
            let refused = requests.refusedCount(response)
            return Progress(
                messageCount: connection.messageCount - refused, refusedCount: refused)
        }
    }
}

/// Receives and leaves it at that: waits for messages that do not come, or puts messages in flight.
struct PollWorkload: Workload {
    var firstStep: Step { .receive }
    let requests: QueueRequests

    mutating func begin(_ connection: LoadConnection) -> Bool {
        connection.step = .receive
        requests.writeReceive(0, into: &connection.request)
        return true
    }

    mutating func take(_ response: Response, _ connection: LoadConnection) -> Progress {
        var count = 0
        response.body.forEachText(of: "ReceiptHandle\"") { _ in count += 1 }
        return Progress(messageCount: count)
    }
}

/// Single sends, batches and receives with deletion, chosen by weights.
struct MixedWorkload: Workload {
    var firstStep: Step { .send }
    private var single: SendWorkload
    private var batch: SendWorkload
    private var taking: RoundTripWorkload
    private let mix: Mix
    private var generator: SeededGenerator

    init(_ single: QueueRequests, _ batch: QueueRequests, _ mix: Mix, seed: UInt64) {
        self.single = SendWorkload(single)
        self.batch = SendWorkload(batch)
        // An empty queue does not end it.
        taking = RoundTripWorkload(batch, sends: false)
        self.mix = mix
        generator = SeededGenerator(seed: seed)
    }

    mutating func begin(_ connection: LoadConnection) -> Bool {
        let place = Int.random(in: 0..<mix.total, using: &generator)
        connection.isBatch = false
        if place < mix.send { return single.begin(connection) }
        connection.isBatch = true
        if place < mix.send + mix.sendBatch { return batch.begin(connection) }
        taking.goOn()
        return taking.begin(connection)
    }

    mutating func take(_ response: Response, _ connection: LoadConnection) -> Progress {
        guard connection.step == .send else { return taking.take(response, connection) }
        return connection.isBatch
            ? batch.take(response, connection) : single.take(response, connection)
    }
}

extension RoundTripWorkload {
    /// Forgets that the queue was found empty.
    fileprivate mutating func goOn() { isEmpty = false }
}

/// How often the operations of a mixed load come.
struct Mix: Equatable {
    var send = 45
    var sendBatch = 5
    var receive = 50
    var total: Int { send + sendBatch + receive }

    static let allowed = "send:N,send-batch:N,receive-delete:N with numbers from 0 to 1000"

    init() {}

    /// Reads `send:45,send-batch:5,receive-delete:50`; what is not named does not happen.
    init?(_ text: String) {
        (send, sendBatch, receive) = (0, 0, 0)
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: ":", omittingEmptySubsequences: false)
            guard words.count == 2, let weight = Int(words[1]), (0...1000).contains(weight) else {
                return nil
            }
            switch words[0] {
            case "send": send = weight
            case "send-batch": sendBatch = weight
            case "receive-delete": receive = weight
            default: return nil
            }
        }
        guard total > 0 else { return nil }
    }
}

extension QueueRequests {
    /// What the answer to a send or a batch of them means.
    func progressOfSend(_ response: Response) -> Progress {
        let refused = refusedCount(response)
        return Progress(messageCount: shape.batch - refused, refusedCount: refused)
    }

    /// How many entries of a batch an answer refuses.
    func refusedCount(_ response: Response) -> Int {
        guard shape.batch > 1 else { return 0 }
        var count = 0
        if let failed = response.body.firstRange(of: "Failed\"") {
            response.body.dropFirst(failed.upperBound).forEachText(of: "Code\"") { _ in count += 1 }
        } else if response.body.firstIndex(of: 0x3C) != nil {
            response.body.forEachValue(after: "BatchResultErrorEntry>", upTo: 0x3C) { _ in
                count += 1
            }
            // Each has a tag at its beginning and one at its end.
            count = (count + 1) / 2
        }
        return count
    }
}

/// Publishes the same message to a topic, for ever or a number of times.
struct PublishWorkload: Workload {
    var firstStep: Step { .publish }
    private let head: RequestHead
    private let body: [UInt8]
    private let digest: SHA256Digest?
    private let receiverCount: Int
    private var remaining: Int

    init(
        _ writer: RequestWriter, topicARN: String, shape: MessageShape, receiverCount: Int,
        requestCount: Int?
    ) {
        head = RequestHead(writer, "Publish")
        var generator = SeededGenerator(seed: 1)
        let length = shape.bodySize.lengths(1, &generator)[0]
        let text = MessagePool.MessageText(shape, byteCount: length)
        var fields = [("TopicArn", topicARN), ("Message", text.body)]
        for (index, attribute) in text.attributes.enumerated() {
            let name = "MessageAttributes.entry.\(index + 1)."
            fields += [
                (name + "Name", attribute.name), (name + "Value.DataType", "String"),
                (name + "Value.StringValue", attribute.value),
            ]
        }
        body = Array(FormFields.body(.sns, "Publish", fields).utf8)
        digest = head.isSigned ? body.withByteView { SHA256Digest(of: $0) } : nil
        self.receiverCount = receiverCount
        remaining = requestCount ?? .max
    }

    mutating func begin(_ connection: LoadConnection) -> Bool {
        guard remaining > 0 else { return false }
        remaining -= 1
        connection.step = .publish
        write(into: &connection.request)
        return true
    }

    /// Replaces `request` by one that publishes.
    func write(into request: inout ByteWriter) {
        request.removeAll()
        body.withByteView { head.write(path: "/", body: $0, digest: digest, into: &request) }
    }

    mutating func take(_ response: Response, _ connection: LoadConnection) -> Progress {
        Progress(messageCount: receiverCount)
    }
}
