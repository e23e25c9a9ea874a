/// The operations that are measured: the requests of each, and the state that they meet.
enum Operation: Hashable {
    case send
    case sendBatch
    case receive
    case receiveTen
    case receiveNothing
    case delete
    case deleteBatch
    case changeVisibility
    case sendToGroup
    case receiveFromGroup
    case deleteFromGroup
    /// To as many queues.
    case publish(subscriptions: Int)
    /// To a topic with as many subscriptions, each with a filter policy of its own, of which one
    /// wants the message.
    case publishFiltered(subscriptions: Int)

    var name: String {
        switch self {
        case .send: "send"
        case .sendBatch: "send-batch"
        case .receive: "receive"
        case .receiveTen: "receive-ten"
        case .receiveNothing: "receive-nothing"
        case .delete: "delete"
        case .deleteBatch: "delete-batch"
        case .changeVisibility: "change-visibility"
        case .sendToGroup: "fifo-send"
        case .receiveFromGroup: "fifo-receive"
        case .deleteFromGroup: "fifo-delete"
        case .publish(let count): "publish-\(count)"
        case .publishFiltered(let count): "publish-filtered-\(count)"
        }
    }

    /// How many of them are in a round.
    var count: Int {
        switch self {
        case .sendBatch, .receiveTen, .deleteBatch: 128
        case .publish(let count) where count > 100: 16
        default: 1024
        }
    }

    private var isOnFIFOQueue: Bool {
        self == .sendToGroup || self == .receiveFromGroup || self == .deleteFromGroup
    }

    // MARK: The state before

    /// Creates what the operation needs.
    func setUp(in world: some World) throws {
        switch self {
        case .publish(let count):
            try world.success(Requests.topic("CreateTopic", [("Name", "t")]))
            for index in 0..<count {
                try world.success(
                    Requests.json("CreateQueue", "{\"QueueName\":\"\(queue(index))\"}"))
                try subscribe(queue(index), filter: nil, in: world)
            }
        case .publishFiltered(let count):
            try world.success(Requests.topic("CreateTopic", [("Name", "t")]))
            try world.success(Requests.json("CreateQueue", "{\"QueueName\":\"q\"}"))
            for index in 0..<count {
                let filter =
                    "{\"kind\":[\"kind-\(index)\"],\"size\":[{\"numeric\":[\">\",\(index)]}]}"
                try world.success(
                    Requests.json("CreateQueue", "{\"QueueName\":\"\(queue(index))\"}"))
                try subscribe(queue(index), filter: filter, in: world)
            }
        default:
            try world.success(Requests.json("CreateQueue", "{\"QueueName\":\"q\"}"))
            try world.success(
                Requests.json(
                    "CreateQueue",
                    "{\"QueueName\":\"q.fifo\",\"Attributes\":{\"FifoQueue\":\"true\"}}"))
        }
    }

    private func queue(_ index: Int) -> String { "q\(index)" }

    private func subscribe(_ queue: String, filter: String?, in world: some World) throws {
        var parameters = [
            ("TopicArn", Operation.topicARN), ("Protocol", "sqs"),
            ("Endpoint", "arn:aws:sqs:us-east-1:000000000000:\(queue)"),
        ]
        if let filter {
            parameters.append(("Attributes.entry.1.key", "FilterPolicy"))
            parameters.append(("Attributes.entry.1.value", filter))
        }
        try world.success(Requests.topic("Subscribe", parameters))
    }

    private static let topicARN = "arn:aws:sns:us-east-1:000000000000:t"

    /// Empties the queues, lets deduplication windows end, and gives the requests of a round.
    func requests(_ count: Int, after world: some World) throws -> [[UInt8]] {
        try empty(world)
        switch self {
        case .send, .sendBatch, .sendToGroup, .publish, .publishFiltered, .receiveNothing:
            break
        case .receive, .receiveTen:
            try fill(world, count * (self == .receiveTen ? 10 : 1))
        case .receiveFromGroup:
            for index in 0..<count { try world.success(sendToGroup(index)) }
        case .delete, .changeVisibility:
            try fill(world, count)
            return try handles(count, in: world).map(finish)
        case .deleteBatch:
            try fill(world, count * 10)
            let handles = try handles(count * 10, in: world)
            return (0..<count).map { Operation.deleteBatch(Array(handles[$0 * 10..<$0 * 10 + 10])) }
        case .deleteFromGroup:
            for index in 0..<count { try world.success(sendToGroup(index)) }
            return try handles(count, in: world).map(finish)
        }
        return (0..<count).map(request)
    }

