import BrokerCore
import BrokerNode
import Bytes

/// The archive's database: messages by topic and number. For one thread.
///
/// Two tables: `topics` gives each ARN a number, `messages` has the payloads. What was committed
/// survives a crash (WAL, synchronous FULL).
final class ArchiveFile {
    /// Messages removed in one transaction.
    private static let removedAtOnce: Int64 = 4096

    private let database: SQLiteDatabase
    private let insertMessage: SQLiteStatement
    private let insertTopic: SQLiteStatement
    private let findTopic: SQLiteStatement
    private let listTopics: SQLiteStatement
    private let readMessages: SQLiteStatement
    private let removeMessages: SQLiteStatement
    private let removeTopic: SQLiteStatement

    /// Opens or creates the file at `path`.
    init(path: String) throws(SQLiteError) {
        database = try SQLiteDatabase(path: path)
        try database.execute(
            """
            PRAGMA auto_vacuum = INCREMENTAL;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS topics (id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE);
            CREATE TABLE IF NOT EXISTS messages (
                topic INTEGER NOT NULL, sequence INTEGER NOT NULL, timestamp INTEGER NOT NULL,
                payload BLOB NOT NULL, PRIMARY KEY (topic, sequence));
            CREATE INDEX IF NOT EXISTS messages_by_time ON messages (topic, timestamp);
            """)
        insertMessage = try SQLiteStatement(
            "INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?)", for: database)
        insertTopic = try SQLiteStatement(
            "INSERT OR IGNORE INTO topics (arn) VALUES (?)", for: database)
        findTopic = try SQLiteStatement("SELECT id FROM topics WHERE arn = ?", for: database)
        listTopics = try SQLiteStatement("SELECT id, arn FROM topics", for: database)
        readMessages = try SQLiteStatement(
            """
            SELECT payload FROM messages WHERE topic = ? AND sequence > ? AND timestamp >= ?
            AND timestamp <= ? ORDER BY sequence LIMIT ?
            """, for: database)
        removeMessages = try SQLiteStatement(
            """
            DELETE FROM messages WHERE rowid IN
            (SELECT rowid FROM messages WHERE topic = ? AND timestamp < ? LIMIT ?)
            """, for: database)
        removeTopic = try SQLiteStatement("DELETE FROM topics WHERE id = ?", for: database)
    }

    /// Keeps messages; they are durable on return, or none of them is kept.
    func store(_ messages: [ArchivedMessage]) throws(SQLiteError) {
        try database.execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            for message in messages {
                insertMessage.bind(1, try topicNumber(message.topicARN))
                insertMessage.bind(2, ArchiveFile.ordered(message.sequence))
                insertMessage.bind(3, Int64(clamping: message.timestamp.milliseconds))
                insertMessage.bind(4, message.payload)
                try insertMessage.run()
            }
            try database.execute("COMMIT")
        } catch {
            try? database.execute("ROLLBACK")
            throw error
        }
    }

    /// The messages that are asked for, and whether nothing is behind them.
    func read(_ query: ArchiveQuery) throws(SQLiteError) -> (payloads: [[UInt8]], isEnd: Bool) {
        guard let topic = try find(query.topicARN) else { return ([], true) }
        let until = query.until.map { Int64(clamping: $0.milliseconds) } ?? .max
        readMessages.bind(1, topic)
        readMessages.bind(2, ArchiveFile.ordered(query.afterSequence))
        readMessages.bind(3, Int64(clamping: query.from.milliseconds))
        readMessages.bind(4, until)
        // One more tells whether there is more.
        readMessages.bind(5, Int64(query.limit + 1))
        defer { readMessages.reset() }
        var payloads: [[UInt8]] = []
        while try readMessages.step() {
            guard payloads.count < query.limit else { return (payloads, false) }
            payloads.append(readMessages.bytes(0))
        }
        return (payloads, true)
    }

    /// Forgets every topic that is not named, and what is older than the named ones keep.
    func keep(_ terms: [ArchiveTerm]) throws(SQLiteError) {
        var kept: [String: Int64] = [:]
        for term in terms { kept[term.topicARN] = Int64(clamping: term.notBefore.milliseconds) }
        var topics: [(number: Int64, arn: String)] = []
        while try listTopics.step() { topics.append((listTopics.integer(0), listTopics.text(1))) }
        listTopics.reset()
        for topic in topics {
            try remove(from: topic.number, before: kept[topic.arn] ?? .max)
            if kept[topic.arn] == nil {
                removeTopic.bind(1, topic.number)
                try removeTopic.run()
            }
        }
    }

    private func remove(from topic: Int64, before timestamp: Int64) throws(SQLiteError) {
        var removed = false
        repeat {
            removeMessages.bind(1, topic)
            removeMessages.bind(2, timestamp)
            removeMessages.bind(3, ArchiveFile.removedAtOnce)
            try removeMessages.run()
            if database.changedCount > 0 { removed = true }
        } while database.changedCount == Int(ArchiveFile.removedAtOnce)
        if removed { try database.execute("PRAGMA incremental_vacuum") }
    }

    private func find(_ arn: String) throws(SQLiteError) -> Int64? {
        findTopic.bind(1, arn)
        defer { findTopic.reset() }
        return try findTopic.step() ? findTopic.integer(0) : nil
    }

    private func topicNumber(_ arn: String) throws(SQLiteError) -> Int64 {
        if let number = try find(arn) { return number }
        insertTopic.bind(1, arn)
        try insertTopic.run()
        guard let number = try find(arn) else {
            preconditionFailure("a topic that was inserted is found")
        }
        return number
    }

    /// The same order among signed numbers, which are the only ones that SQLite has.
    private static func ordered(_ sequence: UInt64) -> Int64 {
        Int64(bitPattern: sequence ^ 1 << 63)
    }
}
