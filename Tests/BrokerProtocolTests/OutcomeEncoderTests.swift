import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct OutcomeEncoderTests {
    static let requestID = RequestID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF)
    static let requestIDText = "00112233-4455-6677-8899-aabbccddeeff"
    static let queue = QueueIdentity(
        account: AccountID(number: 7), region: "eu-west-1", name: "a-queue")
    static let digest = MD5Digest(of: "hello")
    static let digestText = "5d41402abc4b2a76b9719d911017c592"
    static let id = MessageID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10)
    static let idText = "01020304-0506-0708-090a-0b0c0d0e0f10"

    static let links = NotificationLinks(
        base: "http://h:1", certificatePath: "/SimpleNotificationService-0a.pem")

    static func form(
        _ wire: ResponseForm.Wire, _ action: ActionName, style: QueueURLForm.Style = .off
    ) -> ResponseForm {
        var form = ResponseForm()
        form.wire = wire
        form.action = action
        form.queueURLs = QueueURLForm(style: style, isSecure: false, host: "h:1")
        return form
    }

    /// The body of an encoded response, whose length must be the one in its head.
    static func body(_ response: String) -> String {
        guard let end = response.range(of: "\r\n\r\n") else { return "no end of head" }
        let head = response[..<end.lowerBound]
        let body = String(response[end.upperBound...])
        let line = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length:") }
        let length = line?.split(separator: ":")[1].split(separator: " ").first.flatMap { Int($0) }
        #expect(length == body.utf8.count)
        return body
    }

    static func encode(
        _ outcome: Outcome, _ form: ResponseForm, payloads: [ByteView] = []
    ) -> String {
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            outcome, form: form, requestID: requestID, payload: { payloads[$0] },
            links: links, signature: { _ in ByteView() }, into: &writer)
        return writer.view.string
    }

    /// The fields of the answer in JSON, XML, and the JSON rendering of the XML.
    static func fields(
        _ outcome: Outcome, _ action: ActionName, selection: AttributeSelection = .init(),
        payloads: [ByteView] = []
    ) -> (json: String, xml: String, rendering: String) {
        var form = form(.json, action)
        form.selection = selection
        let json = body(encode(outcome, form, payloads: payloads))
        form.wire = .query
        let xml = body(encode(outcome, form, payloads: payloads))
        form.wire = .queryAsJSON
        let rendering = body(encode(outcome, form, payloads: payloads))
        let name = "\(action.wireName)"
        let xmlHead =
            "<?xml version=\"1.0\"?><\(name)Response "
            + "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">"
        let xmlTail =
            "<ResponseMetadata><RequestId>\(requestIDText)</RequestId></ResponseMetadata>"
            + "</\(name)Response>"
        #expect(xml.hasPrefix(xmlHead) && xml.hasSuffix(xmlTail))
        let head = "{\"\(name)Response\":{"
        let tail = "\"ResponseMetadata\":{\"RequestId\":\"\(requestIDText)\"}}}"
        #expect(rendering.hasPrefix(head) && rendering.hasSuffix(tail))
        return (
            json, String(xml.dropFirst(xmlHead.count).dropLast(xmlTail.count)),
            String(rendering.dropFirst(head.count).dropLast(tail.count))
        )
    }

    @Test func aWholeJSONResponse() {
        #expect(
            Self.encode(.done, Self.form(.json, .deleteQueue)) == """
                HTTP/1.1 200 OK\r
                x-amzn-RequestId: \(Self.requestIDText)\r
                Content-Type: application/x-amz-json-1.0\r
                Content-Length:          2\r
                \r
                {}
                """)
    }

    @Test func aWholeQueryResponse() {
        var form = Self.form(.query, .deleteQueue)
        form.connection = .closes
        form.isCrossOrigin = true
        #expect(
            Self.encode(.done, form) == """
                HTTP/1.1 200 OK\r
                x-amzn-RequestId: \(Self.requestIDText)\r
                Connection: close\r
                Access-Control-Allow-Origin: *\r
                Access-Control-Expose-Headers: x-amzn-RequestId,x-amzn-query-error\r
                Content-Type: text/xml\r
                Content-Length:        211\r
                \r
                <?xml version="1.0"?><DeleteQueueResponse \
                xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ResponseMetadata><RequestId>\
                \(Self.requestIDText)</RequestId></ResponseMetadata></DeleteQueueResponse>
                """)
    }

    @Test func aHeadRequestGetsTheHeadOnly() {
        var form = Self.form(.json, .deleteQueue)
        form.omitsBody = true
        form.connection = .staysExplicitly
        let response = Self.encode(.done, form)
        #expect(response.hasSuffix("Content-Length:          2\r\n\r\n"))
        #expect(response.contains("\r\nConnection: keep-alive\r\n"))
    }

    @Test(arguments: [
        (QueueURLForm.Style.off, "http://h:1/000000000007/a-queue"),
        (.path, "http://h:1/queue/eu-west-1/000000000007/a-queue"),
        (.domain, "http://eu-west-1.queue.h:1/000000000007/a-queue"),
        (.standard, "http://sqs.eu-west-1.h:1/000000000007/a-queue"),
    ])
    func aQueueIsShownByItsURL(style: QueueURLForm.Style, url: String) {
        let form = Self.form(.json, .createQueue, style: style)
        #expect(Self.body(Self.encode(.queue(Self.queue), form)) == "{\"QueueUrl\":\"\(url)\"}")
    }

    @Test func listsOfQueues() {
        let url = "http://h:1/000000000007/a-queue"
        let two = Self.fields(.queues([Self.queue, Self.queue], nextToken: "t"), .listQueues)
        #expect(two.json == #"{"QueueUrls":["\#(url)","\#(url)"],"NextToken":"t"}"#)
        #expect(
            two.xml
                == "<ListQueuesResult><QueueUrl>\(url)</QueueUrl><QueueUrl>\(url)</QueueUrl>"
                + "<NextToken>t</NextToken></ListQueuesResult>")
        let none = Self.fields(.queues([], nextToken: nil), .listQueues)
        #expect(none.json == "{}")
        #expect(none.xml == "<ListQueuesResult/>")
        #expect(none.rendering == "\"ListQueuesResult\":{},")
        let sources = Self.fields(.queues([], nextToken: nil), .listDeadLetterSourceQueues)
        #expect(sources.json == #"{"queueUrls":[]}"#)
        #expect(sources.xml == "<ListDeadLetterSourceQueuesResult/>")
    }

    @Test func attributesAndTags() {
        let attributes = Self.fields(
            .attributes([("A", "1"), ("Policy", "{\"a\":\"<&>\"}")]), .getQueueAttributes)
        #expect(attributes.json == #"{"Attributes":{"A":"1","Policy":"{\"a\":\"<&>\"}"}}"#)
        #expect(
            attributes.xml
                == """
                <GetQueueAttributesResult><Attribute><Name>A</Name><Value>1</Value></Attribute>\
                <Attribute><Name>Policy</Name>\
                <Value>{&quot;a&quot;:&quot;&lt;&amp;&gt;&quot;}</Value></Attribute>\
                </GetQueueAttributesResult>
                """)
        #expect(
            attributes.rendering
                == #""GetQueueAttributesResult":{"Attributes":[{"Name":"A","Value":"1"},"#
                + #"{"Name":"Policy","Value":"{\"a\":\"<&>\"}"}]},"#)
        #expect(Self.fields(.attributes([]), .getQueueAttributes).json == "{}")
        let tags = Self.fields(.tags([("k", "v")]), .listQueueTags)
        #expect(tags.json == #"{"Tags":{"k":"v"}}"#)
        #expect(
            tags.xml
                == "<ListQueueTagsResult><Tag><Key>k</Key><Value>v</Value></Tag>"
                + "</ListQueueTagsResult>"
        )
    }

    static var sent: SentMessage {
        var sent = SentMessage(id: id, bodyDigest: digest)
        sent.attributesDigest = digest
        sent.systemAttributesDigest = digest
        sent.sequenceNumber = 42
        return sent
    }

    @Test func aSentMessage() {
        let full = Self.fields(.sent(Self.sent), .sendMessage)
        let digest = Self.digestText
        #expect(
            full.json
                == #"""
                {"MD5OfMessageBody":"\#(digest)","MD5OfMessageAttributes":"\#(digest)",\#
                "MD5OfMessageSystemAttributes":"\#(digest)","MessageId":"\#(Self.idText)",\#
                "SequenceNumber":"00000000000000000042"}
                """#)
        #expect(
            full.xml
                == """
                <SendMessageResult><MD5OfMessageBody>\(digest)</MD5OfMessageBody>\
                <MD5OfMessageAttributes>\(digest)</MD5OfMessageAttributes>\
                <MD5OfMessageSystemAttributes>\(digest)</MD5OfMessageSystemAttributes>\
                <MessageId>\(Self.idText)</MessageId>\
                <SequenceNumber>00000000000000000042</SequenceNumber></SendMessageResult>
                """)
        let plain = SentMessage(id: Self.id, bodyDigest: Self.digest)
        #expect(
            Self.fields(.sent(plain), .sendMessage).json
                == #"{"MD5OfMessageBody":"\#(digest)","MessageId":"\#(Self.idText)"}"#)
    }

    @Test func batches() {
        let error = BrokerError(.invalidParameterValue, "why")
        let mixed = Self.fields(
            .sentBatch([
                BatchResult(id: "1", result: .success(Self.sent)),
                BatchResult(id: "2", result: .failure(error)),
            ]), .sendMessageBatch)
        let digest = Self.digestText
        #expect(
            mixed.json
                == #"""
                {"Successful":[{"Id":"1","MessageId":"\#(Self.idText)",\#
                "MD5OfMessageBody":"\#(digest)","MD5OfMessageAttributes":"\#(digest)",\#
                "MD5OfMessageSystemAttributes":"\#(digest)",\#
                "SequenceNumber":"00000000000000000042"}],"Failed":[{"Id":"2",\#
                "SenderFault":true,"Code":"InvalidParameterValue","Message":"why"}]}
                """#)
        #expect(mixed.xml.contains("<SendMessageBatchResultEntry><Id>1</Id><MessageId>"))
        #expect(
            mixed.xml.hasSuffix(
                """
                <BatchResultErrorEntry><Id>2</Id><SenderFault>true</SenderFault>\
                <Code>InvalidParameterValue</Code><Message>why</Message>\
                </BatchResultErrorEntry></SendMessageBatchResult>
                """))
        let done = Self.fields(
            .batch([BatchResult(id: "a", result: .success(()))]), .deleteMessageBatch)
        #expect(done.json == #"{"Successful":[{"Id":"a"}]}"#)
        #expect(
            done.xml
                == "<DeleteMessageBatchResult><DeleteMessageBatchResultEntry><Id>a</Id>"
                + "</DeleteMessageBatchResultEntry></DeleteMessageBatchResult>")
        let failed = Self.fields(
            .batch([BatchResult(id: "a", result: .failure(BrokerError(.internalFailure)))]),
            .changeMessageVisibilityBatch)
        #expect(
            failed.json
                == #"{"Failed":[{"Id":"a","SenderFault":false,"Code":"InternalFailure","#
                + #""Message":"The request failed because of an internal failure."}]}"#)
    }

    @Test func moveTasks() {
        #expect(
            Self.fields(.moveTaskStarted(handle: "h"), .startMessageMoveTask).json
                == #"{"TaskHandle":"h"}"#)
        #expect(
            Self.fields(
                .moveTaskCancelled(approximateNumberOfMessagesMoved: 3), .cancelMessageMoveTask
            ).json == #"{"ApproximateNumberOfMessagesMoved":3}"#)
        let task = MoveTaskDescription(
            taskHandle: "h", status: .running, sourceARN: "s", destinationARN: "d",
            maxNumberOfMessagesPerSecond: 5, approximateNumberOfMessagesMoved: 1,
            approximateNumberOfMessagesToMove: 2, failureReason: "f",
            startedAt: Timestamp(milliseconds: 1_700_000_000_123))
        let tasks = Self.fields(.moveTasks([task]), .listMessageMoveTasks)
        #expect(
            tasks.json
                == #"""
                {"Results":[{"TaskHandle":"h","Status":"RUNNING","SourceArn":"s",\#
                "DestinationArn":"d","MaxNumberOfMessagesPerSecond":5,\#
                "ApproximateNumberOfMessagesMoved":1,"ApproximateNumberOfMessagesToMove":2,\#
                "FailureReason":"f","StartedTimestamp":1700000000123}]}
                """#)
        #expect(
            tasks.xml.hasPrefix(
                "<ListMessageMoveTasksResult><ListMessageMoveTasksResultEntry><TaskHandle>h"))
        #expect(Self.fields(.moveTasks([]), .listMessageMoveTasks).json == #"{"Results":[]}"#)
    }
}

extension String {
    /// Where `text` first stands.
    func range(of text: String) -> Range<String.Index>? {
        var from = utf8.startIndex
        while from < utf8.endIndex {
            if self[from...].utf8.starts(with: text.utf8) {
                return from..<utf8.index(from, offsetBy: text.utf8.count)
            }
            from = utf8.index(after: from)
        }
        return nil
    }
}
