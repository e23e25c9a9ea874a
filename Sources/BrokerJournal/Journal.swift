import Bytes

/// The log of one shard: where every change of its state is written before anyone is told of it.
public final class Journal {
    /// Bytes that every record takes beside its payload, before rounding up to eight.
    public static let recordHeaderByteCount = 24

    /// Bytes a record with a payload of `payloadByteCount` bytes takes in a segment.
    public static func byteCount(ofRecordWithPayload payloadByteCount: Int) -> UInt64 {
        UInt64((recordHeaderByteCount + payloadByteCount + 7) & ~7)
    }

    /// The largest payload of a record.
    public static let largestPayloadByteCount = 4 << 20

    /// How the journal is kept.
    public let settings: JournalSettings
    private let disk: any Disk

    /// A journal on `disk`, not yet open. With `.memory` durability pass a `MemoryDisk`.
    public init(disk: any Disk, settings: JournalSettings) {
        self.disk = disk
        self.settings = settings
    }

    /// Reads the newest snapshot and every record after it, in order; blocks. Call once, first.
    public func open(
        load: (_ type: UInt8, _ payload: ByteView) throws -> Void,
        loaded: () throws -> Void,
        replay: (_ type: UInt8, _ payload: ByteView, _ position: JournalPosition) throws -> Void
    ) throws(JournalError) {}

    /// Appends one record, its payload in two parts, and returns the record's position.
    public func append(type: UInt8, head: ByteView, body: ByteView) -> JournalPosition { .start }

    /// Starts one write and sync of everything appended, unless one is under way. Call once per
    /// tick, after `poll`. `now` is any monotonic clock in milliseconds.
    public func commit(at now: UInt64) {}

    /// Takes what the disk has finished. A failed write or sync is final: stop the process.
    public func poll() throws(JournalError) {}

    /// When `commit` has to be called at the latest though nothing happens; nil when never.
    public var nextDeadline: UInt64? { nil }

    /// The end of what was appended.
    public var appendedPosition: JournalPosition { .start }

    /// A reply that rests on position p leaves when this is at least p.
    public var durablePosition: JournalPosition { .start }

    /// The payload of the record at `position`, or nil when it is not in memory. Valid until the
    /// next call of `commit`, `poll`, `reclaim` or `compact`.
    public func payload(at position: JournalPosition, count: Int) -> ByteView? { nil }

    /// Starts to read the payload of the record at `position`; `takeFetched` hands it out later.
    public func fetch(at position: JournalPosition, count: Int, ticket: UInt64) {}

    /// Hands out what was fetched, in the order of the fetches as far as the disk allows. The view
    /// is valid during the call.
    public func takeFetched(_ body: (_ ticket: UInt64, _ payload: ByteView) -> Void) {}

    /// Whether the disk budget allows new messages; finishing the accepted ones is always funded.
    public var hasRoom: Bool { true }

    /// Whether enough was appended since the last snapshot to want another.
    public var wantsSnapshot: Bool { false }

    /// Begins a snapshot of the state as of `appendedPosition`.
    public func beginSnapshot() {}

    /// Whether the disk keeps up with the snapshot; when false, append no more of it this tick.
    public var acceptsSnapshotRecords: Bool { true }

    /// Appends one record to the snapshot.
    public func appendSnapshot(type: UInt8, payload: ByteView) {}

    /// Completes the snapshot: it is made durable in the background and then counts.
    public func endSnapshot() {}

    /// Frees segments that hold nothing live and lie before the newest durable snapshot; cheap.
    public func reclaim(liveByteCount: (_ segment: UInt64) -> UInt64) {}

    /// When dead bytes exceed live ones, picks the sparsest segment, reads it off the loop, and
    /// hands some of its records to `relocate`, which appends again what is still live.
    public func compact(
        liveByteCount: (_ segment: UInt64) -> UInt64,
        relocate: (_ type: UInt8, _ payload: ByteView, _ position: JournalPosition) -> Void
    ) {}

    /// Commits what is appended, waits for the disk and closes it.
    public func close() throws(JournalError) {}
}
