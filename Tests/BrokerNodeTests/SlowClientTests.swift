import Testing

@testable import BrokerNode

@Suite("Slow, stuck and too many clients")
struct SlowClientTests {
    private let limits = NodeLimits()

    @Test("A client that does not read is not read from, and is closed after a while")
    func stuckReader() throws {
        let node = try TestNode.withQueue()
        let body = String(repeating: "x", count: 50_000)
        for _ in 0..<10 { _ = try node.answer(to: Ask.send(body)) }
        let wire = node.connect()
        wire.window = 1000
        wire.send(Ask.receive(most: 10) + String(repeating: Ask.health, count: 100))
        try node.settle()
        let unread = Ask.health + Ask.health
        wire.send(unread)
        try node.settle()
        #expect(wire.outgoing.count == 1000)
        #expect(wire.incoming.count >= unread.utf8.count)
        #expect(!wire.interest.contains(.reading) && wire.interest.contains(.writing))
        // It takes a little: the time begins again.
        try node.pass(milliseconds: limits.stuckWriteMilliseconds - 1)
        wire.window = 1
        try node.settle()
        #expect(wire.outgoing.count == 1001)
        try node.pass(milliseconds: limits.stuckWriteMilliseconds - 1)
        #expect(!wire.isClosed)
        try node.pass(milliseconds: 1)
        #expect(wire.isClosed)
        #expect(node.table.count == 0)
    }

    @Test("A client that reads slowly gets everything in order")
    func slowReader() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        wire.window = 0
        for index in 0..<100 { wire.send(Ask.send("\(index)") + Ask.health) }
        try node.settle()
        while wire.interest.contains(.writing) {
            wire.window = 397
            try node.settle()
        }
        #expect(wire.answers.count == 200)
        #expect(wire.answers.allSatisfy { $0.status == 200 })
        #expect(wire.interest == [.reading, .end])
    }

    @Test("A head or a body that does not arrive is answered 408", arguments: [20, 200])
    func slowSender(byteCount: Int) throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        let request = Ask.send(String(repeating: "x", count: 1_000))
        for (index, byte) in request.prefix(byteCount).enumerated() {
            wire.send(String(byte))
            try node.pass(milliseconds: index < byteCount - 1 ? 100 : 1)
        }
        #expect(wire.outgoing.isEmpty)
        let spent = UInt64(byteCount - 1) * 100 + 1
        try node.pass(milliseconds: limits.requestMilliseconds - spent - 100)
        #expect(wire.outgoing.isEmpty)
        try node.pass(milliseconds: 200)
        #expect(wire.answers.map(\.status) == [408])
        #expect(wire.sendingFinished)
        try node.pass(milliseconds: limits.lingerMilliseconds + 1)
        #expect(wire.isClosed)
        #expect(node.table.count == 0)
    }

    @Test("A large request gets time by its size")
    func largeAndSlow() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        let request = Ask.send(String(repeating: "x", count: 800_000))
        var rest = Substring(request)
        while !rest.isEmpty {
            wire.send(String(rest.prefix(20_000)))
            rest = rest.dropFirst(20_000)
            try node.pass(milliseconds: 1_000)
        }
        #expect(wire.answers.map(\.status) == [200])
    }

    @Test("An idle connection is closed without a word")
    func idle() throws {
        let node = try TestNode()
        let wire = node.connect()
        wire.send(Ask.health)
        try node.settle()
        try node.pass(milliseconds: limits.idleMilliseconds - 1)
        #expect(!wire.isClosed)
        try node.pass(milliseconds: 1)
        #expect(wire.isClosed)
        #expect(wire.answers.count == 1)
        #expect(node.table.count == 0)
        #expect(node.table.nextDeadline == nil)
    }

    @Test("A client that never stops sending after its last answer is cut off")
    func lingering() throws {
        let node = try TestNode()
        let wire = node.connect()
        wire.send("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        for _ in 0..<50 {
            wire.send(String(repeating: "x", count: 10_000))
            try node.pass(milliseconds: 50)
            if wire.isClosed { break }
        }
        #expect(wire.isClosed)
        #expect(wire.answers.count == 1)
    }

    @Test("Connections beyond the limit are answered 503, and beyond those closed")
    func tooMany() throws {
        var limits = NodeLimits()
        limits.connections = 3
        limits.refusedConnections = 2
        let node = try TestNode(limits: limits)
        let served = (0..<3).map { _ in node.connect() }
        let refused = (0..<2).map { _ in node.connect() }
        let closed = node.connect()
        for wire in served { wire.send(Ask.health) }
        try node.settle()
        #expect(served.allSatisfy { $0.answers.map(\.status) == [200] })
        #expect(refused.allSatisfy { $0.answers.map(\.status) == [503] })
        #expect(closed.isClosed && closed.outgoing.isEmpty)
        try node.pass(milliseconds: limits.lingerMilliseconds + 1)
        #expect(refused.allSatisfy { $0.isClosed })
        served[0].hasEnded = true
        try node.settle()
        #expect(try node.answer(to: Ask.health)?.status == 200)
    }

    @Test("A client that breaks off in the middle of anything leaves nothing behind")
    func breaksOff() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk)
        let request = Ask.send("x")
        for stage in 0..<4 {
            disk.heldLanes = stage == 2 ? [.commit] : []
            let wire = node.connect()
            if stage == 3 { wire.window = 10 }
            wire.send(stage == 1 ? String(request.dropLast(5)) : request)
            if stage > 0 { try node.settle() }
            wire.isBroken = true
            wire.hasEnded = true
            wire.window = .max
            try node.settle()
            disk.release()
            try node.settle()
            #expect(wire.isClosed, "stage \(stage)")
            #expect(node.table.count == 0)
        }
        #expect(node.shard.isQuiet)
    }
}
