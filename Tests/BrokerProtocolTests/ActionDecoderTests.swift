import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

/// Each action as both protocols write it, with the description of what is decoded.
struct ActionExample: Sendable, CustomTestStringConvertible {
    let name: String
    let json: String
    let form: String
    let decoded: String

    init(_ name: String, _ json: String, _ form: String, _ decoded: String) {
        self.name = name
        self.json = json
        self.form = form
        self.decoded = decoded
    }

    var testDescription: String { name }

    static let queue = "\"QueueUrl\":\"http://localhost:4566/123456789012/orders\""
    static let queueForm = "QueueUrl=http%3A%2F%2Flocalhost%3A4566%2F123456789012%2Forders"
    static let queueDecoded = "123456789012/us-east-1/orders"

    static let all = queueExamples + messageExamples + taskExamples

    static let queueExamples = [
        ActionExample(
            "CreateQueue",
            #"{"QueueName":"a.fifo","Attributes":{"FifoQueue":"true","Policy":""},"#
                + #""tags":{"k\u0031":"v 1"}}"#,
            "QueueName=a.fifo&Attribute.1.Name=FifoQueue&Attribute.1.Value=true"
                + "&Attribute.2.Name=Policy&Attribute.2.Value=&Tag.1.Key=k1&Tag.1.Value=v+1",
            "a.fifo [FifoQueue=true, Policy=] [k1=v 1]"),
        ActionExample("DeleteQueue", "{\(queue)}", queueForm, queueDecoded),
        ActionExample("PurgeQueue", "{\(queue)}", queueForm, queueDecoded),
        ActionExample("ListQueueTags", "{\(queue)}", queueForm, queueDecoded),
        ActionExample(
            "GetQueueUrl", #"{"QueueName":"q","QueueOwnerAWSAccountId":"123456789012"}"#,
            "QueueName=q&QueueOwnerAWSAccountId=123456789012", "q 123456789012"),
        ActionExample(
            "ListQueues", #"{"QueueNamePrefix":"p","MaxResults":5,"NextToken":"t=="}"#,
            "QueueNamePrefix=p&MaxResults=5&NextToken=t%3D%3D", "p 5 t=="),
        ActionExample(
            "ListDeadLetterSourceQueues", #"{\#(queue),"MaxResults":7,"NextToken":"t"}"#,
            "\(queueForm)&MaxResults=7&NextToken=t", "\(queueDecoded) 7 t"),
        ActionExample(
            "GetQueueAttributes", #"{\#(queue),"AttributeNames":["All","Policy"]}"#,
            "\(queueForm)&AttributeName.1=All&AttributeName.2=Policy",
            "\(queueDecoded) [All, Policy]"),
        ActionExample(
            "SetQueueAttributes", #"{\#(queue),"Attributes":{"DelaySeconds":"5"}}"#,
            "\(queueForm)&Attribute.Name=DelaySeconds&Attribute.Value=5",
            "\(queueDecoded) [DelaySeconds=5]"),
        ActionExample(
            "TagQueue", #"{\#(queue),"Tags":{"a":"1","b":"ü"}}"#,
            "\(queueForm)&Tag.1.Key=a&Tag.1.Value=1&Tag.2.Value=%C3%BC&Tag.2.Key=b",
            "\(queueDecoded) [a=1, b=ü]"),
        ActionExample(
            "UntagQueue", #"{\#(queue),"TagKeys":["a","b"]}"#,
            "\(queueForm)&TagKey.2=b&TagKey.1=a", "\(queueDecoded) [a, b]"),
        ActionExample(
            "AddPermission",
            #"{\#(queue),"Label":"l","AWSAccountIds":["1","2"],"Actions":["SendMessage"]}"#,
            "\(queueForm)&Label=l&AWSAccountId.1=1&AWSAccountId.2=2&ActionName.1=SendMessage",
            "\(queueDecoded) l [1, 2] [SendMessage]"),
        ActionExample(
            "RemovePermission", #"{\#(queue),"Label":"l"}"#, "\(queueForm)&Label=l",
            "\(queueDecoded) l"),
    ]

