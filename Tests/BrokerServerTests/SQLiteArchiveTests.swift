import BrokerCore
import BrokerNode
import Testing

@testable import BrokerServer

@Suite("The archive of FIFO topics")
struct SQLiteArchiveTests {
    private static let topic = "arn:aws:sns:us-east-1:000000000000:t.fifo"
    private static let other = "arn:aws:sns:us-east-1:000000000000:u.fifo"
    private let temporary: TemporaryDirectory
    private let wake: Wake

    init() throws {
        temporary = try TemporaryDirectory()
        wake = try Wake()
    }

    private func open() -> SQLiteArchive {
        SQLiteArchive(directory: temporary.directory, wake: wake, log: Log(level: .error))
    }

    private func message(
        _ sequence: UInt64, at milliseconds: UInt64, _ text: String = "m", in topic: String = topic
    ) -> ArchivedMessage {
        ArchivedMessage(
            topicARN: topic, sequence: sequence,
            timestamp: Timestamp(milliseconds: milliseconds), payload: Array(text.utf8))
    }

    /// Waits for the answers to `count` orders.
    private func answers(_ count: Int, from archive: any Archive) -> [UInt64: ArchiveAnswer] {
        var found: [UInt64: ArchiveAnswer] = [:]
        while true {
            wake.clear()
            archive.takeAnswers { found[$0] = $1 }
            if found.count >= count { return found }
            wake.sleep()
        }
    }

    private func texts(
        in archive: any Archive, topic: String = topic, after sequence: UInt64 = 0,
        from: UInt64 = 0, until: UInt64? = nil, limit: Int = 100
    ) -> (texts: [String], isEnd: Bool) {
        archive.read(
            ArchiveQuery(
                topicARN: topic, afterSequence: sequence, from: Timestamp(milliseconds: from),
                until: until.map { Timestamp(milliseconds: $0) }, limit: limit),
            ticket: 99)
        guard case .messages(let payloads, let isEnd)? = answers(1, from: archive)[99]
        else { return ([], false) }
        return (payloads.map { String(decoding: $0, as: UTF8.self) }, isEnd)
    }

    @Test("What was stored is there when the file is opened again, once and in order")
    func reopened() throws {
        let first = open()
        first.store(message(2, at: 20, "b"), ticket: 1)
        first.store(message(1, at: 10, "a"), ticket: 2)
        first.store(message(2, at: 20, "again"), ticket: 3)
        first.store(message(.max, at: 30, "last"), ticket: 4)
        first.store(message(1, at: 10, "other", in: SQLiteArchiveTests.other), ticket: 5)
        for answer in answers(5, from: first).values {
            guard case .stored = answer else { throw SystemError("not stored", code: 0) }
        }
        first.close()
        let second = open()
        #expect(texts(in: second) == (["a", "b", "last"], true))
        #expect(texts(in: second, topic: SQLiteArchiveTests.other) == (["other"], true))
        #expect(texts(in: second, topic: "nobody") == ([], true))
        second.close()
    }

    @Test("Both archives read by number, time and limit", arguments: [false, true])
    func reads(inMemory: Bool) {
        let file = open()
        let archive: any Archive = inMemory ? MemoryArchive() : file
        for sequence: UInt64 in 1...5 {
            let text = "\(sequence)"
            archive.store(message(sequence, at: sequence * 10, text), ticket: sequence)
        }
        _ = answers(5, from: archive)
        #expect(texts(in: archive, after: 2) == (["3", "4", "5"], true))
        #expect(texts(in: archive, from: 20, until: 40) == (["2", "3", "4"], true))
        #expect(texts(in: archive, limit: 2) == (["1", "2"], false))
        #expect(texts(in: archive, after: 2, until: 40, limit: 2) == (["3", "4"], true))
        file.close()
    }

    @Test("Both archives forget what is no longer kept", arguments: [false, true])
    func forgets(inMemory: Bool) {
        let file = open()
        let archive: any Archive = inMemory ? MemoryArchive() : file
        archive.store(message(1, at: 10, "old"), ticket: 1)
        archive.store(message(2, at: 20, "new"), ticket: 2)
        archive.store(message(1, at: 20, "other", in: SQLiteArchiveTests.other), ticket: 3)
        archive.keep([
            ArchiveTerm(
                topicARN: SQLiteArchiveTests.topic, notBefore: Timestamp(milliseconds: 20))
        ])
        _ = answers(3, from: archive)
        #expect(texts(in: archive) == (["new"], true))
        #expect(texts(in: archive, topic: SQLiteArchiveTests.other) == ([], true))
        archive.removeAll()
        #expect(texts(in: archive) == ([], true))
        file.close()
    }

    @Test("There is no file before a message is stored")
    func lazy() throws {
        let archive = open()
        archive.keep([])
        #expect(texts(in: archive) == ([], true))
        #expect(try temporary.directory.files().isEmpty)
        archive.close()
    }

    @Test("A file that cannot be used fails the orders")
    func damaged() throws {
        try temporary.directory.replace("archive.sqlite", with: "no database", mode: 0o600)
        let archive = SQLiteArchive(
            directory: temporary.directory, wake: wake, log: Log(level: .error))
        archive.store(message(1, at: 1), ticket: 1)
        guard case .failed(let reason)? = answers(1, from: archive)[1] else {
            throw SystemError("stored", code: 0)
        }
        #expect(reason == "SQLite: file is not a database")
        archive.close()
    }
}
