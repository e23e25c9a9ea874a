import BrokerNode

/// What the thread of the archive does: jobs in their order, messages to be stored in transactions.
final class ArchiveWorker {
    /// What it is asked to do.
    enum Job: Sendable {
        case store(ArchivedMessage, ticket: UInt64)
        case read(ArchiveQuery, ticket: UInt64)
        case keep([ArchiveTerm])
        case finish
    }

    /// What it answers.
    struct Event: Sendable {
        let ticket: UInt64
        let answer: ArchiveAnswer
    }

    /// Messages of one transaction.
    private static let storedAtOnce = 512

    private let path: String
    private let events: Mailbox<Event>
    private let log: Log
    private var file: ArchiveFile?
    private var messages: [ArchivedMessage] = []
    private var tickets: [UInt64] = []

    init(path: String, events: Mailbox<Event>, log: Log) {
        self.path = path
        self.events = events
        self.log = log
    }

    /// Works until it is told to finish.
    func run(_ jobs: Mailbox<Job>, _ wake: Wake) {
        while true {
            wake.sleep()
            wake.clear()
            for job in jobs.takeAll() {
                if case .store(let message, let ticket) = job {
                    messages.append(message)
                    tickets.append(ticket)
                    if tickets.count == ArchiveWorker.storedAtOnce { store() }
                    continue
                }
                store()
                switch job {
                case .store: break
                case .read(let query, let ticket): read(query, ticket)
                case .keep(let terms): keep(terms)
                case .finish: return
                }
            }
            store()
        }
    }

    private func store() {
        guard !tickets.isEmpty else { return }
        let (messages, tickets) = (messages, tickets)
        self.messages = []
        self.tickets = []
        do throws(SQLiteError) {
            try opened().store(messages)
            for ticket in tickets { events.post(Event(ticket: ticket, answer: .stored)) }
        } catch {
            fail(tickets, because: error)
        }
    }

    private func read(_ query: ArchiveQuery, _ ticket: UInt64) {
        do throws(SQLiteError) {
            let (payloads, isEnd) = try opened().read(query)
            events.post(Event(ticket: ticket, answer: .messages(payloads, isEnd: isEnd)))
        } catch {
            fail([ticket], because: error)
        }
    }

    private func keep(_ terms: [ArchiveTerm]) {
        do throws(SQLiteError) {
            try opened().keep(terms)
        } catch {
            log.error("archive not cleared", ("file", path), ("reason", "\(error)"))
        }
    }

    private func fail(_ tickets: [UInt64], because error: SQLiteError) {
        log.error("archive failed", ("file", path), ("reason", "\(error)"))
        for ticket in tickets {
            events.post(Event(ticket: ticket, answer: .failed(reason: "\(error)")))
        }
    }

    private func opened() throws(SQLiteError) -> ArchiveFile {
        if let file { return file }
        let opened = try ArchiveFile(path: path)
        file = opened
        return opened
    }
}
