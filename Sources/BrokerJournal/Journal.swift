import Bytes

/// The log of one shard: where every change of its state is written before anyone is told of it.
///
/// A record is copied once, into the memory of the segment at the end. That memory is what the disk
/// thread writes from and what payloads are read back from. `Journal+….swift` hold its facets.
///
/// - Invariant: `synced <= appended`; one write to the end of the journal is under way at a time.
public final class Journal {
    /// What the write at the end of the journal is doing.
    enum CommitState {
        case idle
        /// Everything before `end` is durable when it completes.
        case writing(end: UInt64)
    }

    /// Whether the journal can be used.
    enum Phase {
        case unopened
        case open
        case failed(JournalError)
        case closed
    }

    /// Bytes that every record takes beside its payload, before rounding up to eight.
    public static let recordHeaderByteCount = RecordHeader.byteCount

    /// The largest payload of a record.
    public static let largestPayloadByteCount = 4 << 20

    /// From how many bytes in a segment on pages are found ahead of appends …
    static let warmingByteCount = 512 << 10
    /// … and how far ahead.
    static let warmByteCount = 8 << 20

    /// How the journal is kept.
    public let settings: JournalSettings
    /// Bytes that the records which finish accepted messages may still need. The caller keeps it
    /// up to date; `hasRoom` leaves that much of the disk budget alone.
    public var finishingByteCount: UInt64 = 0

    let disk: any Disk
    let segmentByteCount: UInt64
    var phase = Phase.unopened
    var identity: UInt64 = 0
    var epoch: UInt32 = 0

    var segments = SegmentTable()
    var writer: SegmentWriter
    /// Writers of segments that are full and not yet written out, oldest first.
    var fullWriters: [SegmentWriter] = []
    var commitState = CommitState.idle
    /// The end of what is on disk for certain.
    var synced: UInt64 = 0
    var lastCommitStart: UInt64 = 0
    /// The time of the last call of `commit`.
    var lastTick: UInt64 = 0
    var memory: MemoryPool
    var files: SegmentFiles
    var snapshots = SnapshotKeeper()
    var cold: ColdReader
    var survey = Survey()
    var compaction: Compaction?

    /// A journal on `disk`, not yet open. With `.memory` durability pass a `MemoryDisk`.
    public init(disk: any Disk, settings: JournalSettings) {
        precondition(
            Manifest.isSegmentSize(settings.segmentByteCount),
            "a segment is whole pages, which every write is, and its offsets fit 32 bits")
        self.disk = disk
        self.settings = settings
        segmentByteCount = settings.segmentByteCount
        memory = MemoryPool(
            segmentByteCount: settings.segmentByteCount, budget: settings.memoryBudget)
        files = SegmentFiles(
            segmentByteCount: settings.segmentByteCount, hasBudget: settings.diskBudget != nil)
        cold = ColdReader(segmentByteCount: settings.segmentByteCount)
        // Replaced by open; until then nothing is appended and no page of it is touched.
        writer = SegmentWriter(
            memory: PageMemory(byteCount: PageMemory.pageByteCount), base: 0, epoch: 0,
            used: 0)
    }

    /// Bytes a record with a payload of `payloadByteCount` bytes takes in a segment.
    public static func byteCount(ofRecordWithPayload payloadByteCount: Int) -> UInt64 {
        UInt64(RecordHeader.recordByteCount(payload: payloadByteCount))
    }

    /// The end of what was appended.
    public var appendedPosition: JournalPosition { JournalPosition(offset: writer.end) }

    /// A reply that rests on position p leaves when this is at least p.
    public var durablePosition: JournalPosition {
        switch settings.durability {
        case .commit:
            return JournalPosition(offset: synced)
        case .interval:
            // Nobody waits, unless the disk falls a whole segment behind.
            let lag = writer.end - synced
            return JournalPosition(offset: lag > segmentByteCount ? synced : writer.end)
        case .memory:
            return appendedPosition
        }
    }

    /// The number of the segment that is appended to.
    var activeNumber: UInt64 { writer.base / segmentByteCount }

    /// Whether there are files at all.
    var isOnDisk: Bool { settings.durability != .memory }

    /// Gives an operation to a lane.
    func submit(_ operation: DiskOperation, lane: DiskLane, ticket: Ticket) {
        disk.submit(operation, lane: lane, ticket: ticket.number)
    }
}
