/// Requests as an SDK would send them.
enum Requests {
    static let host = "localhost:4566"
    static let queueURL = "http://\(host)/000000000000/q"
    static let fifoURL = "http://\(host)/000000000000/q.fifo"
    static let body = String(repeating: "x", count: 1024)

    private static let authorization =
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/sqs/aws4_request, "
        + "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature="

    /// Any signature, where nobody checks it.
    private static let anySignature =
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"

    /// A request of the JSON protocol.
    static func json(
        _ action: String, _ object: String, signature: String = anySignature
    ) -> [UInt8] {
        Array(
            """
            POST / HTTP/1.1\r
            Host: \(host)\r
            X-Amz-Target: AmazonSQS.\(action)\r
            Accept-Encoding: identity\r
            Content-Type: application/x-amz-json-1.0\r
            User-Agent: aws-sdk/1.43.11 md/core#1.43.11 ua/2.1 os/linux#6.1 md/arch#x86_64\r
            X-Amz-Date: 20260101T000000Z\r
            Authorization: \(authorization)\(signature)\r
            amz-sdk-invocation-id: 1d5d7ab8-9f1f-4d3c-8c5e-7d1a1f7b2a60\r
            amz-sdk-request: attempt=1\r
            x-amzn-query-mode: true\r
            Content-Length: \(object.utf8.count)\r
            \r
            \(object)
            """.utf8)
    }

    /// A request of the query protocol.
    static func query(
        _ action: String, version: String = "2012-11-05", _ parameters: [(String, String)]
    ) -> [UInt8] {
        var form = "Action=\(action)&Version=\(version)"
        for (name, value) in parameters { form += "&\(name)=\(escaped(value))" }
        return Array(
            """
            POST / HTTP/1.1\r
            Host: \(host)\r
            Accept-Encoding: identity\r
            Content-Type: application/x-www-form-urlencoded; charset=utf-8\r
            User-Agent: aws-sdk/1.20.0 md/core#1.20.0 ua/2.1 os/linux#6.1 md/arch#x86_64\r
            X-Amz-Date: 20260101T000000Z\r
            Content-Length: \(form.utf8.count)\r
            \r
            \(form)
            """.utf8)
    }

    /// A query request of SNS.
    static func topic(_ action: String, _ parameters: [(String, String)]) -> [UInt8] {
        query(action, version: "2010-03-31", parameters)
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}

// MARK: - Requests that are only decoded

extension Requests {
    /// A body of about 1 KiB in which every eleventh character is escaped.
    static let escapedSend = json(
        "SendMessage",
        "{\"QueueUrl\":\"\(queueURL)\",\"MessageBody\":\""
            + String(repeating: "0123456789\\n", count: 93) + "\"}")

    static let attributedSend = json(
        "SendMessage",
        "{\"QueueUrl\":\"\(queueURL)\",\"MessageBody\":\"\(body)\",\"MessageAttributes\":{"
            + "\"kind\":{\"DataType\":\"String\",\"StringValue\":\"order\"},"
            + "\"size\":{\"DataType\":\"Number\",\"StringValue\":\"12\"}}}")

    static let querySend = query("SendMessage", [("QueueUrl", queueURL), ("MessageBody", body)])

    static let queryBatch = query(
        "SendMessageBatch",
        [("QueueUrl", queueURL)]
            + (1...10).flatMap {
                [
                    ("SendMessageBatchRequestEntry.\($0).Id", "\($0)"),
                    ("SendMessageBatchRequestEntry.\($0).MessageBody", body),
                ]
            })

    static let queryReceive = query(
        "ReceiveMessage",
        [
            ("QueueUrl", queueURL), ("MaxNumberOfMessages", "10"), ("VisibilityTimeout", "300"),
            ("AttributeName.1", "All"),
        ])
}
