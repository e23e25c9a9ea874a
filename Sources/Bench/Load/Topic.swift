import Bytes

/// A topic under load and the queues that follow it.
struct Topic {
    let arn: String
    var queueURLs: [String] = []

    init(arn: String) { self.arn = arn }

    /// Makes a topic and this many queues that get its messages raw.
    static func followedByQueues(_ control: ControlClient, name: String, count: Int) throws -> Topic
    {
        var topic = try Topic(control, name: name)
        for number in 0..<count {
            let url = try control.createQueue("\(name)-\(number)")
            topic.queueURLs.append(url)
            try topic.subscribe(control, "sqs", endpoint: control.queueARN(url))
        }
        return topic
    }

    /// Makes a topic.
    init(_ control: ControlClient, name: String) throws {
        let answer = try control.query(.sns, "CreateTopic", [("Name", name)])
        guard let arn = ControlClient.value(after: "<TopicArn>", upTo: 0x3C, in: answer) else {
            throw BenchError("CreateTopic was answered without a TopicArn")
        }
        self.init(arn: arn)
    }

    func subscribe(_ control: ControlClient, _ protocolName: String, endpoint: String) throws {
        _ = try control.query(
            .sns, "Subscribe",
            [
                ("TopicArn", arn), ("Protocol", protocolName), ("Endpoint", endpoint),
                ("Attributes.entry.1.key", "RawMessageDelivery"),
                ("Attributes.entry.1.value", "true"),
            ])
    }

    func confirm(_ control: ControlClient, token: String) throws {
        _ = try control.query(.sns, "ConfirmSubscription", [("TopicArn", arn), ("Token", token)])
    }

    /// Deletes the topic and its queues.
    func delete(_ control: ControlClient) throws {
        _ = try control.query(.sns, "DeleteTopic", [("TopicArn", arn)])
        for url in queueURLs { try control.deleteQueue(url) }
    }
}
