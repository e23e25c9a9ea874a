import Bytes

/// Reads one segment's file into memory as far as somebody needs it. Blocks; for start-up and
/// inspection.
struct SegmentSource {
    /// How much is read at a time.
    static let stepByteCount = 256 << 10

    /// The file.
    let file: DiskFile
    /// Where its bytes go, each at its own offset.
    let memory: PageMemory
    /// How many of them are there.
    private(set) var loaded = 0
    private let disk: any Disk

    /// A source of `file`, which is as long as `memory`.
    init(disk: any Disk, file: DiskFile, memory: PageMemory) {
        self.disk = disk
        self.file = file
        self.memory = memory
    }

    /// Reads on until `end` bytes are there; what the file lacks is zero.
    mutating func load(upTo end: Int) throws(DiskError) {
        precondition(end <= memory.byteCount, "a segment ends")
        while loaded < end {
            let aim = max(end, loaded + SegmentSource.stepByteCount)
            let range = loaded..<min(aim, memory.byteCount)
            let count = try disk.perform(
                .read(file, offset: UInt64(loaded), into: memory.diskMemory(range)))
            if count == 0 {
                memory.clear(range)
                loaded = range.upperBound
            }
            loaded += count
        }
    }

    /// The next step of `scan` over this segment.
    mutating func next(_ scan: inout SegmentScan) throws(DiskError) -> SegmentScan.Step {
        while true {
            let step = scan.next(memory.view(scan.offset..<max(loaded, scan.offset)))
            guard case .needs(let end) = step else { return step }
            try load(upTo: end)
        }
    }

    /// Searches a segment's file for a batch header from `offset` to its end, with little memory.
    static func firstStrayBatch(
        on disk: any Disk, in file: DiskFile, byteCount: UInt64, from offset: Int, base: UInt64,
        identity: UInt64, epoch: UInt32
    ) throws(DiskError) -> StrayBatch? {
        let window = PageMemory(byteCount: SegmentSource.stepByteCount)
        var start = offset
        while start + BatchHeader.recordByteCount <= byteCount {
            let count = try disk.perform(
                .read(file, offset: UInt64(start), into: window.diskMemory(0..<window.byteCount)))
            let found = StrayBatch.first(
                in: window.view(0..<count), at: base + UInt64(start), identity: identity,
                epoch: epoch)
            if let found { return found }
            // Windows overlap, because a header may stand across their border.
            guard count == window.byteCount else { return nil }
            start += count - BatchHeader.recordByteCount
        }
        return nil
    }
}
