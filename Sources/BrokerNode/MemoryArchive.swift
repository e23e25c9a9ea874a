import BrokerCore
import Bytes

/// An archive in memory: for `--durability memory` and for tests.
public final class MemoryArchive: Archive {
    private var topics: [String: [ArchivedMessage]] = [:]
    private var answers: [(ticket: UInt64, answer: ArchiveAnswer)] = []

    /// An empty archive.
    public init() {}

    /// How many messages are kept.
    public var count: Int { topics.values.reduce(0) { $0 + $1.count } }

    /// Keeps the message.
    public func store(_ message: ArchivedMessage, ticket: UInt64) {
        var kept = topics[message.topicARN, default: []]
        let index = kept.lastIndex { $0.sequence <= message.sequence }
        if index.map({ kept[$0].sequence }) != message.sequence {
            kept.insert(message, at: (index ?? -1) + 1)
            topics[message.topicARN] = kept
        }
        answers.append((ticket, .stored))
    }

    /// Reads messages.
    public func read(_ query: ArchiveQuery, ticket: UInt64) {
        let found = topics[query.topicARN, default: []].filter {
            $0.sequence > query.afterSequence && $0.timestamp >= query.from
                && $0.timestamp <= query.until ?? $0.timestamp
        }
        let page = found.prefix(query.limit).map(\.payload)
        answers.append((ticket, .messages(page, isEnd: page.count == found.count)))
    }

    /// Forgets what need not be kept.
    public func keep(_ terms: [ArchiveTerm]) {
        var kept: [String: [ArchivedMessage]] = [:]
        for term in terms {
            kept[term.topicARN] = topics[term.topicARN]?.filter { $0.timestamp >= term.notBefore }
        }
        topics = kept
    }

    /// Forgets everything.
    public func removeAll() { topics = [:] }

    /// Hands out the answers.
    public func takeAnswers(_ body: (_ ticket: UInt64, _ answer: ArchiveAnswer) -> Void) {
        let taken = answers
        answers = []
        for (ticket, answer) in taken { body(ticket, answer) }
    }
}
