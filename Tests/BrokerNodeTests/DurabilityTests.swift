import BrokerJournal
import Testing

@testable import BrokerNode

@Suite("Replies and the journal")
struct DurabilityTests {
    @Test("A reply is not written before the journal is durable")
    func waits() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk)
        disk.heldLanes = [.commit]
        let wire = node.connect()
        wire.send(Ask.send("a"))
        try node.settle()
        #expect(wire.outgoing.isEmpty)
        #expect(disk.heldCount == 1)
        disk.release()
        try node.settle()
        #expect(wire.answers.map(\.status) == [200])
    }

    @Test("A receive waits as well, because its lock and count are records")
    func receiveWaits() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk)
        _ = try node.answer(to: Ask.send("a"))
        disk.heldLanes = [.commit]
        let wire = node.connect()
        wire.send(Ask.receive())
        try node.settle()
        #expect(wire.outgoing.isEmpty)
        disk.release()
        try node.settle()
        #expect(wire.answers.first?.holds("\"a\"") == true)
    }

    @Test("Refusals and reads of another client wait behind changes that are not durable")
    func refusalsWait() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk)
        disk.heldLanes = [.commit]
        let changes = node.connect()
        changes.send(Ask.json("DeleteQueue", #"{"QueueUrl":"\#(Ask.queueURL)"}"#))
        try node.settle()
        let reads = node.connect()
        reads.send(Ask.send("to a queue whose end is not durable"))
        let refused = node.connect()
        refused.send("nonsense\r\n\r\n")
        try node.settle()
        #expect(reads.outgoing.isEmpty && refused.outgoing.isEmpty && changes.outgoing.isEmpty)
        while disk.heldCount > 0 {
            disk.release()
            try node.settle()
        }
        #expect(changes.answers.map(\.status) == [200])
        #expect(reads.answers.first?.holds("QueueDoesNotExist") == true)
        #expect(refused.answers.map(\.status) == [400])
    }

    @Test("What comes while a commit is under way shares the next one")
    func groups() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk)
        disk.heldLanes = [.commit]
        let first = node.connect()
        first.send(Ask.send("first"))
        try node.settle()
        let wires = (0..<20).map { _ in node.connect() }
        for wire in wires {
            wire.send(Ask.send("later"))
            try node.settle()
        }
        #expect(disk.heldCount == 1)
        disk.release()
        try node.settle()
        #expect(first.answers.count == 1)
        #expect(wires.allSatisfy { $0.outgoing.isEmpty })
        #expect(disk.heldCount == 1)
        disk.release()
        try node.settle()
        #expect(wires.allSatisfy { $0.answers.count == 1 })
    }

    @Test("After a failed write nobody is answered and the node fails")
    func failedWrite() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk)
        disk.heldLanes = [.commit]
        let wire = node.connect()
        wire.send(Ask.send("a"))
        try node.settle()
        disk.fails = true
        disk.release()
        #expect(throws: JournalError.self) { try node.settle() }
        #expect(wire.outgoing.isEmpty)
        #expect(throws: JournalError.self) { try node.settle() }
    }

    @Test("Bodies that have left memory are read back, and only their receive waits")
    func coldReplies() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk) { settings in
            settings.segmentByteCount = 256 << 10
            settings.memoryBudget = 0
        }
        let body = String(repeating: "0123456789", count: 1_000)
        for index in 0..<100 { _ = try node.answer(to: Ask.send("\(index)-\(body)")) }
        disk.heldLanes = [.read]
        let wire = node.connect()
        wire.send(Ask.receive(most: 10) + Ask.health)
        try node.settle()
        #expect(wire.outgoing.isEmpty)
        #expect(disk.heldCount > 0)
        #expect(try node.answer(to: Ask.health)?.status == 200)
        for _ in 0..<20 {
            disk.release()
            try node.settle()
        }
        #expect(wire.answers.map(\.status) == [200, 200])
        for index in 0..<10 {
            #expect(wire.answers[0].holds("\"\(index)-\(body)\""))
        }
        #expect(wire.answers[1].holds("\"uptimeSeconds\""))
    }

    @Test("A client that is gone before its cold bodies are read bothers nobody")
    func goneWhileReading() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk) { settings in
            settings.segmentByteCount = 256 << 10
            settings.memoryBudget = 0
        }
        let body = String(repeating: "0123456789", count: 1_000)
        for _ in 0..<100 { _ = try node.answer(to: Ask.send(body)) }
        disk.heldLanes = [.read]
        let wire = node.connect()
        wire.send(Ask.receive(most: 10))
        try node.settle()
        wire.isBroken = true
        wire.hasEnded = true
        try node.settle()
        disk.heldLanes = []
        disk.release()
        try node.settle()
        #expect(wire.outgoing.isEmpty)
        #expect(node.table.count == 0)
        #expect(node.shard.isQuiet)
        #expect(try node.answer(to: Ask.receive())?.holds(body) == true)
    }

    @Test("Messages that are deleted while their bodies are read are left out of the answer")
    func deletedWhileReading() throws {
        let disk = HeldDisk()
        let node = try TestNode.withQueue(disk: disk) { settings in
            settings.segmentByteCount = 256 << 10
            settings.memoryBudget = 0
            settings.snapshotInterval = 64 << 10
        }
        let body = String(repeating: "0123456789", count: 1_000)
        for _ in 0..<100 { _ = try node.answer(to: Ask.send(body)) }
        disk.heldLanes = [.read]
        let wire = node.connect()
        wire.send(Ask.receive(most: 10))
        try node.settle()
        let purge = Ask.json("PurgeQueue", #"{"QueueUrl":"\#(Ask.queueURL)"}"#)
        #expect(try node.answer(to: purge)?.status == 200)
        try node.pass(milliseconds: 120_000)
        disk.heldLanes = []
        disk.release()
        try node.settle()
        #expect(wire.answers.map(\.status) == [200])
    }
}
