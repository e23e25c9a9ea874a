import BrokerNode
import Testing

@Suite("Archive and replay")
struct ArchiveTests {
    private func node(archive: any Archive, disk: HeldDisk = HeldDisk()) throws -> TestNode {
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
        #expect(try receiveAll(node) == ["a", "b", "c", "d"])
        #expect(archive.count == 4)
        let metrics = try node.done(Ask.http("GET", "/metrics"))
        let lines = metrics.body.split(separator: "\n")
            .filter { $0.hasPrefix("apus_deliveries_delivered_total{") }
        let labels = #"{topic="\#(Ask.fifoTopicARN)",protocol="sqs"}"#
        #expect(lines == ["apus_deliveries_delivered_total\(labels) 4"])
    }

    /// What comes from `q.fifo`, each deleted before the next.
    private func receiveAll(_ node: TestNode) throws -> [String] {
        var received: [String] = []
        while true {
            let body = try node.done(Ask.receive(from: "q.fifo")).body
            let handles = body.parts(from: #""ReceiptHandle":""#, to: "\"")
            if handles.isEmpty { return received }
            received += body.parts(from: #""Body":""#, to: "\"")
            for handle in handles {
                try node.done(
                    Ask.json(
                        "DeleteMessage",
                        #"{"QueueUrl":"http://localhost/000000000000/q.fifo","#
                            + #""ReceiptHandle":"\#(handle)"}"#))
            }
        }
    }

    private func setReplay(_ policy: String, of arn: String, _ node: TestNode) throws {
        try node.done(
            Ask.sns(
                "SetSubscriptionAttributes",
                [
                    ("SubscriptionArn", arn), ("AttributeName", "ReplayPolicy"),
                    ("AttributeValue", policy),
                ]))
    }

    private func setArchive(_ policy: String, _ node: TestNode) throws {
        try node.done(
            Ask.sns(
                "SetTopicAttributes",
                [
                    ("TopicArn", Ask.fifoTopicARN), ("AttributeName", "ArchivePolicy"),
                    ("AttributeValue", policy),
                ]))
    }

    private func range(from start: String, to end: String) -> String {
        #"{"PointType":"Timestamp","StartingPoint":"\#(start)","EndingPoint":"\#(end)"}"#
    }

    /// A node whose archive holds its answers back, with messages a, b, c, a minute apart, and the ARN
    /// of a subscription that got them.
    private func heldNode() throws -> (node: TestNode, archive: HeldArchive, arn: String) {
        let archive = HeldArchive()
        let node = try node(archive: archive)
        let fifo = #"{"QueueName":"q.fifo","Attributes":{"FifoQueue":"true"}}"#
        try node.done(Ask.json("CreateQueue", fifo))
        let answer = try node.done(
            Ask.subscribe(
                "sqs", "arn:aws:sqs:us-east-1:000000000000:q.fifo", topic: Ask.fifoTopicARN,
                attributes: [("RawMessageDelivery", "true")]))
        let arn = try #require(answer.body.part(from: "<SubscriptionArn>", to: "<"))
        for text in ["a", "b", "c"] {
            try publish(text, node)
            try node.pass(milliseconds: 60_000)
        }
        #expect(try receiveAll(node) == ["a", "b", "c"])
        return (node, archive, arn)
    }

    @Test("What was read for a replay policy is not taken for what another one wants")
    func changesPolicy() throws {
        let (node, archive, arn) = try heldNode()
        archive.isHolding = true
        try setReplay(
            range(from: "2023-11-14T22:31:30Z", to: "2023-11-14T22:40:00Z"), of: arn, node)
        try setReplay(
            range(from: "2023-11-14T22:00:00Z", to: "2023-11-14T22:31:30Z"), of: arn, node)
        archive.isHolding = false
        #expect(try receiveAll(node) == ["a", "b"])
    }

    @Test(
        "What is published during a replay comes after the one that replaces it, whatever its range"
    )
    func replacesReplay() throws {
        let (node, archive, arn) = try heldNode()
        archive.isHolding = true
        try setReplay(
            range(from: "2023-11-14T22:00:00Z", to: "2023-11-14T22:31:30Z"), of: arn, node)
        try publish("d", node)
        try node.pass(milliseconds: 60_000)
        try setReplay(
            range(from: "2023-11-14T22:00:00Z", to: "2023-11-14T22:30:30Z"), of: arn, node)
        try publish("e", node)
        archive.isHolding = false
        #expect(try receiveAll(node) == ["a", "d", "e"])
    }

    @Test("What is published during a replay comes although the replay is broken off")
    func breaksOffReplay() throws {
        let (node, archive, arn) = try heldNode()
        archive.isHolding = true
        try setReplay(
            range(from: "2023-11-14T22:00:00Z", to: "2023-11-14T22:31:30Z"), of: arn, node)
        try publish("d", node)
        try setReplay("{}", of: arn, node)
        archive.isHolding = false
        try node.settle()
        #expect(try receiveAll(node) == ["d"])
        try publish("e", node)
        #expect(try receiveAll(node) == ["e"])
    }

    @Test(
        "A replay goes on, with what is published meanwhile, though the archive policy is taken away"
    )
    func outlivesArchive() throws {
        let (node, archive, arn) = try heldNode()
        archive.isHolding = true
        try setReplay(
            range(from: "2023-11-14T22:00:00Z", to: "2023-11-14T22:31:30Z"), of: arn, node)
        try publish("d", node)
        try setArchive("{}", node)
        try publish("e", node)
        archive.isHolding = false
        #expect(try receiveAll(node) == ["a", "b", "d", "e"])
        try node.pass(milliseconds: 3_600_000)
        #expect(archive.count == 0)
    }

    @Test("What is published during a replay comes after it, though the wall clock was set back")
    func setsClockBack() throws {
        let (node, archive, arn) = try heldNode()
        archive.isHolding = true
        try setReplay(
            range(from: "2023-11-14T22:00:00Z", to: "2023-11-14T22:30:30Z"), of: arn, node)
        node.setBackMilliseconds = 3_600_000
        try publish("d", node)
        archive.isHolding = false
        #expect(try receiveAll(node) == ["a", "d"])
    }

    @Test("A range that ends in the future holds nothing that is already known to be later")
    func endsInFuture() throws {
        let (node, _, arn) = try heldNode()
        node.setBackMilliseconds = 170_000
        try setReplay(
            range(from: "2023-11-14T22:00:00Z", to: "2023-11-14T22:30:30Z"), of: arn, node)
        #expect(try receiveAll(node) == ["a"])
    }

    @Test("A replay waits for what is archived later than what followed it")
    func waitsForEarlier() throws {
        let (node, archive, arn) = try heldNode()
        archive.failures = 1
        try publish("d", node)
        try publish("e", node)
        try setReplay(
            #"{"PointType":"Timestamp","StartingPoint":"2023-11-14T22:00:00Z"}"#, of: arn, node)
        #expect(try receiveAll(node) == ["d", "e", "a", "b", "c"])
        try node.pass(milliseconds: 2_000)
        #expect(try receiveAll(node) == ["d", "e"])
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
        try setArchive("{}", node)
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

/// An archive that keeps its answers back for a while.
private final class HeldArchive: Archive {
    private let archive = MemoryArchive()
    var count: Int { archive.count }
    var isHolding = false
    /// How many of the next messages are not stored.
    var failures = 0
    private var failed: [UInt64] = []

    func store(_ message: ArchivedMessage, ticket: UInt64) {
        if failures > 0 {
            failures -= 1
            return failed.append(ticket)
        }
        archive.store(message, ticket: ticket)
    }
    func read(_ query: ArchiveQuery, ticket: UInt64) { archive.read(query, ticket: ticket) }
    func keep(_ terms: [ArchiveTerm]) { archive.keep(terms) }
    func removeAll() { archive.removeAll() }
    func takeAnswers(_ body: (_ ticket: UInt64, _ answer: ArchiveAnswer) -> Void) {
        if isHolding { return }
        for ticket in failed { body(ticket, .failed(reason: "disk I/O error")) }
        failed = []
        archive.takeAnswers(body)
    }
}
