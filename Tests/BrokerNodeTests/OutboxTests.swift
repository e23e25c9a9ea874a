import BrokerJournal
import BrokerNode
import Testing

@Suite("Deliveries")
struct OutboxTests {
    private let url = "http://user:secret@receiver.example/path"

    private func answer(_ node: TestNode, _ status: Int, _ body: String = "") throws {
        let parcel = try #require(node.courier.underWay.first)
        node.courier.answer(parcel.number, .answered(status: status, body: Array(body.utf8)))
        try node.settle()
    }

    private func setTopic(_ node: TestNode, _ name: String, _ value: String) throws {
        try node.done(
            Ask.sns(
                "SetTopicAttributes",
                [
                    ("TopicArn", Ask.topicARN), ("AttributeName", name), ("AttributeValue", value),
                ]))
    }

    @Test("A delivery leaves signed, once its publish is durable")
    func leaves() throws {
        let node = try TestNode.withTopic()
        try node.subscribeEndpoint(url)
        let before = node.courier.sent.count
        node.disk.heldLanes = [.commit]
        let wire = node.connect()
        wire.send(Ask.publish("hello"))
        try node.settle()
        #expect(wire.answers.isEmpty && node.courier.sent.count == before)
        node.disk.heldLanes = []
        node.disk.release()
        try node.settle()
        #expect(wire.answers.first?.status == 200)
        let parcel = try #require(node.courier.underWay.first)
        #expect(node.courier.sent.count == before + 1)
        #expect(parcel.destination == url)
        #expect(parcel.text.contains("\"Message\" : \"hello\""))
        let number = node.signer.texts.count
        #expect(node.signer.texts.last?.hasPrefix("Message\nhello\n") == true)
        #expect(number == 2)
        try answer(node, 200)
        #expect(node.courier.underWay.isEmpty)
        try node.pass(milliseconds: 60_000)
        #expect(node.courier.sent.count == before + 1)
    }

    @Test("A failed delivery is attempted again, also after a restart")
    func again() throws {
        let disk = HeldDisk()
        let node = try TestNode.withTopic(disk: disk)
        try node.subscribeEndpoint(url)
        try node.done(Ask.publish("hello"))
        let first = try #require(node.courier.underWay.first)
        try answer(node, 500)
        #expect(node.courier.underWay.isEmpty)
        try node.pass(milliseconds: 19_000)
        #expect(node.courier.underWay.isEmpty)
        try node.pass(milliseconds: 2_000)
        #expect(node.courier.underWay.first?.body == first.body)
        try node.shard.close()
        let second = try TestNode(disk: disk)
        try second.settle()
        // The clock of the broker stood at its last record, which set the second attempt's time.
        try second.pass(milliseconds: 21_000)
        let id = try #require(first.text.part(from: "\"MessageId\" : ", to: ","))
        #expect(second.courier.underWay.map { $0.text.contains(id) } == [true])
    }

    @Test("Nothing is sent any more when the node stops")
    func stops() throws {
        let node = try TestNode.withTopic()
        try node.subscribeEndpoint(url)
        node.signer.isHeld = true
        try node.done(Ask.publish("hello"))
        #expect(node.courier.underWay.isEmpty)
        node.shard.beginStopping()
        node.signer.release()
        try node.settle()
        #expect(node.courier.underWay.isEmpty)
        #expect(node.shard.isQuiet)
    }

    @Test("A stop waits for the results of what was sent, but not long", arguments: [true, false])
    func waitsForResults(isAnswered: Bool) throws {
        let disk = HeldDisk()
        let node = try TestNode.withTopic(disk: disk)
        try node.subscribeEndpoint(url)
        try node.done(Ask.publish("hello"))
        node.shard.beginStopping()
        try node.pass(milliseconds: 499)
        #expect(!node.shard.isQuiet)
        if isAnswered {
            try answer(node, 200)
        } else {
            try node.pass(milliseconds: 1)
        }
        #expect(node.shard.isQuiet)
        try node.shard.close()
        let second = try TestNode(disk: disk)
        try second.pass(milliseconds: 1_000)
        #expect(second.courier.underWay.count == (isAnswered ? 0 : 1))
    }

