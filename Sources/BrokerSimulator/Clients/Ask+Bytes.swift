extension Ask {
    /// The request as bytes, in the JSON protocol for SQS and the query protocol for SNS.
    var bytes: [UInt8] {
        switch self {
        case .create(let queue):
            json(
                "CreateQueue", #""QueueName":"\#(queue.name)","Attributes":{\#(queue.attributes)}"#)
        case .send(let queue, let messages) where messages.count == 1:
            json("SendMessage", queue.member + "," + messages[0].members)
        case .send(let queue, let messages):
            json("SendMessageBatch", queue.member + entries(messages.map(\.members)))
        case .receive(let queue, let form): json("ReceiveMessage", queue.member + form.members)
        case .delete(let queue, let held) where held.count == 1:
            json("DeleteMessage", queue.member + "," + held[0].member)
        case .delete(let queue, let held):
            json("DeleteMessageBatch", queue.member + entries(held.map(\.member)))
        case .change(let queue, let held, let seconds) where held.count == 1:
            json(
                "ChangeMessageVisibility",
                queue.member + "," + held[0].member + #","VisibilityTimeout":\#(seconds)"#)
        case .change(let queue, let held, let seconds):
            json(
                "ChangeMessageVisibilityBatch",
                queue.member
                    + entries(held.map { $0.member + #","VisibilityTimeout":\#(seconds)"# }))
        case .set(let queue, let change):
            json("SetQueueAttributes", queue.member + #","Attributes":{\#(change.member)}"#)
        case .purge(let queue): json("PurgeQueue", queue.member)
        case .remove(let queue): json("DeleteQueue", queue.member)
        case .count(let queue):
            json("GetQueueAttributes", queue.member + #","AttributeNames":["All"]"#)
        case .startMove(let move): json("StartMessageMoveTask", move.members)
        case .cancelMove(let move):
            json("CancelMessageMoveTask", #""TaskHandle":"\#(move.handle ?? "")""#)
        case .listMoves(let queue):
            json("ListMessageMoveTasks", #""SourceArn":"\#(queue.arn)","MaxResults":10"#)
        case .topic(let ask): query(ask.request.action, ask.request.parameters)
        }
    }

    private func entries(_ members: [String]) -> String {
        let entries = members.enumerated().map { #"{"Id":"\#($0)",\#($1)}"# }
        return #","Entries":[\#(entries.joined(separator: ","))]"#
    }

    private func json(_ action: String, _ members: String) -> [UInt8] {
        http(
            "Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AmazonSQS.\(action)\r\n",
            "{" + members + "}")
    }

    private func query(_ action: String, _ parameters: [(String, String)]) -> [UInt8] {
        let pairs = [("Action", action), ("Version", "2010-03-31")] + parameters
        return http(
            "Content-Type: application/x-www-form-urlencoded\r\n",
            pairs.map { "\($0)=\(Ask.escaped($1))" }.joined(separator: "&"))
    }

    private func http(_ fields: String, _ body: String) -> [UInt8] {
        Array(
            ("POST / HTTP/1.1\r\nHost: localhost\r\n" + fields
                + "Content-Length: \(body.utf8.count)\r\n\r\n" + body).utf8)
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E:
                String(decoding: [byte], as: UTF8.self)
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }
}

extension SimulatedQueue {
    fileprivate var member: String { #""QueueUrl":"http://localhost/000000000000/\#(name)""# }

    /// What it is made with.
    fileprivate var attributes: String {
        var changes: [AttributeChange] = [.visibility(30), .delay(delay), .retention(retention)]
        if redrive != nil { changes.append(.redrive(redrive)) }
        return (changes.map(\.member) + (isFIFO ? [#""FifoQueue":"true""#] : []))
            .joined(separator: ",")
    }
}

extension ReceiveForm {
    fileprivate var members: String {
        var members = #","MaxNumberOfMessages":\#(count),"WaitTimeSeconds":\#(wait)"#
        members += #","VisibilityTimeout":\#(visibility),"AttributeNames":["All"]"#
        members += #","MessageAttributeNames":["All"]"#
        if let attemptID { members += #","ReceiveRequestAttemptId":"\#(attemptID)""# }
        return members
    }
}

extension SimulatedMove {
    fileprivate var members: String {
        var members = #""SourceArn":"\#(source.arn)""#
        if let destination { members += #","DestinationArn":"\#(destination.arn)""# }
        if let rate { members += #","MaxNumberOfMessagesPerSecond":\#(rate)"# }
        return members
    }
}

extension Sent {
    fileprivate var members: String {
        var members = #""MessageBody":"\#(text)","MessageAttributes":{"try":"#
        members += #"{"DataType":"Number","StringValue":"\#(tries)"}}"#
        if let group { members += #","MessageGroupId":"\#(group)""# }
        if let deduplication { members += #","MessageDeduplicationId":"\#(deduplication)""# }
        if let delay { members += #","DelaySeconds":\#(delay)"# }
        return members
    }
}

extension Held {
    fileprivate var member: String { #""ReceiptHandle":"\#(delivery.handle)""# }
}
