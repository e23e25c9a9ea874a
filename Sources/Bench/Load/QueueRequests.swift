import Bytes

/// The requests of workloads on queues, in one protocol.
final class QueueRequests {
    let queues: [QueueAddress]
    let shape: MessageShape
    private let isJSON: Bool
    private let sendHead: RequestHead
    private let receiveHead: RequestHead
    private let deleteHead: RequestHead
    private let pool: MessagePool
    private let receiveRest: [UInt8]
    /// What bodies of the query protocol begin with.
    private let fronts: (send: [UInt8], receive: [UInt8], delete: [UInt8])
    private var body = ByteWriter(capacity: 16_384)
    private var handle = ByteWriter(capacity: 512)
    /// The whole body of every send, when there is but one, and its digest when it is signed.
    private var constantSend: (body: [UInt8], digest: SHA256Digest?)?

    init(
        _ writer: RequestWriter, queues: [QueueAddress], shape: MessageShape,
        waitSeconds: Int = 0, seed: UInt64 = 1
    ) {
        self.queues = queues
        self.shape = shape
        isJSON = writer.wireProtocol == .json
        let isBatch = shape.batch > 1
        let sendAction = isBatch ? "SendMessageBatch" : "SendMessage"
        let deleteAction = isBatch ? "DeleteMessageBatch" : "DeleteMessage"
        sendHead = RequestHead(writer, sendAction)
        receiveHead = RequestHead(writer, "ReceiveMessage")
        deleteHead = RequestHead(writer, deleteAction)
        func front(_ action: String) -> [UInt8] {
            Array("Action=\(action)&Version=\(writer.service.version)&QueueUrl=".utf8)
        }
        fronts = (front(sendAction), front("ReceiveMessage"), front(deleteAction))
        let isJSON = isJSON
        pool = MessagePool(shape, seed: seed) { texts in
            isJSON ? QueueText.jsonSend(texts) : QueueText.formSend(texts)
        }
        receiveRest = Array(
            (isJSON
                ? QueueText.jsonReceive(shape, waitSeconds: waitSeconds)
                : QueueText.formReceive(shape, waitSeconds: waitSeconds)).utf8)
        if queues.count == 1, let rest = pool.constant {
            begin(queues[0], fronts.send)
            body.append(rest)
            constantSend = (
                body.array, sendHead.isSigned ? SHA256Digest(of: body.view) : nil
            )
        }
    }

    /// Replaces `request` by one that sends the next message or batch.
    func writeSend(_ queue: Int, into request: inout ByteWriter) {
        if let constantSend {
            constantSend.body.withByteView { bytes in
                finish(sendHead, queues[queue], bytes, constantSend.digest, into: &request)
            }
            return
        }
        begin(queues[queue], fronts.send)
        pool.write(into: &body)
        finish(sendHead, queues[queue], body.view, nil, into: &request)
    }

    /// Replaces `request` by one that receives.
    func writeReceive(_ queue: Int, into request: inout ByteWriter) {
        begin(queues[queue], fronts.receive)
        body.append(receiveRest)
        finish(receiveHead, queues[queue], body.view, nil, into: &request)
    }

    /// Replaces `request` by one that deletes every message of an answer; returns how many there
    /// are, and leaves `request` alone when there are none.
    func writeDelete(_ queue: Int, _ answer: ByteView, into request: inout ByteWriter) -> Int {
        begin(queues[queue], fronts.delete)
        var number = 0
        if isJSON {
            if shape.batch > 1 { body.append("\"Entries\":[") }
            answer.forEachText(of: "ReceiptHandle\"") { value in
                appendJSON(value, number: number)
                number += 1
            }
            body.append(shape.batch > 1 ? "]}" : "}")
        } else {
            answer.forEachValue(after: "ReceiptHandle>", upTo: 0x3C) { value in
                // What follows the end tag is nothing, or a line end and spaces.
                guard value.count > 0, value[0] > 0x20 else { return }
                appendForm(value, number: number)
                number += 1
            }
        }
        guard number > 0 else { return 0 }
        finish(deleteHead, queues[queue], body.view, nil, into: &request)
        return number
    }