    @Test("Where nothing takes a message its delivery fails, and says why")
    func nowhere() throws {
        let node = try TestNode.withTopic()
        try node.done(Ask.subscribe("sms", "+15550100"))
        try node.done(Ask.publish("hello"))
        let notice = try #require(node.deliveries.notices.first)
        #expect(notice.protocolName == "sms" && notice.attempts == 1)
        #expect(notice.reason == "no SMS gateway is configured")
        guard case .givenUp = notice.consequence else {
            Issue.record("another attempt would find nothing either")
            return
        }
        #expect(node.courier.sent.isEmpty)
    }

    @Test("A message whose body has left memory is read and delivered")
    func cold() throws {
        let node = try TestNode { $0.memoryBudget = 2 << 20 }
        try node.done(Ask.sns("CreateTopic", [("Name", "t")]))
        try node.subscribeEndpoint(url)
        try node.done(Ask.publish("cold"))
        try answer(node, 503)
        try node.done(Ask.json("CreateQueue", #"{"QueueName":"q"}"#))
        let body = String(repeating: "x", count: 200_000)
        for _ in 0..<50 { try node.done(Ask.send(body)) }
        node.disk.heldLanes = [.read]
        try node.pass(milliseconds: 30_000)
        #expect(node.courier.underWay.isEmpty)
        node.disk.release()
        try node.settle()
        #expect(node.courier.underWay.first?.text.contains("\"Message\" : \"cold\"") == true)
    }

    @Test("The status of deliveries is logged as the topic asks for it")
    func status() throws {
        let node = try TestNode.withTopic()
        let role = "arn:aws:iam::000000000000:role/feedback"
        try setTopic(node, "HTTPSuccessFeedbackRoleArn", role)
        try setTopic(node, "HTTPFailureFeedbackRoleArn", role)
        try setTopic(node, "HTTPSuccessFeedbackSampleRate", "100")
        try node.subscribeEndpoint(url)
        try node.done(Ask.publish("hello"))
        try answer(node, 200, "thank you")
        let success = try #require(node.deliveries.documents.last)
        for part in [
            #""messageMD5Sum":"5d41402abc4b2a76b9719d911017c592""#,
            #""topicArn":"\#(Ask.topicARN)""#, #""timestamp":"2023-11-14 "#,
            #""destination":"http://receiver.example/path""#, #""providerResponse":"thank you""#,
            #""dwellTimeMs":"#, #""attempts":1,"statusCode":200},"status":"SUCCESS"}"#,
        ] {
            #expect(success.contains(part), "\(part)")
        }
        try node.done(Ask.publish("hello"))
        try answer(node, 404)
        let failure = try #require(node.deliveries.documents.last)
        #expect(failure.contains(#""statusCode":404},"status":"FAILURE"}"#))
        let notice = try #require(node.deliveries.notices.last)
        guard case .givenUp = notice.consequence else {
            Issue.record("a client's fault is not mended by another attempt")
            return
        }
        #expect(notice.destination == "http://receiver.example/path")
        #expect(notice.reason == "status 404")
    }

    @Test("The status of deliveries to queues is logged as the topic asks for it")
    func queueStatus() throws {
        let node = try TestNode.withTopic()
        let role = "arn:aws:iam::000000000000:role/feedback"
        try setTopic(node, "SQSSuccessFeedbackRoleArn", role)
        try setTopic(node, "SQSFailureFeedbackRoleArn", role)
        try setTopic(node, "SQSSuccessFeedbackSampleRate", "100")
        try node.subscribeQueue("q")
        try node.done(Ask.publish("hello"))
        let success = try #require(node.deliveries.documents.last)
        for part in [
            #""messageMD5Sum":"5d41402abc4b2a76b9719d911017c592""#,
            #""destination":"arn:aws:sqs:us-east-1:000000000000:q""#,
            #""attempts":1,"statusCode":200},"status":"SUCCESS"}"#,
        ] {
            #expect(success.contains(part), "\(part)")
        }
        #expect(node.deliveries.notices.isEmpty)
        try node.done(Ask.json("DeleteQueue", #"{"QueueUrl":"q"}"#))
        try node.done(Ask.publish("hello"))
        let failure = try #require(node.deliveries.documents.last)
        #expect(failure.contains("AWS.SimpleQueueService.NonExistentQueue"))
        #expect(failure.contains(#""statusCode":400},"status":"FAILURE"}"#))
        let notice = try #require(node.deliveries.notices.last)
        guard case .givenUp = notice.consequence else {
            Issue.record("a message that nothing takes is not gone in silence")
            return
        }
        #expect(notice.destination == "arn:aws:sqs:us-east-1:000000000000:q")
    }

    @Test("Successes are not logged at a sample rate of zero")
    func unsampled() throws {
        let node = try TestNode.withTopic()
        try setTopic(node, "HTTPSuccessFeedbackRoleArn", "arn:aws:iam::000000000000:role/feedback")
        try setTopic(node, "HTTPSuccessFeedbackSampleRate", "0")
        try node.subscribeEndpoint(url)
        try node.done(Ask.publish("hello"))
        try answer(node, 200)
        #expect(node.deliveries.documents.isEmpty)
    }

    @Test("Turns of the loop are counted by how long they took")
    func turns() throws {
        let node = try TestNode()
        node.shard.countTurn(elapsed: 100_000, worked: 90_000)
        node.shard.countTurn(elapsed: 1_500_000_000, worked: 100_001)
        let answer = try node.done(Ask.http("GET", "/metrics"))
        for line in [
            "# TYPE apus_turn_seconds histogram",
            #"apus_turn_seconds_bucket{le="0.000100000"} 1"#,
            #"apus_turn_seconds_bucket{le="0.100000000"} 1"#,
            #"apus_turn_seconds_bucket{le="+Inf"} 2"#,
            "apus_turn_seconds_sum 1.500100000", "apus_turn_seconds_count 2",
            #"apus_turn_processor_seconds_bucket{le="0.000100000"} 1"#,
            #"apus_turn_processor_seconds_bucket{le="0.000200000"} 2"#,
            "apus_longest_turn_seconds 1.500000000",
            "apus_longest_turn_processor_seconds 0.000100001",
        ] {
            #expect(answer.holds(line + "\n"), "\(line)")
        }
    }

    @Test("Counters are shown by topic and protocol")
    func metrics() throws {
        let node = try TestNode.withTopic()
        try node.subscribeEndpoint(url)
        try node.done(Ask.publish("hello"))
        try answer(node, 503)
        try node.pass(milliseconds: 21_000)
        try answer(node, 200)
        let answer = try node.done(Ask.http("GET", "/metrics"))
        #expect(answer.head.contains("Content-Type: text/plain; version=0.0.4"))
        let labels = #"{topic="\#(Ask.topicARN)",protocol="http"}"#
        for line in [
            #"apus_notifications_published_total{topic="\#(Ask.topicARN)"} 1"#,
            "apus_deliveries_failed_total\(labels) 1", "apus_deliveries_under_way 0",
            "# TYPE apus_deliveries_delivered_total counter",
        ] {
            #expect(answer.holds(line + "\n"), "\(line)")
        }
        // The confirmation was delivered as well.
        #expect(answer.holds("apus_deliveries_delivered_total\(labels) 2\n"))
    }

    @Test("Many deliveries are under way at once, and those that hang do not hold up the others")
    func manyAtOnce() throws {
        let node = try TestNode.withTopic()
        for number in 0..<20 { try node.subscribeEndpoint("http://receiver\(number).example/") }
        for number in 0..<20 { try node.done(Ask.publish("\(number)")) }
        let hanging = "http://receiver3.example/"
        var answered = 0
        for _ in 0..<40 {
            for parcel in node.courier.underWay where parcel.destination != hanging {
                node.courier.answer(parcel.number, .answered(status: 200, body: []))
                answered += 1
            }
            try node.settle()
        }
        #expect(answered == 19 * 20)
        #expect(node.courier.underWay.allSatisfy { $0.destination == hanging })
    }

    @Test("Reset forgets deliveries, and what comes of them late")
    func reset() throws {
        let node = try TestNode.withTopic(offersReset: true)
        try node.subscribeEndpoint("http://receiver.example/")
        try node.done(Ask.publish("hello"))
        let parcel = try #require(node.courier.underWay.first)
        try node.done(Ask.http("POST", "/reset"))
        node.courier.answer(parcel.number, .answered(status: 500, body: []))
        try node.pass(milliseconds: 60_000)
        #expect(node.courier.underWay.isEmpty)
        #expect(try node.done(Ask.http("GET", "/metrics")).holds("apus_deliveries_owed 0\n"))
    }
}
