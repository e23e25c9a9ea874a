import Bytes

/// The seam to the system's files: operations in, completions out.
///
/// One directory, owned by one journal. The journal gives each operation to a lane; a lane carries
/// its operations out one after the other in the order given, and lanes do not wait for each other.
/// A file is only ever touched by one lane at a time (the journal sees to that), except that the
/// read lane reads ranges that the commit lane finished long before.
///
/// Conformers: the rim's `FileDisk`, the simulator's disk, and `MemoryDisk`.
public protocol Disk: AnyObject {
    /// The files of the directory whose names the journal knows, in any order; others are skipped.
    func list() throws(DiskError) -> [DiskEntry]

    /// Carries one operation out and returns when it is done: for start-up, close and inspection,
    /// when nothing submitted is under way. Returns the bytes read by `.read`, otherwise 0.
    func perform(_ operation: DiskOperation) throws(DiskError) -> Int

    /// Starts one operation. Memory it names stays where it is until its completion was taken; of a
    /// segment whole pages are read and written, of a finished snapshot whole pages are read.
    func submit(_ operation: DiskOperation, lane: DiskLane, ticket: UInt64)

    /// Hands out the completions that have arrived, those of a lane in order; never blocks.
    func takeCompletions(_ body: (DiskCompletion) -> Void)

    /// Blocks until at least one completion can be taken. Called only while one is outstanding.
    func awaitCompletion()

    /// Has the system find the pages of `range` before somebody has to wait for them. A hint:
    /// nothing completes, and whoever comes first finds them himself.
    func warm(_ memory: PageMemory, _ range: Range<Int>)

    /// Finishes what is under way and closes every file.
    func close()
}

extension Disk {
    /// Leaves pages to those who touch them first.
    public func warm(_ memory: PageMemory, _ range: Range<Int>) {}
}

/// A queue of operations with an order of its own; in the rim, a thread.
public enum DiskLane: Int, Sendable, CaseIterable {
    /// Writes and syncs of the journal's tail. Latency matters: a reply waits for each.
    case commit
    /// Preparation of files, snapshots, renames, removals. Nobody waits for these.
    case background
    /// Reads of cold payloads and of segments under compaction.
    case read
}

/// One thing a disk can do.
public enum DiskOperation: Sendable {
    /// Creates the file or empties the one there is, allocates `byteCount` bytes for it (they read
    /// as zero), and makes the file and its name durable.
    case create(DiskFile, byteCount: UInt64)
    /// Writes `from` at `offset`, extending the file where needed; with `sync` the data is durable
    /// (fdatasync) at completion. A short write is an error, never a success.
    case write(DiskFile, offset: UInt64, from: DiskMemory, sync: Bool)
    /// Reads up to `into.byteCount` bytes at `offset`; completes with the number of bytes read,
    /// which is smaller only when the file ends there.
    case read(DiskFile, offset: UInt64, into: DiskMemory)
    /// Makes everything written to the file durable.
    case sync(DiskFile)
    /// Renames the file, replacing the target if there is one, and makes both names durable.
    case rename(DiskFile, to: DiskFile)
    /// Removes the file; one that is not there is no error.
    case remove(DiskFile)
}

extension DiskOperation {
    /// The word for it in errors.
    public var verb: String {
        switch self {
        case .create: "create"
        case .write: "write"
        case .read: "read"
        case .sync: "sync"
        case .rename: "rename"
        case .remove: "remove"
        }
    }

    /// The file it is about.
    public var file: DiskFile {
        switch self {
        case .create(let file, _), .write(let file, _, _, _), .read(let file, _, _),
            .sync(let file), .rename(let file, _), .remove(let file):
            file
        }
    }
}

/// Memory that an operation reads from or writes into; the journal owns it and keeps it alive.
@safe
public struct DiskMemory: @unchecked Sendable {
    /// Where it begins. Segments' memory is aligned to 4 KiB, and so are their file offsets.
    public let start: UnsafeMutableRawPointer
    /// How long it is.
    public let byteCount: Int

    /// The `byteCount` bytes at `start`.
    public init(start: UnsafeMutableRawPointer, byteCount: Int) {
        unsafe self.start = start
        self.byteCount = byteCount
    }
}

/// What became of a submitted operation.
public struct DiskCompletion: Sendable {
    /// The ticket it was submitted with.
    public var ticket: UInt64
    /// Bytes read (0 for other operations), or why it failed.
    public var result: Result<Int, DiskError>

    /// The completion of the operation submitted with `ticket`.
    public init(ticket: UInt64, result: Result<Int, DiskError>) {
        self.ticket = ticket
        self.result = result
    }
}

/// A file the disk could not handle as asked. The journal never retries.
public struct DiskError: Error, Hashable, Sendable {
    /// The verb that failed: "create", "write", "read", "sync", "rename", "remove", "list".
    public var verb: String
    /// The name of the file, or of the directory for `list`.
    public var file: String
    /// The system's error number.
    public var code: Int32

    /// The failure of `verb` on `file` with the system's error number `code`.
    public init(verb: String, file: String, code: Int32) {
        self.verb = verb
        self.file = file
        self.code = code
    }
}

/// A file found in the journal's directory.
public struct DiskEntry: Hashable, Sendable {
    /// Which file it is.
    public var file: DiskFile
    /// How long it is.
    public var byteCount: UInt64

    /// A file of `byteCount` bytes.
    public init(file: DiskFile, byteCount: UInt64) {
        self.file = file
        self.byteCount = byteCount
    }
}

extension PageMemory {
    /// The bytes `range`, for the disk.
    func diskMemory(_ range: Range<Int>) -> DiskMemory {
        // Safe because whoever submits the memory keeps this object until the completion.
        unsafe DiskMemory(start: address(of: range), byteCount: range.count)
    }
}