    private func appendJSON(_ value: ByteView, number: Int) {
        if shape.batch > 1 {
            body.append(number > 0 ? ",{\"Id\":\"" : "{\"Id\":\"")
            body.append(decimal: number)
            body.append("\",")
        }
        body.append("\"ReceiptHandle\":\"")
        body.append(value)
        body.append(shape.batch > 1 ? "\"}" : "\"")
    }

    private func appendForm(_ value: ByteView, number: Int) {
        guard shape.batch > 1 else {
            body.append("ReceiptHandle=")
            return body.append(percentEncoded: value)
        }
        let entry: StaticString = "DeleteMessageBatchRequestEntry."
        if number > 0 { body.append("&") }
        body.append(entry)
        body.append(decimal: number + 1)
        body.append(".Id=")
        body.append(decimal: number)
        body.append("&")
        body.append(entry)
        body.append(decimal: number + 1)
        body.append(".ReceiptHandle=")
        body.append(percentEncoded: value)
    }

    private func begin(_ queue: QueueAddress, _ front: [UInt8]) {
        body.removeAll()
        if isJSON { return body.append(queue.jsonFront) }
        body.append(front)
        body.append(queue.formURL)
        body.append("&")
    }

    private func finish(
        _ head: RequestHead, _ queue: QueueAddress, _ body: ByteView, _ digest: SHA256Digest?,
        into request: inout ByteWriter
    ) {
        request.removeAll()
        if isJSON { return head.write(path: "/", body: body, digest: digest, into: &request) }
        queue.path.withByteView { path in
            head.write(path: path, body: body, digest: digest, into: &request)
        }
    }
}

/// What requests on queues say after the queue's URL.
enum QueueText {
    static func jsonSend(_ texts: [MessagePool.MessageText]) -> String {
        guard texts.count > 1 else { return "\(members(texts[0]))}" }
        let entries = texts.enumerated().map { "{\"Id\":\"\($0)\",\(members($1))}" }
        return "\"Entries\":[\(entries.joined(separator: ","))]}"
    }

    private static func members(_ text: MessagePool.MessageText) -> String {
        var members = "\"MessageBody\":\"\(text.body)\""
        if !text.attributes.isEmpty {
            let values = text.attributes.map {
                "\"\($0.name)\":{\"DataType\":\"String\",\"StringValue\":\"\($0.value)\"}"
            }
            members += ",\"MessageAttributes\":{\(values.joined(separator: ","))}"
        }
        if let group = text.group, let number = text.number {
            members += ",\"MessageGroupId\":\"\(group)\",\"MessageDeduplicationId\":\"\(number)\""
        }
        return members
    }

    static func formSend(_ texts: [MessagePool.MessageText]) -> String {
        guard texts.count > 1 else { return fields(texts[0], "") }
        return texts.enumerated().map { index, text in
            let entry = "SendMessageBatchRequestEntry.\(index + 1)."
            return "\(entry)Id=\(index)&\(fields(text, entry))"
        }.joined(separator: "&")
    }

    private static func fields(_ text: MessagePool.MessageText, _ prefix: String) -> String {
        var fields = "\(prefix)MessageBody=\(FormFields.coded(text.body))"
        for (index, attribute) in text.attributes.enumerated() {
            let name = "\(prefix)MessageAttribute.\(index + 1)."
            fields +=
                "&\(name)Name=\(attribute.name)&\(name)Value.DataType=String"
                + "&\(name)Value.StringValue=\(attribute.value)"
        }
        if let group = text.group, let number = text.number {
            fields +=
                "&\(prefix)MessageGroupId=\(group)&\(prefix)MessageDeduplicationId=\(number)"
        }
        return fields
    }

    static func jsonReceive(_ shape: MessageShape, waitSeconds: Int) -> String {
        "\"MaxNumberOfMessages\":\(shape.batch),\"VisibilityTimeout\":600"
            + (waitSeconds > 0 ? ",\"WaitTimeSeconds\":\(waitSeconds)" : "")
            + (shape.attributeCount > 0 ? ",\"MessageAttributeNames\":[\"All\"]" : "") + "}"
    }

    static func formReceive(_ shape: MessageShape, waitSeconds: Int) -> String {
        "MaxNumberOfMessages=\(shape.batch)&VisibilityTimeout=600"
            + (waitSeconds > 0 ? "&WaitTimeSeconds=\(waitSeconds)" : "")
            + (shape.attributeCount > 0 ? "&MessageAttributeName.1=All" : "")
    }
}