    static let messageExamples = [
        ActionExample(
            "SendMessage",
            #"""
            {\#(queue),"MessageBody":"a \"b\" \u00fc\ud83d\ude00","DelaySeconds":3,\#
            "MessageAttributes":{"n":{"DataType":"Number","StringValue":"1"},\#
            "b":{"BinaryValue":"AAEC","DataType":"Binary.x"}},\#
            "MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"String",\#
            "StringValue":"Root=1"}},"MessageDeduplicationId":"d","MessageGroupId":"g"}
            """#,
            """
            \(queueForm)&MessageBody=a+%22b%22+%C3%BC%F0%9F%98%80&DelaySeconds=3\
            &MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Number\
            &MessageAttribute.1.Value.StringValue=1&MessageAttribute.2.Name=b\
            &MessageAttribute.2.Value.BinaryValue=AAEC\
            &MessageAttribute.2.Value.DataType=Binary.x\
            &MessageSystemAttribute.1.Name=AWSTraceHeader\
            &MessageSystemAttribute.1.Value.DataType=String\
            &MessageSystemAttribute.1.Value.StringValue=Root%3D1\
            &MessageDeduplicationId=d&MessageGroupId=g
            """,
            "\(queueDecoded) a \"b\" ü😀|3|n:Number=1,b:Binary.x=#000102"
                + "|AWSTraceHeader:String=Root=1|d|g"),
        ActionExample(
            "SendMessageBatch",
            #"{\#(queue),"Entries":[{"Id":"1","MessageBody":"x"},{"Id":"2","MessageBody":"y","#
                + #""MessageAttributes":{"k":{"DataType":"String","StringValue":"v"}}}]}"#,
            """
            \(queueForm)&SendMessageBatchRequestEntry.1.Id=1\
            &SendMessageBatchRequestEntry.1.MessageBody=x\
            &SendMessageBatchRequestEntry.2.Id=2\
            &SendMessageBatchRequestEntry.2.MessageBody=y\
            &SendMessageBatchRequestEntry.2.MessageAttribute.1.Name=k\
            &SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.StringValue=v\
            &SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.DataType=String
            """,
            "\(queueDecoded) 1:x|||||  2:y||k:String=v|||"),
        ActionExample(
            "ReceiveMessage",
            #"""
            {\#(queue),"AttributeNames":["SenderId"],"MessageSystemAttributeNames":\#
            ["SentTimestamp","Nonsense"],"MessageAttributeNames":["a","b.*"],\#
            "MaxNumberOfMessages":10,"VisibilityTimeout":0,"WaitTimeSeconds":20,\#
            "ReceiveRequestAttemptId":"r"}
            """#,
            """
            \(queueForm)&AttributeName.1=SenderId&MessageSystemAttributeName.1=SentTimestamp\
            &MessageSystemAttributeName.2=Nonsense&MessageAttributeName.1=a\
            &MessageAttributeName.2=b.%2A&MaxNumberOfMessages=10&VisibilityTimeout=0\
            &WaitTimeSeconds=20&ReceiveRequestAttemptId=r
            """,
            "\(queueDecoded) 10 0 20 r system 3 names [a] prefixes [b]"),
        ActionExample(
            "DeleteMessage", #"{\#(queue),"ReceiptHandle":"ab+\/="}"#,
            "\(queueForm)&ReceiptHandle=ab%2B%2F%3D", "\(queueDecoded) ab+/="),
        ActionExample(
            "DeleteMessageBatch",
            #"{\#(queue),"Entries":[{"Id":"1","ReceiptHandle":"a"},{"ReceiptHandle":"b"}]}"#,
            """
            \(queueForm)&DeleteMessageBatchRequestEntry.1.Id=1\
            &DeleteMessageBatchRequestEntry.1.ReceiptHandle=a\
            &DeleteMessageBatchRequestEntry.2.ReceiptHandle=b
            """,
            "\(queueDecoded) 1:a nil:b"),
        ActionExample(
            "ChangeMessageVisibility",
            #"{\#(queue),"ReceiptHandle":"a","VisibilityTimeout":-1}"#,
            "\(queueForm)&ReceiptHandle=a&VisibilityTimeout=-1", "\(queueDecoded) a -1"),
        ActionExample(
            "ChangeMessageVisibilityBatch",
            #"{\#(queue),"Entries":[{"Id":"1","ReceiptHandle":"a","VisibilityTimeout":9}]}"#,
            """
            \(queueForm)&ChangeMessageVisibilityBatchRequestEntry.1.Id=1\
            &ChangeMessageVisibilityBatchRequestEntry.1.ReceiptHandle=a\
            &ChangeMessageVisibilityBatchRequestEntry.1.VisibilityTimeout=9
            """,
            "\(queueDecoded) 1:a:9"),
    ]

    static let taskExamples = [
        ActionExample(
            "StartMessageMoveTask",
            #"{"SourceArn":"s","DestinationArn":"d","MaxNumberOfMessagesPerSecond":5}"#,
            "SourceArn=s&DestinationArn=d&MaxNumberOfMessagesPerSecond=5", "s d 5"),
        ActionExample(
            "CancelMessageMoveTask", #"{"TaskHandle":"h"}"#, "TaskHandle=h", "h"),
        ActionExample(
            "ListMessageMoveTasks", #"{"SourceArn":"s","MaxResults":3}"#,
            "SourceArn=s&MaxResults=3", "s 3"),
    ]
}

@Suite struct ActionDecoderTests {
    @Test func thereIsAnExampleOfEveryAction() {
        let names = ActionExample.all.map(\.name).sorted()
        #expect(names == ActionName.allCases.map { "\($0.wireName)" }.sorted())
    }

    @Test(arguments: ActionExample.all)
    func jsonDecodesToTheAction(example: ActionExample) throws {
        let buffer = TestBuffer.json(example.name, example.json)
        let decoded = try buffer.decodeAction()
        #expect(describe(decoded.action) == example.decoded)
        #expect(decoded.form.wire == .json)
        #expect("\(decoded.form.action!.wireName)" == example.name)
    }

    @Test(arguments: ActionExample.all)
    func theFormDecodesToTheSameAction(example: ActionExample) throws {
        let buffer = TestBuffer.form("Action=\(example.name)&\(example.form)&Version=2012-11-05")
        let decoded = try buffer.decodeAction()
        #expect(describe(decoded.action) == example.decoded)
        #expect(decoded.form.wire == .query)
    }

    @Test(arguments: ActionExample.all)
    func aQueryStringDecodesToTheSameAction(example: ActionExample) throws {
        let target = "/?\(example.form)&Action=\(example.name)"
        let buffer = TestBuffer("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(describe(try buffer.decodeAction().action) == example.decoded)
    }

    @Test(arguments: ActionExample.all)
    func theOrderOfParametersMakesNoDifference(example: ActionExample) throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<10 {
            let parts = example.form.split(separator: "&").shuffled(using: &generator)
            let form = parts.joined(separator: "&")
            let buffer = TestBuffer.form("\(form)&Action=\(example.name)")
            #expect(describe(try buffer.decodeAction().action) == example.decoded)
        }
    }

    @Test(arguments: ActionExample.all)
    func mutatedRequestsNeverTrap(example: ActionExample) throws {
        var generator = SeededGenerator(seed: 99)
        let json = "POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: AmazonSQS.\(example.name)\r\n"
        let form = "POST / HTTP/1.1\r\nHost: a\r\n"
        let formBody = "Action=\(example.name)&\(example.form)"
        for (head, body) in [(json, example.json), (form, formBody)] {
            for _ in 0..<300 {
                var bytes = Array(body.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let index = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.insert(bytes[index], at: index)
                    default: bytes.removeSubrange(index...)
                    }
                    if bytes.isEmpty { bytes = [0x7B] }
                }
                let buffer = TestBuffer(
                    "\(head)Content-Length: \(bytes.count)\r\n\r\n", capacity: 8192)
                buffer.append(bytes[...])
                _ = try buffer.decode()
            }
        }
    }
}

/// Says what an action holds, for comparison.
func describe(_ action: Action) -> String {
    switch action {
    case .addPermission(let fields):
        "\(describe(fields.queue)) \(fields.label ?? "nil") \(fields.accountIDs.joinedInBrackets) "
            + fields.actions.joinedInBrackets
    case .cancelMessageMoveTask(let fields): fields.taskHandle ?? "nil"
    case .changeMessageVisibility(let fields):
        "\(describe(fields.queue)) \(describe(fields.receiptHandle)) "
            + describe(fields.visibilityTimeout)
    case .changeMessageVisibilityBatch(let fields):
        "\(describe(fields.queue)) "
            + fields.entries.map {
                "\(describe($0.id)):\(describe($0.receiptHandle)):\(describe($0.visibilityTimeout))"
            }.joined(separator: " ")
    case .createQueue(let fields):
        "\(fields.name ?? "nil") "
            + fields.attributes.map { "\($0.name)=\($0.value)" }.joinedInBrackets + " "
            + fields.tags.map { "\($0.key)=\($0.value)" }.joinedInBrackets
    case .deleteMessage(let fields):
        "\(describe(fields.queue)) \(describe(fields.receiptHandle))"
    case .deleteMessageBatch(let fields):
        "\(describe(fields.queue)) "
            + fields.entries.map { "\(describe($0.id)):\(describe($0.receiptHandle))" }
            .joined(separator: " ")
    case .deleteQueue(let fields): describe(fields.queue)
    case .getQueueAttributes(let fields):
        "\(describe(fields.queue)) \(fields.attributeNames.joinedInBrackets)"
    case .getQueueURL(let fields): "\(fields.name ?? "nil") \(fields.ownerAccountID ?? "nil")"
    case .listDeadLetterSourceQueues(let fields):
        "\(describe(fields.queue)) \(describe(fields.maxResults)) \(fields.nextToken ?? "nil")"
    case .listMessageMoveTasks(let fields):
        "\(fields.sourceARN ?? "nil") \(describe(fields.maxResults))"
    case .listQueues(let fields):
        "\(fields.namePrefix ?? "nil") \(describe(fields.maxResults)) \(fields.nextToken ?? "nil")"
    case .listQueueTags(let fields): describe(fields.queue)
    case .purgeQueue(let fields): describe(fields.queue)
    case .receiveMessage(let fields): describe(fields)
    case .removePermission(let fields): "\(describe(fields.queue)) \(fields.label ?? "nil")"
    case .sendMessage(let fields): "\(describe(fields.queue)) \(describe(fields.message))"
    case .sendMessageBatch(let fields):
        "\(describe(fields.queue)) "
            + fields.entries.map { "\(describe($0.id)):\(describe($0.message))" }
            .joined(separator: "  ")
    case .setQueueAttributes(let fields):
        "\(describe(fields.queue)) "
            + fields.attributes.map { "\($0.name)=\($0.value)" }.joinedInBrackets
    case .startMessageMoveTask(let fields):
        "\(fields.sourceARN ?? "nil") \(fields.destinationARN ?? "nil") "
            + describe(fields.maxNumberOfMessagesPerSecond)
    case .tagQueue(let fields):
        "\(describe(fields.queue)) " + fields.tags.map { "\($0.key)=\($0.value)" }.joinedInBrackets
    case .untagQueue(let fields): "\(describe(fields.queue)) \(fields.keys.joinedInBrackets)"
    case .topic(let action): "\(action)"
    }
}

private func describe(_ receive: ReceiveMessage) -> String {
    var text = "\(describe(receive.queue)) \(describe(receive.maxNumberOfMessages)) "
    text += "\(describe(receive.visibilityTimeout)) \(describe(receive.waitTimeSeconds)) "
    text += "\(describe(receive.receiveRequestAttemptID)) "
    text += "system \(receive.selection.system.rawValue)"
    switch receive.selection.message {
    case .none: break
    case .all: text += " all"
    case .some(let names, let prefixes):
        text += " names " + names.map { String(decoding: $0, as: UTF8.self) }.joinedInBrackets
        text += " prefixes " + prefixes.map { String(decoding: $0, as: UTF8.self) }.joinedInBrackets
    }
    return text
}

private func describe(_ draft: MessageDraft) -> String {
    let delay = draft.delaySeconds.map { "\($0)" } ?? ""
    let attributes = draft.attributes.map(describe).joined(separator: ",")
    let system = draft.systemAttributes.map(describe).joined(separator: ",")
    return "\(describe(draft.body))|\(delay)|\(attributes)|\(system)"
        + "|\(draft.deduplicationID?.string ?? "")|\(draft.groupID?.string ?? "")"
}

private func describe(_ attribute: MessageAttribute) -> String {
    let value =
        switch attribute.value {
        case .none: "none"
        case .list: "list"
        case .string(let text): text.string
        case .binary(let bytes):
            "#" + bytes.array.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    return "\(attribute.name.string):\(describe(attribute.dataType))=\(value)"
}

private func describe(_ queue: QueueReference?) -> String {
    guard let queue else { return "nil" }
    return "\(queue.account)/\(queue.region)/\(queue.name.string)"
}

private func describe(_ view: ByteView?) -> String { view?.string ?? "nil" }

private func describe(_ number: Int?) -> String { number.map { "\($0)" } ?? "nil" }

extension Sequence<String> {
    fileprivate var joinedInBrackets: String { "[" + joined(separator: ", ") + "]" }
}
