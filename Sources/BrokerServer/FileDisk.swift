import BrokerJournal
import Glibc

/// The journal's files in a directory of Linux: each lane is a thread.
final class FileDisk: Disk {
    /// What a lane is asked to do.
    private enum Job: Sendable {
        case carryOut(DiskOperation, ticket: UInt64)
        /// Another lane renames or removes the file: close it.
        case forget(DiskFile)
        case finish
    }

    private let directory: Directory
    private let wake: Wake
    private let completions: Mailbox<DiskCompletion>
    private var lanes: [Lane] = []
    private var taken: [DiskCompletion] = []
    private let direct: FileSet

    /// The files in `directory`, which exists. Completions signal `wake`.
    init(directory: Directory, wake: Wake) throws(SystemError) {
        self.directory = directory
        self.wake = wake
        completions = Mailbox(wake: wake)
        direct = FileSet(directory: directory, bypassesCache: false)
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
        lanes[lane.rawValue].jobs.post(.carryOut(operation, ticket: ticket))
        for file in operation.filesThatVanish {
            for other in DiskLane.allCases where other != lane {
                lanes[other.rawValue].jobs.post(.forget(file))
            }
        }
    }

    func takeCompletions(_ body: (DiskCompletion) -> Void) {
        if taken.isEmpty { taken = completions.takeAll() }
        let arrived = taken
        taken = []
        for completion in arrived { body(completion) }
    }

    func awaitCompletion() {
        while taken.isEmpty {
            wake.clear()
            taken = completions.takeAll()
            if taken.isEmpty { wake.sleep() }
        }
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
                    FileSet(directory: directory, bypassesCache: lane != .read))
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
                        let result: Result<Int, DiskError>
                        do throws(DiskError) {
                            result = .success(try files.carryOut(operation))
                        } catch {
                            result = .failure(error)
                        }
                        completions.post(DiskCompletion(ticket: ticket, result: result))
                    case .forget(let file):
                        files.forget(file)
                    case .finish:
                        return
                    }
                }
            }
        }
    }
}

extension DiskOperation {
    /// The files that have another identity after it.
    fileprivate var filesThatVanish: [DiskFile] {
        switch self {
        case .rename(let file, let target): [file, target]
        case .remove(let file): [file]
        case .create, .write, .read, .sync: []
        }
    }
}
