/// How a journal is kept.
public struct JournalSettings: Sendable {
    /// When a record counts as durable.
    public enum Durability: Hashable, Sendable {
        /// When it is on disk (write and fdatasync), which one commit does for all that waits.
        case commit
        /// At once; the disk follows every so many milliseconds, and a crash loses that much.
        case interval(milliseconds: UInt64)
        /// At once; nothing is ever written, and a stop loses everything.
        case memory
    }

    /// The size of a segment's file: a multiple of 4 KiB, at least four times the largest record
    /// that will be appended. Fixed when the directory is created.
    public var segmentByteCount: UInt64 = 64 << 20
    /// How much memory segments may keep once they are durable.
    public var memoryBudget: UInt64 = 256 << 20
    /// How much disk all files together may take, or nil for no limit.
    public var diskBudget: UInt64?
    /// When a record counts as durable.
    public var durability: Durability = .commit
    /// Bytes appended after the last snapshot before another is wanted. Twice the last snapshot's
    /// size counts instead when that is more.
    public var snapshotInterval: UInt64 = 256 << 20
    /// The wall clock in milliseconds since 1970 when the directory is created; kept for people.
    public var createdAt: UInt64 = 0
    /// A random number that tells this journal's batches from all others', and that clients cannot
    /// guess; used when the directory is created.
    public var identity: UInt64 = 0
    /// The number of the shard whose journal this is.
    public var shard: UInt32 = 0

    /// The defaults.
    public init() {}
}
