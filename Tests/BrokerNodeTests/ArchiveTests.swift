import BrokerNode
import Testing

@Suite("Archive and replay")
struct ArchiveTests {
    private func node(archive: MemoryArchive, disk: HeldDisk = HeldDisk()) throws -> TestNode {
        let node = try TestNode(disk: disk, archive: archive, offersReset: true)
        try node.done(
            Ask.sns(
                "CreateTopic",
                [
                    ("Name", "t.fifo"), ("Attributes.entry.1.key", "FifoTopic"),
                    ("Attributes.entry.1.value", "true"),
                    ("Attributes.entry.2.key", "ArchivePolicy"),
                    ("Attributes.entry.2.value", #"{"MessageRetentionPeriod":"30"}"#),
                ]))
        return node
    }

    private func publish(_ text: String, _ node: TestNode) throws {
        try node.done(
            Ask.publish(
                text, topic: Ask.fifoTopicARN,
                [("MessageGroupId", "g"), ("MessageDeduplicationId", text)]))
    }

    private let replayAll: [(String, String)] = [
        ("RawMessageDelivery", "true"),
        (
            "ReplayPolicy",
            #"{"PointType":"Timestamp","StartingPoint":"2023-11-14T00:00:00.000Z"}"#
        ),
    ]

    @Test("What is published is archived, and a subscriber can have it again")
    func replays() throws {
        let archive = MemoryArchive()
        let node = try node(archive: archive)
        for text in ["a", "b", "c"] { try publish(text, node) }
        #expect(archive.count == 3)
        try node.subscribeQueue("q.fifo", topic: Ask.fifoTopicARN, attributes: replayAll)
        try publish("d", node)
        var received: [String] = []
        for _ in 0..<4 {
            let body = try node.done(Ask.receive(from: "q.fifo")).body
            received += body.parts(from: #""Body":""#, to: "\"")
            for handle in body.parts(from: #""ReceiptHandle":""#, to: "\"") {
                try node.done(
                    Ask.json(
                        "DeleteMessage",
                        #"{"QueueUrl":"http://localhost/000000000000/q.fifo","#
                            + #""ReceiptHandle":"\#(handle)"}"#))
            }
        }
        #expect(received == ["a", "b", "c", "d"])
        #expect(archive.count == 4)
        let metrics = try node.done(Ask.http("GET", "/metrics"))
        let lines = metrics.body.split(separator: "\n")
            .filter { $0.hasPrefix("apus_deliveries_delivered_total{") }
        let labels = #"{topic="\#(Ask.fifoTopicARN)",protocol="sqs"}"#
        #expect(lines == ["apus_deliveries_delivered_total\(labels) 4"])
    }

    @Test("The archive keeps nothing when everything is reset")
    func reset() throws {
        let archive = MemoryArchive()
        let node = try node(archive: archive)
        try publish("a", node)
        try node.done(Ask.http("POST", "/reset"))
        #expect(archive.count == 0)
    }

    @Test("The archive keeps nothing when its policy is taken away")
    func forgets() throws {
        let archive = MemoryArchive()
        let node = try node(archive: archive)
        try publish("a", node)
        #expect(archive.count == 1)
        try node.done(
            Ask.sns(
                "SetTopicAttributes",
                [
                    ("TopicArn", Ask.fifoTopicARN), ("AttributeName", "ArchivePolicy"),
                    ("AttributeValue", "{}"),
                ]))
        try node.settle()
        #expect(archive.count == 0)
    }

    @Test("Messages are forgotten when their days are over")
    func expires() throws {
        let archive = MemoryArchive()
        let node = try node(archive: archive)
        try publish("a", node)
        try node.pass(milliseconds: 86_400_000 * 29)
        try publish("b", node)
        #expect(archive.count == 2)
        try node.pass(milliseconds: 86_400_000 + 2 * 3_600_000)
        #expect(archive.count == 1)
    }
}
