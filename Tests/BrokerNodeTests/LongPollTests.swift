import Testing

@testable import BrokerNode

@Suite("Long polls")
struct LongPollTests {
    @Test("A parked receive answers at the first message, and empty when its time is over")
    func wakes() throws {
        let node = try TestNode.withQueue()
        let first = node.connect()
        let second = node.connect()
        first.send(Ask.receive(waiting: 20))
        second.send(Ask.receive(waiting: 20))
        try node.pass(milliseconds: 5_000)
        #expect(first.outgoing.isEmpty && second.outgoing.isEmpty)
        _ = try node.answer(to: Ask.send("hello"))
        #expect(first.answers.first?.holds("\"hello\"") == true)
        #expect(second.outgoing.isEmpty)
        try node.pass(milliseconds: 14_999)
        #expect(second.outgoing.isEmpty)
        try node.pass(milliseconds: 1)
        #expect(second.answers.map(\.body) == ["{}"])
        #expect(node.shard.isQuiet)
    }

    @Test(
        "A receive whose client is gone takes no message", arguments: [false, true])
    func gone(breaks: Bool) throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        wire.send(Ask.receive(waiting: 20))
        try node.settle()
        if breaks { wire.isBroken = true }
        wire.hasEnded = true
        try node.settle()
        #expect(wire.isClosed && wire.outgoing.isEmpty)
        #expect(node.table.count == 0 && node.shard.isQuiet)
        _ = try node.answer(to: Ask.send("kept"))
        #expect(try node.answer(to: Ask.receive())?.holds("\"kept\"") == true)
    }

    @Test("A client that is gone in the very tick of its receive takes no message")
    func goneAtOnce() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        wire.send(Ask.receive(waiting: 20))
        wire.hasEnded = true
        try node.settle()
        #expect(wire.isClosed)
        _ = try node.answer(to: Ask.send("kept"))
        #expect(try node.answer(to: Ask.receive())?.holds("\"kept\"") == true)
    }

    @Test("A slot's next connection is not taken for the one before")
    func generations() throws {
        let node = try TestNode.withQueue()
        let gone = node.connect()
        gone.send(Ask.receive(waiting: 20))
        try node.settle()
        gone.hasEnded = true
        try node.settle()
        let next = node.connect()
        next.send(Ask.receive(waiting: 20))
        try node.settle()
        _ = try node.answer(to: Ask.send("hello"))
        #expect(next.answers.count == 1)
    }

    @Test("Requests behind a parked receive wait for its answer")
    func behind() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        wire.send(Ask.receive(waiting: 20) + Ask.health)
        try node.settle()
        wire.send(Ask.receive(waiting: 20))
        try node.pass(milliseconds: 1_000)
        #expect(wire.outgoing.isEmpty)
        _ = try node.answer(to: Ask.send("first"))
        #expect(wire.answers.count == 2)
        #expect(wire.answers[0].holds("\"first\""))
        #expect(wire.answers[1].holds("\"uptimeSeconds\""))
        _ = try node.answer(to: Ask.send("second"))
        #expect(wire.answers.count == 3)
        #expect(wire.answers[2].holds("\"second\""))
    }

    @Test("Stopping answers long polls empty and closes idle connections at once")
    func stopping() throws {
        let node = try TestNode.withQueue()
        let polls = (0..<10).map { _ in node.connect() }
        for wire in polls { wire.send(Ask.receive(waiting: 20)) }
        let idle = node.connect()
        try node.settle()
        node.shard.beginStopping()
        node.table.stop(at: node.now)
        try node.settle()
        for wire in polls {
            #expect(wire.answers.map(\.body) == ["{}"])
            #expect(wire.isClosed)
        }
        #expect(idle.isClosed && idle.outgoing.isEmpty)
        #expect(node.table.count == 0 && node.shard.isQuiet)
    }

    @Test("An idle long poll keeps less than 8 KiB, and gives back what a large request took")
    func memory() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        wire.send(Ask.send(String(repeating: "x", count: 200_000)))
        try node.settle()
        _ = try node.answer(to: Ask.receive())
        wire.send(Ask.receive(waiting: 20))
        try node.settle()
        #expect(node.table.heldByteCount <= 4096)
        _ = try node.answer(to: Ask.send("wakes"))
        #expect(wire.answers.count == 2)
        try node.pass(milliseconds: 1)
        wire.send(Ask.health)
        try node.settle()
        #expect(node.table.heldByteCount <= 4096)
    }
}
