import BrokerNode
import Testing

/// Requests of SNS as text.
extension Ask {
    static let topicARN = "arn:aws:sns:us-east-1:000000000000:t"
    static let fifoTopicARN = topicARN + ".fifo"

    /// A query request of SNS with these parameters.
    static func sns(_ action: String, _ parameters: [(String, String)]) -> String {
        let all = [("Action", action), ("Version", "2010-03-31")] + parameters
        return http(
            "POST", "/", headers: ["Content-Type: application/x-www-form-urlencoded"],
            body: all.map { "\($0)=\(escaped($1))" }.joined(separator: "&"))
    }

    static func subscribe(
        _ protocolName: String, _ endpoint: String, topic: String = topicARN,
        attributes: [(String, String)] = []
    ) -> String {
        var parameters = [
            ("TopicArn", topic), ("Protocol", protocolName), ("Endpoint", endpoint),
            ("ReturnSubscriptionArn", "true"),
        ]
        for (index, (name, value)) in attributes.enumerated() {
            parameters.append(("Attributes.entry.\(index + 1).key", name))
            parameters.append(("Attributes.entry.\(index + 1).value", value))
        }
        return sns("Subscribe", parameters)
    }

    static func publish(
        _ message: String, topic: String = topicARN, _ more: [(String, String)] = []
    ) -> String {
        sns("Publish", [("TopicArn", topic), ("Message", message)] + more)
    }

    static func receive(from queue: String, waiting seconds: Int = 0) -> String {
        json(
            "ReceiveMessage",
            #"{"QueueUrl":"http://localhost/000000000000/\#(queue)","#
                + #""WaitTimeSeconds":\#(seconds),"MaxNumberOfMessages":10}"#)
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E
            return isPlain
                ? String(decoding: [byte], as: UTF8.self)
                : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

extension TestNode {
    /// Sends `request`, which has to succeed.
    @discardableResult
    func done(_ request: String) throws -> Answer {
        let answer = try #require(try self.answer(to: request))
        try #require(answer.status == 200, "\(answer.body)")
        return answer
    }

    /// A node with the topic `t`.
    static func withTopic(
        disk: HeldDisk = HeldDisk(), offersReset: Bool = false
    ) throws -> TestNode {
        let node = try TestNode(disk: disk, offersReset: offersReset)
        try node.done(Ask.sns("CreateTopic", [("Name", "t")]))
        return node
    }

    /// Creates a queue and subscribes it.
    func subscribeQueue(
        _ name: String, topic: String = Ask.topicARN, attributes: [(String, String)] = []
    ) throws {
        let fifo = name.hasSuffix(".fifo") ? #","Attributes":{"FifoQueue":"true"}"# : ""
        try done(Ask.json("CreateQueue", #"{"QueueName":"\#(name)"\#(fifo)}"#))
        let arn = "arn:aws:sqs:us-east-1:000000000000:\(name)"
        try done(Ask.subscribe("sqs", arn, topic: topic, attributes: attributes))
    }

    /// Subscribes an HTTP endpoint and confirms it with the token that it is sent; returns the
    /// subscription's ARN.
    @discardableResult
    func subscribeEndpoint(
        _ url: String, topic: String = Ask.topicARN, attributes: [(String, String)] = []
    ) throws -> String {
        let answer = try done(Ask.subscribe("http", url, topic: topic, attributes: attributes))
        let arn = try #require(answer.body.part(from: "<SubscriptionArn>", to: "<"))
        let parcel = try #require(courier.underWay.last { $0.destination == url })
        let token = try #require(parcel.text.part(from: "\"Token\" : \"", to: "\""))
        courier.answer(parcel.number, .answered(status: 200, body: []))
        try settle()
        try done(Ask.sns("ConfirmSubscription", [("TopicArn", topic), ("Token", token)]))
        return arn
    }
}

extension String {
    /// What first stands between two texts.
    func part(from start: String, to end: String) -> String? { parts(from: start, to: end).first }

    /// Everything that stands between two texts.
    func parts(from start: String, to end: String) -> [String] {
        var found: [String] = []
        var rest = Substring(self)
        while let begin = rest.firstRange(of: start) {
            rest = rest[begin.upperBound...]
            guard let stop = rest.firstRange(of: end) else { break }
            found.append(String(rest[..<stop.lowerBound]))
            rest = rest[stop.upperBound...]
        }
        return found
    }
}
