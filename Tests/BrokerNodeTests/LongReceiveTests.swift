import Bytes
import Testing

@testable import BrokerNode

@Suite("Receives that return much")
struct LongReceiveTests {
    private static let body = String(repeating: "0123456789abcdef", count: 20_000)

    private static func query(_ method: String, most: Int = 10) -> String {
        let parameters =
            "Action=ReceiveMessage&Version=2012-11-05&MaxNumberOfMessages=\(most)"
            + "&QueueUrl=\(Ask.queueURL)"
        return method == "POST"
            ? Ask.http(
                method, "/", headers: ["Content-Type: application/x-www-form-urlencoded"],
                body: parameters)
            : Ask.http(method, "/?" + parameters)
    }

    private static func nodeWithMessages(
        _ count: Int, disk: HeldDisk = HeldDisk(), memoryBudget: UInt64 = 64 << 20
    ) throws -> TestNode {
        let node = try TestNode.withQueue(disk: disk) { $0.memoryBudget = memoryBudget }
        for index in 0..<count { _ = try node.answer(to: Ask.send("\(index)-" + body)) }
        return node
    }

    @Test("They are answered whole, in as many turns as it takes, and others are served meanwhile")
    func severalTurns() throws {
        let node = try Self.nodeWithMessages(10)
        let wire = node.connect()
        wire.send(Ask.receive(most: 10))
        for _ in 0..<5 { try node.turn() }
        #expect(wire.outgoing.isEmpty)
        #expect(!node.shard.isQuiet)
        #expect(try node.answer(to: Ask.health)?.status == 200)
        #expect(wire.answers.map(\.status) == [200])
        for index in 0..<10 {
            #expect(wire.answers.first?.holds("\"\(index)-\(Self.body)\"") == true)
        }
        #expect(node.shard.isQuiet)
    }

    @Test("Those that come in one turn are answered in their order")
    func order() throws {
        let node = try Self.nodeWithMessages(9)
        let wires = (0..<3).map { _ in node.connect() }
        for wire in wires { wire.send(Ask.receive(most: 3)) }
        var answered: [Int] = []
        while answered.count < 3 {
            try node.turn()
            for (index, wire) in wires.enumerated()
            where !wire.answers.isEmpty && !answered.contains(index) {
                answered.append(index)
                for place in 0..<3 {
                    #expect(wire.answers[0].holds("\"\(index * 3 + place)-\(Self.body)\""))
                }
            }
        }
        #expect(answered == [0, 1, 2])
    }

    @Test("Many that return little each are spread over turns as well")
    func manyShort() throws {
        let node = try TestNode.withQueue()
        let body = String(repeating: "x", count: 20_000)
        for index in 0..<200 { _ = try node.answer(to: Ask.send("\(index)-" + body)) }
        let wires = (0..<20).map { _ in node.connect() }
        for wire in wires { wire.send(Ask.receive(most: 10)) }
        try node.turn()
        let quick = wires.count { !$0.answers.isEmpty }
        #expect(quick > 0 && quick < 20)
        try node.settle()
        for wire in wires {
            #expect(wire.answers.map(\.status) == [200])
            #expect(wire.answers[0].body.split(separator: body).count == 11)
        }
    }

