import BrokerCore
import Testing

@testable import BrokerNode

/// Very many long polls are answered over several turns.
@Suite("Many long polls")
struct ManyPollsTests {
    private let node: TestNode

    /// A node that ends two waits in a turn, and serves two.
    init() throws {
        node = try TestNode(shard: {
            $0.broker.stepsPerTick = 40
            $0.broker.enforcesSixtySecondRules = false
        })
        try node.done(Ask.createQueue)
    }

    private func polls(_ count: Int) throws -> [ScriptedWire] {
        let wires = (0..<count).map { _ in node.connect() }
        for wire in wires {
            wire.send(Ask.receive(waiting: 20))
            try node.settle()
        }
        return wires
    }

    private static let deleteQueue = Ask.json("DeleteQueue", #"{"QueueUrl":"\#(Ask.queueURL)"}"#)

    private func answered(_ wires: [ScriptedWire]) -> Int {
        wires.count { !$0.outgoing.isEmpty }
    }

    @Test("Those at a deleted queue are answered some in each turn, and each once")
    func deleted() throws {
        let wires = try polls(7)
        let other = node.connect()
        other.send(Self.deleteQueue)
        var counts = [0]
        while counts.last != 7, counts.count < 20 {
            try node.turn()
            counts.append(answered(wires))
        }
        for (before, after) in zip(counts, counts.dropFirst()) { #expect(after - before <= 2) }
        try node.settle()
        for wire in wires {
            #expect(wire.answers.count == 1)
            #expect(wire.answers.first?.status == 400)
            #expect(wire.answers.first?.holds("QueueDoesNotExist") == true)
        }
        #expect(other.answers.map(\.status) == [200])
        #expect(node.shard.isQuiet)
    }

    @Test("Whoever leaves before it is answered is forgotten", arguments: 2..<7)
    func leaves(index: Int) throws {
        let wires = try polls(7)
        let other = node.connect()
        other.send(Self.deleteQueue)
        try node.turn()
        try #require(wires[index].outgoing.isEmpty)
        wires[index].isBroken = true
        wires[index].hasEnded = true
        try node.settle()
        // The very turn that reads of its end may have answered it before.
        #expect(wires[index].answers.count <= (index < 4 ? 1 : 0))
        for wire in wires where wire !== wires[index] { #expect(wire.answers.count == 1) }
        #expect(node.shard.isQuiet)
    }

    @Test("A queue that is created again serves its own polls while others are answered")
    func createdAgain() throws {
        let wires = try polls(9)
        let other = node.connect()
        other.send(Self.deleteQueue + Ask.createQueue)
        try node.turn()
        let poll = node.connect()
        poll.send(Ask.receive(waiting: 20))
        other.send(Ask.send("hello"))
        try node.settle()
        #expect(poll.answers.first?.holds("\"hello\"") == true)
        for wire in wires { #expect(wire.answers.map(\.status) == [400]) }
        #expect(node.shard.isQuiet)
    }

    @Test("Waits that end together end some in each turn")
    func ends() throws {
        let wires = (0..<7).map { _ in node.connect() }
        for wire in wires { wire.send(Ask.receive(waiting: 20)) }
        try node.settle()
        try node.pass(milliseconds: 19_999)
        node.leap(milliseconds: 1)
        for turn in 1...3 {
            try node.turn()
            #expect(answered(wires) == turn * 2)
        }
        try node.settle()
        #expect(wires.allSatisfy { $0.answers.map(\.body) == ["{}"] })
        #expect(node.shard.isQuiet)
    }

    @Test("A receive that does not wait is answered behind those that wait already")
    func inTurn() throws {
        let wires = try polls(5)
        let sender = node.connect()
        let short = node.connect()
        sender.send((0..<6).map { Ask.send("m\($0)") }.joined())
        try node.turn()
        short.send(Ask.receive() + Ask.health)
        while short.outgoing.isEmpty {
            try node.turn()
            let first = answered(wires)
            if !short.outgoing.isEmpty { #expect(first == 5) }
        }
        try node.settle()
        for (index, wire) in wires.enumerated() {
            #expect(wire.answers.first?.holds("\"m\(index)\"") == true)
        }
        #expect(short.answers.count == 2)
        #expect(short.answers[0].holds("\"m5\"") && short.answers[1].holds("uptimeSeconds"))
    }

    @Test("A node that stops answers them some in each turn, and is quiet after the last")
    func stops() throws {
        let wires = try polls(5)
        node.shard.beginStopping()
        node.table.stop(at: node.now)
        try node.turn()
        #expect(answered(wires) == 2)
        #expect(!node.shard.isQuiet)
        #expect(node.shard.nextDeadline.map { $0 <= node.shard.now.instant } == true)
        try node.settle()
        #expect(wires.allSatisfy { $0.answers.map(\.body) == ["{}"] })
        #expect(node.shard.isQuiet)
    }
}
