import BrokerNode
import Bytes

/// The archive of FIFO topics in `archive.sqlite` of the data directory, on a thread of its own.
///
/// Neither file nor thread is there before the first message is archived.
final class SQLiteArchive: Archive {
    static let fileName = "archive.sqlite"

    private let path: String
    private let log: Log
    private let events: Mailbox<ArchiveWorker.Event>
    private var jobs: Mailbox<ArchiveWorker.Job>?
    private var thread: Thread?
    /// Answers that needed no thread.
    private var direct: [ArchiveWorker.Event] = []
    /// Whether it was told what is to be kept.
    private var isKept = false

    /// The archive in `directory`.
    ///
    /// - Parameter wake: Signalled when there are answers.
    init(directory: Directory, wake: Wake, log: Log) {
        path = directory.path(of: SQLiteArchive.fileName)
        self.log = log
        events = Mailbox(wake: wake)
        if File.holdsSomething(path: path) { jobs = start() }
    }

    func store(_ message: ArchivedMessage, ticket: UInt64) {
        let jobs = jobs ?? start()
        self.jobs = jobs
        jobs.post(.store(message, ticket: ticket))
    }

    func read(_ query: ArchiveQuery, ticket: UInt64) {
        guard let jobs else {
            direct.append(ArchiveWorker.Event(ticket: ticket, answer: .messages([], isEnd: true)))
            return
        }
        jobs.post(.read(query, ticket: ticket))
    }

    func keep(_ terms: [ArchiveTerm]) {
        defer { isKept = true }
        if let jobs { return jobs.post(.keep(terms)) }
        // The first call is that of the start, when nobody can just have asked for an archive.
        guard !isKept, !terms.isEmpty else { return }
        log.warning(
            "archive holds nothing, though topics have an archive policy", ("file", path),
            ("meaning", "nothing was archived yet, or the file was removed and cannot be replayed"))
    }

    func removeAll() { jobs?.post(.keep([])) }

    func takeAnswers(_ body: (_ ticket: UInt64, _ answer: ArchiveAnswer) -> Void) {
        guard jobs != nil || !direct.isEmpty else { return }
        let taken = direct + events.takeAll()
        direct = []
        for event in taken { body(event.ticket, event.answer) }
    }

    /// Waits until everything was carried out, and ends the thread.
    func close() {
        jobs?.post(.finish)
        thread.take()?.join()
    }

    private func start() -> Mailbox<ArchiveWorker.Job> {
        do throws(SystemError) {
            let wake = try Wake()
            let jobs = Mailbox<ArchiveWorker.Job>(wake: wake)
            let (path, events, log) = (path, events, log)
            thread = try Thread(name: "archive") {
                ArchiveWorker(path: path, events: events, log: log).run(jobs, wake)
            }
            return jobs
        } catch {
            preconditionFailure("the system has room for one more thread (\(error))")
        }
    }
}