    @Test("The query protocol gets the same messages, and a HEAD request no body")
    func queryProtocol() throws {
        let node = try Self.nodeWithMessages(6)
        let whole = try node.answer(to: Self.query("POST", most: 3))
        #expect(whole?.status == 200)
        for index in 0..<3 { #expect(whole?.holds("<Body>\(index)-\(Self.body)</Body>") == true) }
        #expect(whole?.body.hasSuffix("</ReceiveMessageResponse>") == true)
        let wire = node.connect()
        wire.send(Self.query("HEAD", most: 3))
        try node.settle()
        #expect(wire.text.hasPrefix("HTTP/1.1 200 OK"))
        #expect(wire.text.hasSuffix("\r\n\r\n"))
        // Nothing is owed, and the connection goes on.
        wire.send(Ask.health)
        try node.settle()
        #expect(wire.text.contains("uptimeSeconds"))
    }

    @Test("Texts of which all is escaped are written in parts", arguments: ["JSON", "POST"])
    func escapedTexts(form: String) throws {
        let node = try TestNode.withQueue()
        let text = String(repeating: #"\"<"#, count: 100_000)
        var binary = ByteWriter()
        (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7) }.withByteView {
            binary.append(base64: $0)
        }
        let digits = binary.view.string
        let attributes =
            #"{"text":{"DataType":"String","StringValue":"\#(text)"},"#
            + #""bytes":{"DataType":"Binary","BinaryValue":"\#(digits)"}}"#
        let send =
            #"{"QueueUrl":"\#(Ask.queueURL)","MessageBody":"\#(text)","#
            + #""MessageAttributes":\#(attributes)}"#
        for _ in 0..<2 {
            #expect(try node.answer(to: Ask.json("SendMessage", send))?.status == 200)
        }
        let wire = node.connect()
        if form == "JSON" {
            wire.send(
                Ask.json(
                    "ReceiveMessage",
                    #"{"QueueUrl":"\#(Ask.queueURL)","MaxNumberOfMessages":2,"#
                        + #""MessageAttributeNames":["All"]}"#))
        } else {
            wire.send(
                Ask.http(
                    "POST", "/", headers: ["Content-Type: application/x-www-form-urlencoded"],
                    body: "Action=ReceiveMessage&MaxNumberOfMessages=2&MessageAttributeName.1=All"
                        + "&QueueUrl=\(Ask.queueURL)"))
        }
        // What is copied and written for a message takes two turns at least.
        for _ in 0..<3 { try node.turn() }
        #expect(wire.outgoing.isEmpty)
        try node.settle()
        let answer = try #require(wire.answers.first)
        let shown = form == "JSON" ? text : text.replacing(#"\"<"#, with: "&quot;&lt;")
        let pieces =
            form == "JSON"
            ? [
                #""Body":"\#(shown)""#, #""StringValue":"\#(shown)""#,
                #""BinaryValue":"\#(digits)""#,
            ]
            : [
                "<Body>\(shown)</Body>", "<StringValue>\(shown)</StringValue>",
                "<BinaryValue>\(digits)</BinaryValue>",
            ]
        for piece in pieces { #expect(answer.body.split(separator: piece).count == 3) }
    }

    @Test("Bodies that have left memory are read one after the other")
    func cold() throws {
        let disk = HeldDisk()
        let node = try Self.nodeWithMessages(20, disk: disk, memoryBudget: 0)
        disk.heldLanes = [.read]
        let wire = node.connect()
        wire.send(Ask.receive(most: 10))
        try node.settle()
        #expect(wire.outgoing.isEmpty && disk.heldCount > 0)
        #expect(try node.answer(to: Ask.health)?.status == 200)
        disk.heldLanes = []
        disk.release()
        try node.settle()
        #expect(wire.answers.map(\.status) == [200])
        for index in 0..<10 {
            #expect(wire.answers.first?.holds("\"\(index)-\(Self.body)\"") == true)
        }
    }

    @Test("What is purged while it is read is left out of the answer", arguments: ["JSON", "POST"])
    func purged(form: String) throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk) { settings in
            settings.memoryBudget = 0
            settings.snapshotInterval = 64 << 10
        }
        for _ in 0..<20 { _ = try node.answer(to: Ask.send(Self.body)) }
        disk.heldLanes = [.read]
        let wire = node.connect()
        wire.send(form == "JSON" ? Ask.receive(most: 10) : Self.query(form))
        try node.settle()
        let purge = Ask.json("PurgeQueue", #"{"QueueUrl":"\#(Ask.queueURL)"}"#)
        #expect(try node.answer(to: purge)?.status == 200)
        try node.pass(milliseconds: 1_000)
        disk.heldLanes = []
        disk.release()
        try node.settle()
        #expect(wire.answers.map(\.status) == [200])
        #expect(node.shard.isQuiet)
    }

    @Test("A client that is gone before its answer is written bothers nobody")
    func gone() throws {
        let node = try Self.nodeWithMessages(10)
        let wire = node.connect()
        wire.send(Ask.receive(most: 5))
        try node.turn()
        wire.isBroken = true
        wire.hasEnded = true
        try node.settle()
        #expect(wire.outgoing.isEmpty)
        #expect(node.table.count == 0)
        #expect(node.shard.isQuiet)
        #expect(try node.answer(to: Ask.receive())?.holds("\"5-\(Self.body)\"") == true)
    }

    @Test("A client that reads slowly gets a long answer in order")
    func slowReader() throws {
        let node = try Self.nodeWithMessages(5)
        let wire = node.connect()
        wire.window = 0
        wire.send(Ask.receive(most: 5) + Ask.health)
        try node.settle()
        while wire.interest.contains(.writing) {
            wire.window = 100_000
            try node.settle()
        }
        #expect(wire.answers.map(\.status) == [200, 200])
        for index in 0..<5 {
            #expect(wire.answers.first?.holds("\"\(index)-\(Self.body)\"") == true)
        }
    }

    @Test("Envelopes get their signatures, and nobody else waits for them")
    func envelopes() throws {
        let node = try TestNode.withTopic()
        try node.subscribeQueue("q")
        node.signer.isHeld = true
        let text = String(Self.body.prefix(200_000))
        for index in 0..<3 { try node.done(Ask.publish("\(index)-" + text)) }
        let wire = node.connect()
        wire.send(Ask.receive(from: "q"))
        try node.settle()
        #expect(wire.outgoing.isEmpty && !node.shard.isQuiet)
        try node.done(Ask.health)
        while wire.answers.isEmpty, node.signer.texts.count <= 3 {
            node.signer.release()
            try node.settle()
        }
        let answer = try #require(wire.answers.first)
        for number in 0..<3 {
            #expect(answer.holds("\(number)-\(text)"))
            let signature = ScriptedSigner.signature(number: number + 1, version: 1)
            #expect(answer.holds(base64(signature)))
        }
        #expect(node.signer.texts.count == 3)
    }
}
