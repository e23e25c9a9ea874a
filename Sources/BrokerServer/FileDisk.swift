import BrokerJournal
import Bytes
import Glibc

/// The journal's files in a directory of Linux: each lane is a thread, and quick commits are carried
/// out on the caller's.
final class FileDisk: Disk {
    /// What a lane is asked to do.
    private enum Job: Sendable {
        case carryOut(DiskOperation, ticket: UInt64)
        /// Another lane renames or removes the file: close it.
        case forget(DiskFile)
        case warm(Warming)
        case finish
    }

    /// Pages to be touched.
    private struct Warming: @unchecked Sendable {
        // Unchecked because touching is all that the lane does to it, which any thread may do.
        let memory: PageMemory
        let range: Range<Int>
    }

    private let directory: Directory
    private let wake: Wake
    private let completions: Mailbox<DiskCompletion>
    private var lanes: [Lane] = []
    private var taken: [DiskCompletion] = []
    /// The completions that are handed out, kept for their memory.
    private var handedOut: [DiskCompletion] = []
    private let direct: FileSet
    /// The files of commits on the caller's thread.
    private let committed: FileSet
    private var commitPlace: CommitPlace
    /// Asked on the loop's thread, which first needs it.
    private lazy var processorWait = ProcessorWait()
    /// How long the loop had waited for a processor when that was last asked.
    private var knownWait: UInt64 = 0

    /// The files in `directory`, which exists. Completions signal `wake`, except those of commits
    /// on the caller's thread, which can be taken at once. With `isReadOnly` files are only read.
    init(
        directory: Directory, wake: Wake,
        commitPlace: CommitPlace = CommitPlace(mayUseLoop: false), isReadOnly: Bool = false
    ) throws(SystemError) {
        self.directory = directory
        self.wake = wake
        completions = Mailbox(wake: wake)
        self.commitPlace = commitPlace
        direct = FileSet(directory: directory, bypassesCache: false, isReadOnly: isReadOnly)
        committed = FileSet(directory: directory, bypassesCache: true)
        for lane in DiskLane.allCases {
            lanes.append(try Lane(lane, directory: directory, completions: completions))
        }
    }

    func list() throws(DiskError) -> [DiskEntry] {
        do throws(SystemError) {
            return try directory.files().compactMap { name, byteCount in
                DiskFile(name: name).map { DiskEntry(file: $0, byteCount: byteCount) }
            }
        } catch {
            throw DiskError(verb: "list", file: directory.path, code: error.code)
        }
    }

    func perform(_ operation: DiskOperation) throws(DiskError) -> Int {
        defer { direct.closeAll() }
        return try direct.carryOut(operation)
    }

    func submit(_ operation: DiskOperation, lane: DiskLane, ticket: UInt64) {
        if lane == .commit, commitPlace.isOnLoop(byteCount: operation.writtenByteCount) {
            return commitHere(operation, ticket: ticket)
        }
        lanes[lane.rawValue].jobs.post(.carryOut(operation, ticket: ticket))
        for file in operation.filesThatVanish {
            committed.forget(file)
            for other in DiskLane.allCases where other != lane {
                lanes[other.rawValue].jobs.post(.forget(file))
            }
        }
    }

    private func commitHere(_ operation: DiskOperation, ticket: UInt64) {
        let begun = SystemClock.monotonicNanoseconds()
        taken.append(committed.completion(of: operation, ticket: ticket))
        var spent = SystemClock.monotonicNanoseconds() - begun
        if spent > CommitPlace.slowNanoseconds {
            let waited = processorWait.nanoseconds()
            spent -= min(spent, waited - min(waited, knownWait))
            knownWait = waited
        }
        commitPlace.took(nanoseconds: spent)
    }

    func takeCompletions(_ body: (DiskCompletion) -> Void) {
        // What is submitted meanwhile belongs to the next call.
        swap(&taken, &handedOut)
        for completion in handedOut { body(completion) }
        handedOut.removeAll(keepingCapacity: true)
        for completion in completions.takeAll() { body(completion) }
    }

    func awaitCompletion() {
        while taken.isEmpty {
            wake.clear()
            taken = completions.takeAll()
            if taken.isEmpty { wake.sleep() }
        }
    }

    func warm(_ memory: PageMemory, _ range: Range<Int>) {
        lanes[DiskLane.background.rawValue].jobs.post(.warm(Warming(memory: memory, range: range)))
    }

    func close() {
        for lane in lanes { lane.jobs.post(.finish) }
        for lane in lanes { lane.join() }
        lanes = []
    }

    /// One thread with the files it has open.
    private final class Lane {
        let jobs: Mailbox<Job>
        private var thread: Thread?

        init(
            _ lane: DiskLane, directory: Directory, completions: Mailbox<DiskCompletion>
        ) throws(SystemError) {
            let wake = try Wake()
            let jobs = Mailbox<Job>(wake: wake)
            self.jobs = jobs
            thread = try Thread(name: "disk \(lane)") {
                Lane.run(
                    jobs, wake, completions,
                    FileSet(directory: directory, bypassesCache: true))
            }
        }

        func join() { thread.take()?.join() }

        private static func run(
            _ jobs: Mailbox<Job>, _ wake: Wake, _ completions: Mailbox<DiskCompletion>,
            _ files: FileSet
        ) {
            while true {
                wake.sleep()
                wake.clear()
                for job in jobs.takeAll() {
                    switch job {
                    case .carryOut(let operation, let ticket):
                        completions.post(files.completion(of: operation, ticket: ticket))
                    case .forget(let file):
                        files.forget(file)
                    case .warm(let warming):
                        warming.memory.touch(warming.range)
                    case .finish:
                        return
                    }
                }
            }
        }
    }
}

extension FileSet {
    /// Does `operation` and tells how it went.
    fileprivate func completion(of operation: DiskOperation, ticket: UInt64) -> DiskCompletion {
        do throws(DiskError) {
            return DiskCompletion(ticket: ticket, result: .success(try carryOut(operation)))
        } catch {
            return DiskCompletion(ticket: ticket, result: .failure(error))
        }
    }
}

extension DiskOperation {
    /// The bytes it writes.
    fileprivate var writtenByteCount: Int {
        if case .write(_, _, let memory, _) = self { memory.byteCount } else { 0 }
    }

    /// The files that have another identity after it.
    fileprivate var filesThatVanish: [DiskFile] {
        switch self {
        case .rename(let file, let target): [file, target]
        case .remove(let file): [file]
        case .create, .write, .read, .sync: []
        }
    }
}
