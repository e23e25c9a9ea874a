import Testing

@testable import BrokerNode

@Suite("The node's own paths")
struct NodePathsTests {
    @Test("Health tells state, version and counters")
    func health() throws {
        let node = try TestNode.withQueue()
        _ = try node.answer(to: Ask.send("a"))
        try node.pass(milliseconds: 3_000)
        let answer = try #require(try node.answer(to: Ask.health))
        #expect(answer.status == 200)
        for part in [
            #""status":"ok""#, #""version":"\#(NodeVersion.text)""#, #""state":"serving""#,
            #""uptimeSeconds":3"#, #""messagesSent":1"#,
        ] {
            #expect(answer.holds(part), "\(part)")
        }
        let wire = node.connect()
        wire.send(Ask.http("HEAD", "/health"))
        try node.settle()
        let hasHeadOnly = wire.text.hasPrefix("HTTP/1.1 200 OK") && wire.text.hasSuffix("\r\n\r\n")
        #expect(hasHeadOnly)
    }

    @Test("Health says when the node stops")
    func stopping() throws {
        let node = try TestNode()
        let wire = node.connect()
        wire.send(Ask.health)
        node.shard.beginStopping()
        try node.settle()
        #expect(wire.answers.first?.holds(#""state":"stopping""#) == true)
    }

    @Test("Reset deletes everything, where it is offered", arguments: [true, false])
    func reset(isOffered: Bool) throws {
        let node = try TestNode(offersReset: isOffered)
        _ = try node.answer(to: Ask.createQueue)
        _ = try node.answer(to: Ask.send("a"))
        let answer = try #require(try node.answer(to: Ask.http("POST", "/reset")))
        #expect((answer.status == 200) == isOffered)
        #expect(node.shard.inventory.queues == (isOffered ? 0 : 1))
        #expect(node.shard.inventory.messages == (isOffered ? 0 : 1))
    }

    @Test("A second node on the same disk goes on where the first stopped")
    func recovers() throws {
        let disk = HeldDisk()
        let first = try TestNode.withQueue(disk: disk)
        _ = try first.answer(to: Ask.send("kept"))
        try first.shard.close()
        let second = try TestNode(disk: disk)
        #expect(second.shard.inventory.queues == 1)
        #expect(try second.answer(to: Ask.receive())?.holds("\"kept\"") == true)
    }
}
