import Testing

@testable import BrokerNode

/// What one turn has no time for is done in the next ones.
@Suite("Turns that are too short")
struct ShortTurnTests {
    @Test("Replies that a turn has no time for are written in the next turns, in order")
    func replies() throws {
        let node = try TestNode.withQueue()
        let wires = (0..<10).map { _ in node.connect() }
        for wire in wires { wire.send(Ask.health + Ask.send("x") + Ask.health) }
        node.writesPerTurn = 3
        for turn in 1...3 {
            try node.turn()
            for (index, wire) in wires.enumerated() {
                #expect(wire.answers.count == (index < turn * 3 ? 3 : 0))
            }
        }
        // What comes meanwhile is answered behind what waits.
        wires[0].send(Ask.health)
        try node.turn()
        #expect(wires[9].answers.count == 3)
        #expect(wires[0].answers.count == 4)
        for wire in wires { #expect(wire.answers[1].holds("\"MessageId\"")) }
    }

    @Test("A client that leaves before its answer is written does not delay the others")
    func leaves() throws {
        let node = try TestNode.withQueue()
        let wires = (0..<3).map { _ in node.connect() }
        for wire in wires { wire.send(Ask.send("x")) }
        node.writesPerTurn = 1
        try node.turn()
        wires[1].isBroken = true
        try node.turn()
        try node.turn()
        #expect(wires[1].isClosed && wires[1].outgoing.isEmpty)
        #expect(wires[2].answers.map(\.status) == [200])
        try node.settle()
        #expect(node.table.count == 2)
    }

    @Test("What takes long to perform leaves room for less of it in a tick")
    func weights() throws {
        var limits = NodeLimits()
        limits.requestsPerTick = 10
        let node = try TestNode.withQueue(limits: limits)
        let attribute = #"{"QueueUrl":"\#(Ask.queueURL)","Attributes":{"DelaySeconds":"1"}}"#
        let asks = [
            (Ask.send("x"), perTurn: 10), (Ask.json("SetQueueAttributes", attribute), perTurn: 2),
            (Ask.json("ListQueues", "{}"), perTurn: 1),
        ]
        for (ask, perTurn) in asks {
            let wire = node.connect()
            wire.send(String(repeating: ask, count: 10))
            for turn in 1...10 / perTurn {
                try node.turn()
                #expect(wire.answers.count == perTurn * turn)
            }
            #expect(wire.answers.allSatisfy { $0.status == 200 })
        }
    }

    @Test("A tick takes no more of all loops than one loop may gather, and all in order")
    func requestLine() {
        var limits = NodeLimits()
        limits.requestsPerTick = 10
        var line = RequestLine(limits)
        let weights = [4, 6, 1, 12, 1, 8, 1, 1]
        for (loop, weight) in weights.enumerated() {
            let batch = CommandBatch()
            batch.loop = loop
            for _ in 0..<weight {
                let token = ConnectionToken(loop: loop, slot: 0, generation: 1)
                batch.append(Command(connection: token, ask: .cancel))
            }
            line.append(batch)
        }
        var turns: [[Int]] = []
        while !line.isEmpty {
            var batches: [CommandBatch] = []
            line.takeTurn(into: &batches)
            turns.append(batches.map(\.loop))
        }
        #expect(turns == [[0, 1], [2], [3], [4, 5, 6], [7]])
    }

    @Test("Connections that have been idle for too long are closed a few at a time")
    func idle() throws {
        var limits = NodeLimits()
        limits.expiredPerTurn = 4
        let node = try TestNode(limits: limits)
        let wires = (0..<10).map { _ in node.connect() }
        try node.pass(milliseconds: limits.idleMilliseconds - 1)
        #expect(node.table.count == 10)
        try node.pass(milliseconds: 1)
        #expect(node.table.count < 10)
        try node.pass(milliseconds: 1)
        #expect(wires.allSatisfy { $0.isClosed })
    }
}