    private func empty(_ world: some World) throws {
        let names: [String]
        switch self {
        case .publish(let count): names = (0..<count).map(queue)
        case .publishFiltered(let count): names = [queue(count / 2)]
        default: names = [isOnFIFOQueue ? "q.fifo" : "q"]
        }
        for name in names {
            try world.success(
                Requests.json(
                    "PurgeQueue",
                    "{\"QueueUrl\":\"http://\(Requests.host)/000000000000/\(name)\"}"))
        }
        try world.pass(seconds: 400)
    }

    private func fill(_ world: some World, _ count: Int) throws {
        for _ in 0..<count { try world.success(Operation.send.request(0)) }
    }

    private func handles(_ count: Int, in world: some World) throws -> [String] {
        var handles: [String] = []
        while handles.count < count {
            let receive = isOnFIFOQueue ? Operation.receiveFromGroup : .receiveTen
            let found = try world.receiptHandles(receive.request(0))
            guard !found.isEmpty else { throw MicroError(description: "messages are missing") }
            handles += found
        }
        return handles
    }

    // MARK: The requests

    /// The request with this number of an operation that needs no receipt handle.
    func request(_ index: Int) -> [UInt8] {
        switch self {
        case .send:
            return Requests.json(
                "SendMessage",
                "{\"QueueUrl\":\"\(Requests.queueURL)\",\"MessageBody\":\"\(Requests.body)\"}")
        case .sendBatch:
            let entries = (0..<10).map { "{\"Id\":\"\($0)\",\"MessageBody\":\"\(Requests.body)\"}" }
            return Requests.json(
                "SendMessageBatch",
                "{\"QueueUrl\":\"\(Requests.queueURL)\",\"Entries\":["
                    + entries.joined(separator: ",") + "]}")
        case .receive, .receiveNothing:
            return receive(Requests.queueURL, most: 1)
        case .receiveTen:
            return receive(Requests.queueURL, most: 10)
        case .sendToGroup:
            return sendToGroup(index)
        case .receiveFromGroup:
            return receive(Requests.fifoURL, most: 1)
        case .publish:
            return publish([])
        case .publishFiltered(let count):
            return publish([("kind", "String", "kind-\(count / 2)"), ("size", "Number", "9999")])
        case .delete, .deleteBatch, .changeVisibility, .deleteFromGroup:
            preconditionFailure("the request needs a receipt handle")
        }
    }

    private func receive(_ url: String, most: Int) -> [UInt8] {
        Requests.json(
            "ReceiveMessage",
            "{\"QueueUrl\":\"\(url)\",\"MaxNumberOfMessages\":\(most),\"VisibilityTimeout\":300}")
    }

    private func sendToGroup(_ index: Int) -> [UInt8] {
        Requests.json(
            "SendMessage",
            "{\"QueueUrl\":\"\(Requests.fifoURL)\",\"MessageBody\":\"\(Requests.body)\","
                + "\"MessageGroupId\":\"group-\(index)\",\"MessageDeduplicationId\":\"\(index)\"}")
    }

    private func publish(_ attributes: [(name: String, type: String, value: String)]) -> [UInt8] {
        var parameters = [("TopicArn", Operation.topicARN), ("Message", Requests.body)]
        for (index, attribute) in attributes.enumerated() {
            let prefix = "MessageAttributes.entry.\(index + 1)"
            parameters.append(("\(prefix).Name", attribute.name))
            parameters.append(("\(prefix).Value.DataType", attribute.type))
            parameters.append(("\(prefix).Value.StringValue", attribute.value))
        }
        return Requests.topic("Publish", parameters)
    }

    private func finish(_ handle: String) -> [UInt8] {
        let url = isOnFIFOQueue ? Requests.fifoURL : Requests.queueURL
        let front = "{\"QueueUrl\":\"\(url)\",\"ReceiptHandle\":\"\(handle)\""
        return self == .changeVisibility
            ? Requests.json("ChangeMessageVisibility", front + ",\"VisibilityTimeout\":600}")
            : Requests.json("DeleteMessage", front + "}")
    }

    /// The request that deletes these.
    static func deleteBatch(_ handles: [String]) -> [UInt8] {
        let entries = handles.enumerated().map {
            "{\"Id\":\"\($0.offset)\",\"ReceiptHandle\":\"\($0.element)\"}"
        }
        return Requests.json(
            "DeleteMessageBatch",
            "{\"QueueUrl\":\"\(Requests.queueURL)\",\"Entries\":["
                + entries.joined(separator: ",") + "]}")
    }
}
