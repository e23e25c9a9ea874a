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
            let queue = "\(name)-\(number)"
            topic.queueURLs.append(try control.createQueue(queue))
            try topic.subscribe(
                control, "sqs", endpoint: "arn:aws:sqs:us-east-1:000000000000:\(queue)")
        }
        return topic
    }

    /// Makes a topic.
    init(_ control: ControlClient, name: String) throws {
        let answer = try Topic.call(control, "CreateTopic", [("Name", name)])
        guard let arn = Topic.element("TopicArn", in: answer) else {
            throw BenchError("CreateTopic was answered without a TopicArn")
        }
        self.init(arn: arn)
    }

    func subscribe(_ control: ControlClient, _ protocolName: String, endpoint: String) throws {
        _ = try Topic.call(
            control, "Subscribe",
            [
                ("TopicArn", arn), ("Protocol", protocolName), ("Endpoint", endpoint),
                ("Attributes.entry.1.key", "RawMessageDelivery"),
                ("Attributes.entry.1.value", "true"),
            ])
    }

    func confirm(_ control: ControlClient, token: String) throws {
        _ = try Topic.call(control, "ConfirmSubscription", [("TopicArn", arn), ("Token", token)])
    }

    /// Deletes the topic and its queues.
    func delete(_ control: ControlClient) throws {
        _ = try Topic.call(control, "DeleteTopic", [("TopicArn", arn)])
        for url in queueURLs { try control.deleteQueue(url) }
    }

    /// The whole request that publishes a message of the size wanted.
    func publishRequest(_ content: WorkloadContent) -> [UInt8] {
        Topic.request(
            host: content.writer.host, "Publish",
            [("TopicArn", arn), ("Message", content.messageBody)]
        ).array
    }

    private static func call(
        _ control: ControlClient, _ action: String, _ fields: [(String, String)]
    ) throws -> String {
        let host = "\(control.address):\(control.port)"
        return try control.exchange(request(host: host, action, fields), action)
    }

    /// A request of the query protocol with the headers that an SDK sends.
    private static func request(host: String, _ action: String, _ fields: [(String, String)])
        -> ByteWriter
    {
        let words = [("Action", action), ("Version", "2010-03-31")] + fields
        let body = words.map { "\($0)=\(percentCoded($1))" }.joined(separator: "&")
        var request = ByteWriter(capacity: body.utf8.count + 1024)
        request.append(
            """
            POST / HTTP/1.1\r
            Host: \(host)\r
            Accept-Encoding: identity\r
            Content-Type: application/x-www-form-urlencoded; charset=utf-8\r
            User-Agent: aws-sdk/1.43.11 md/core#1.43.11 ua/2.1 os/linux#6.1 md/arch#x86_64 \
            lang/any#1.0 md/impl#bench cfg/retry-mode#standard\r
            X-Amz-Date: 20260101T000000Z\r
            Authorization: AWS4-HMAC-SHA256 \
            Credential=AKIDEXAMPLE/20260101/us-east-1/sns/aws4_request, \
            SignedHeaders=content-type;host;x-amz-date, \
            Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r
            amz-sdk-invocation-id: 1d5d7ab8-9f1f-4d3c-8c5e-7d1a1f7b2a60\r
            amz-sdk-request: attempt=1\r
            Content-Length: \(body.utf8.count)\r
            \r

            """)
        request.append(body)
        return request
    }

    /// The text with everything but letters, digits and `-._~` as `%XX`.
    private static func percentCoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var coded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: coded.append(byte)
            default: coded += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: coded, as: UTF8.self)
    }

    /// The text of the first element of this name.
    private static func element(_ name: String, in document: String) -> String? {
        var writer = ByteWriter()
        writer.append(document)
        var label = ByteWriter()
        label.append("<\(name)>")
        guard let start = writer.view.firstRange(of: label.view)?.upperBound,
            let end = writer.view.firstIndex(of: 0x3C, from: start)
        else { return nil }
        return writer.view[start..<end].string
    }
}
