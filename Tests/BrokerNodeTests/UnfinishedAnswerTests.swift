import BrokerJournal
import Testing

@testable import BrokerNode

/// Whoever publishes to many is answered when the last of them has the message for good.
@Suite("Answers to publishes over several ticks")
struct UnfinishedAnswerTests {
    private let disk = HeldDisk()
    private let node: TestNode

    /// A topic with five queues, of which a tick serves two.
    init() throws {
        node = try TestNode(disk: disk, shard: { $0.broker.receiversPerTick = 2 })
        try node.done(Ask.sns("CreateTopic", [("Name", "t")]))
        for index in 0..<5 {
            try node.subscribeQueue("q\(index)", attributes: [("RawMessageDelivery", "true")])
        }
    }

    @Test("The answer waits until the last record is durable")
    func waitsForAll() throws {
        disk.heldLanes = [.commit]
        let wire = node.connect()
        wire.send(Ask.publish("x"))
        // The first record is on its way to the disk, the others wait behind it.
        try node.settle()
        #expect(disk.heldCount == 1)
        #expect(node.shard.broker.unfinishedPublishCount == 0)
        #expect(node.shard.broker.messageCount == 5)
        disk.release()
        try node.settle()
        #expect(wire.outgoing.isEmpty)
        #expect(!node.shard.isQuiet)
        disk.release()
        try node.settle()
        #expect(wire.answers.map(\.status) == [200])
        #expect(node.shard.isQuiet)
    }

    @Test("A batch is answered when all its messages are with everybody")
    func batches() throws {
        let wire = node.connect()
        var parameters = [("TopicArn", Ask.topicARN)]
        for index in 1...3 {
            parameters.append(("PublishBatchRequestEntries.member.\(index).Id", "e\(index)"))
            parameters.append(("PublishBatchRequestEntries.member.\(index).Message", "m\(index)"))
        }
        wire.send(Ask.sns("PublishBatch", parameters))
        while node.shard.broker.messageCount < 15 {
            #expect(wire.outgoing.isEmpty)
            try node.turn()
        }
        try node.settle()
        #expect(wire.answers.count == 1)
        #expect(wire.answers[0].body.parts(from: "<MessageId>", to: "<").count == 3)
    }

    @Test("What a client asks behind a publish is answered behind it")
    func keepsOrder() throws {
        let wire = node.connect()
        wire.send(
            Ask.health + Ask.publish("x") + Ask.receive(from: "q4") + Ask.publish("y")
                + Ask.health)
        try node.settle()
        let answers = wire.answers
        #expect(answers.map(\.status) == Array(repeating: 200, count: 5))
        #expect(answers[1].holds("PublishResponse") && answers[3].holds("PublishResponse"))
        #expect(answers[0].holds("uptimeSeconds") && answers[4].holds("uptimeSeconds"))
        #expect(node.shard.broker.messageCount == 10)
    }

    @Test("A long poll is answered while others publish")
    func othersGoOn() throws {
        let waiting = node.connect()
        waiting.send(Ask.receive(from: "q4", waiting: 20))
        try node.settle()
        disk.heldLanes = []
        let wire = node.connect()
        wire.send(Ask.publish("x"))
        try node.settle()
        #expect(waiting.answers.first?.holds("\"x\"") == true)
        #expect(wire.answers.map(\.status) == [200])
    }

    @Test("A client that leaves is forgotten, and its message reaches everybody")
    func clientsLeave() throws {
        let wire = node.connect()
        wire.send(Ask.publish("x"))
        try node.turn()
        wire.isBroken = true
        wire.hasEnded = true
        try node.settle()
        #expect(wire.outgoing.isEmpty)
        #expect(node.table.count == 0)
        #expect(node.shard.isQuiet)
        #expect(node.shard.broker.messageCount == 5)
    }

    @Test("A node that stops finishes what was asked")
    func stops() throws {
        let wire = node.connect()
        wire.send(Ask.publish("x"))
        try node.turn()
        node.shard.beginStopping()
        #expect(!node.shard.isQuiet)
        try node.settle()
        #expect(node.shard.isQuiet)
        #expect(wire.answers.map(\.status) == [200])
        #expect(node.shard.broker.messageCount == 5)
    }

    @Test("Messages do not fill the memory while the disk is held up")
    func waitsForDisk() throws {
        disk.heldLanes = [.commit]
        let text = String(repeating: "x", count: 200_000)
        let wires = (0..<20).map { _ in node.connect() }
        let request = Ask.publish(text)
        for wire in wires { wire.send(request) }
        for _ in 0..<200 { try node.turn() }
        let behind =
            node.shard.journal.appendedPosition.offset - node.shard.journal.durablePosition.offset
        #expect(behind > 8 << 20 && behind < 10 << 20)
        #expect(node.shard.nextDeadline.map { $0 <= node.shard.now.instant } != true)
        while disk.heldCount > 0 {
            disk.release()
            for _ in 0..<20 { try node.turn() }
        }
        #expect(wires.allSatisfy { $0.answers.map(\.status) == [200] })
        #expect(node.shard.broker.messageCount == 100)
    }
}
