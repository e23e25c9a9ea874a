import Bytes
import Testing

@testable import BrokerNode

@Suite("Pipelining")
struct PipeliningTests {
    @Test("Answers come in the order of the requests, more of them than fit into one turn")
    func order() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        for index in 0..<200 {
            wire.send(Ask.send("message-\(index)"))
            wire.send(index % 3 == 0 ? Ask.health : Ask.json("NoSuchAction", "{}"))
        }
        try node.settle()
        #expect(wire.answers.count == 400)
        for (index, answer) in wire.answers.enumerated() {
            if index % 2 == 0 {
                #expect(answer.holds("\"MessageId\""))
            } else if index / 2 % 3 == 0 {
                #expect(answer.holds("\"uptimeSeconds\""))
            } else {
                #expect(answer.status >= 400)
            }
        }
        for index in 0..<200 {
            wire.send(Ask.receive())
            try node.settle()
            #expect(wire.answers.last?.holds("\"message-\(index)\"") == true)
        }
    }

    @Test("A request may come in two pieces, split at any byte")
    func splitAnywhere() throws {
        let node = try TestNode.withQueue()
        let request = Ask.send("split", headers: ["X-Some: header"]) + Ask.health
        let bytes = Array(request.utf8)
        for split in 0...bytes.count {
            let wire = node.connect()
            wire.send(String(decoding: bytes[..<split], as: UTF8.self))
            try node.settle()
            wire.send(String(decoding: bytes[split...], as: UTF8.self))
            try node.settle()
            #expect(wire.answers.map(\.status) == [200, 200], "split at \(split)")
            wire.hasEnded = true
            try node.settle()
            #expect(wire.isClosed)
        }
    }

    @Test("Requests may come byte by byte, chunked ones too")
    func byteByByte() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        wire.pieceByteCount = 1
        let body = #"{"QueueUrl":"\#(Ask.queueURL)","MessageBody":"chunked"}"#
        let half = body.utf8.count / 2
        let chunks = [String(body.prefix(half)), String(body.dropFirst(half))].map {
            String($0.utf8.count, radix: 16) + "\r\n" + $0 + "\r\n"
        }
        wire.send(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.0\r\n"
                + "X-Amz-Target: AmazonSQS.SendMessage\r\nTransfer-Encoding: chunked\r\n\r\n"
                + chunks.joined() + "0\r\n\r\n" + Ask.receive())
        try node.settle()
        #expect(wire.answers.map(\.status) == [200, 200])
        #expect(wire.answers.last?.holds("\"chunked\"") == true)
    }

    @Test("A body that is larger than every buffer arrives whole")
    func largeBody() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        let body = String(repeating: "0123456789", count: 20_000)
        wire.send(Ask.send(body) + Ask.receive() + Ask.health)
        try node.settle()
        #expect(wire.answers.map(\.status) == [200, 200, 200])
        #expect(wire.answers[1].holds(body))
    }

    @Test("A long body is digested over several turns, in which others are served")
    func longBody() throws {
        var limits = NodeLimits()
        limits.quickBodyBytes = 1000
        limits.digestedBytesPerTick = 640
        let node = try TestNode.withQueue(limits: limits)
        let long = node.connect()
        let body = String(repeating: "0123456789", count: 1000)
        long.send(Ask.send("before") + Ask.send(body) + Ask.send("behind") + Ask.receive())
        try node.turn()
        let other = node.connect()
        other.send(Ask.send("other"))
        for _ in 0..<4 { try node.turn() }
        #expect(other.answers.map(\.status) == [200])
        #expect(long.answers.map(\.status) == [200])
        try node.settle()
        #expect(long.answers.map(\.status) == [200, 200, 200, 200])
        #expect(long.answers[1].holds(digits(of: body)))
        #expect(long.answers[3].holds("before"))
    }

    @Test("Long bodies of a batch and of many clients are digested side by side")
    func longBodies() throws {
        var limits = NodeLimits()
        limits.quickBodyBytes = 100
        limits.digestedBytesPerTick = 64
        let node = try TestNode.withQueue(limits: limits)
        let wires = (0..<40).map { _ in node.connect() }
        for (index, wire) in wires.enumerated() {
            wire.send(Ask.send(String(repeating: "x", count: 90 + index * 37)))
        }
        try node.settle()
        for (index, wire) in wires.enumerated() {
            let body = String(repeating: "x", count: 90 + index * 37)
            #expect(wire.answers.map(\.status) == [200])
            #expect(wire.answers.first?.holds(digits(of: body)) == true)
        }
    }

    @Test("A client that goes away while its body is digested has sent its message")
    func goneWhileDigesting() throws {
        var limits = NodeLimits()
        limits.quickBodyBytes = 100
        limits.digestedBytesPerTick = 64
        let node = try TestNode.withQueue(limits: limits)
        let gone = node.connect()
        gone.send(Ask.send(String(repeating: "x", count: 5000)))
        try node.turn()
        gone.isBroken = true
        try node.settle()
        #expect(gone.isClosed && node.table.count == 0)
        #expect(try node.done(Ask.receive()).holds("xxxx"))
    }

    @Test("No more is read in a turn than can be copied in a moment")
    func readBudget() throws {
        var limits = NodeLimits()
        limits.readBytesPerTick = 1 << 10
        let node = try TestNode.withQueue(limits: limits)
        let wires = (0..<20).map { _ in node.connect() }
        for wire in wires { wire.send(Ask.send(String(repeating: "x", count: 3000))) }
        try node.turn()
        #expect(wires.count { !$0.answers.isEmpty } < 3)
        try node.settle()
        for wire in wires { #expect(wire.answers.map(\.status) == [200]) }
    }

    @Test("A burst of one client does not keep the others waiting")
    func burst() throws {
        var limits = NodeLimits()
        limits.pipelinedRequests = 4
        limits.requestsPerTick = 8
        let node = try TestNode.withQueue(limits: limits)
        let bursts = (0..<4).map { _ in node.connect() }
        for wire in bursts { wire.send(String(repeating: Ask.send("x"), count: 50)) }
        try node.turn()
        let late = node.connect()
        late.send(Ask.send("y"))
        for _ in 0..<6 { try node.turn() }
        #expect(late.answers.count == 1)
        for wire in bursts { #expect(wire.answers.count > 4 && wire.answers.count < 40) }
        try node.settle()
        for wire in bursts { #expect(wire.answers.count == 50) }
    }

    @Test("A half-closed client gets every answer, then the end")
    func halfClosed() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        wire.send(String(repeating: Ask.send("x"), count: 300))
        wire.hasEnded = true
        try node.settle()
        #expect(wire.answers.count == 300)
        #expect(wire.isClosed)
        #expect(node.table.count == 0)
    }

    @Test("HTTP/1.0 closes after its answer, and nothing behind it is answered")
    func version10() throws {
        let node = try TestNode()
        let wire = node.connect()
        wire.send("GET /health HTTP/1.0\r\n\r\n" + Ask.health)
        try node.settle()
        #expect(wire.answers.count == 1)
        #expect(wire.sendingFinished)
        try node.pass(milliseconds: NodeLimits().lingerMilliseconds + 1)
        #expect(wire.isClosed)
        #expect(node.table.count == 0)
    }

    @Test("Bytes that are no request are refused once, then the connection ends")
    func noRequest() throws {
        let node = try TestNode()
        let wire = node.connect()
        wire.send("\u{16}\u{3}\u{1} hello\r\n\r\n" + Ask.health)
        try node.settle()
        #expect(wire.answers.map(\.status) == [400])
        #expect(wire.sendingFinished)
        wire.hasEnded = true
        try node.settle()
        #expect(wire.isClosed)
    }

    @Test("Who expects 100 Continue is told once, and not before the answers it is owed")
    func continues() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk)
        let wire = node.connect()
        let whole = Ask.send("later", headers: ["Expect: 100-continue"])
        // Swift sees a carriage return with a line feed as one character.
        let body = whole.drop { $0 != "{" }
        let head = whole.prefix { $0 != "{" }
        disk.heldLanes = [.commit]
        wire.send(Ask.send("before") + head)
        try node.settle()
        #expect(wire.outgoing.isEmpty)
        disk.heldLanes = []
        disk.release()
        try node.settle()
        #expect(wire.text.hasPrefix("HTTP/1.1 200"))
        #expect(wire.text.hasSuffix("HTTP/1.1 100 Continue\r\n\r\n"))
        wire.send(String(body))
        try node.settle()
        #expect(wire.answers.map(\.status) == [200, 100, 200])
    }
}

/// The MD5 of `body` as answers show it.
private func digits(of body: String) -> String {
    var writer = ByteWriter()
    writer.append(hex: body.withByteView { MD5Digest(of: $0) })
    return writer.view.string
}
