import Bytes

/// Reads a file of framed records from front to back, where a record's position is its offset.
/// Blocks; for start-up and inspection.
struct FramedFile {
    private static let stepByteCount = 1 << 20

    private let disk: any Disk
    private let file: DiskFile
    private let byteCount: UInt64
    private var memory = PageMemory(byteCount: stepByteCount)
    /// The offset in the file of the memory's first byte, and how many bytes are there.
    private var start: UInt64 = 0
    private var loaded = 0
    /// The offset of the next record.
    private(set) var offset: UInt64 = 0

    /// A reader at the front of `file`, which holds `byteCount` bytes.
    init(disk: any Disk, file: DiskFile, byteCount: UInt64) {
        self.disk = disk
        self.file = file
        self.byteCount = byteCount
    }

    /// What stands next. A view in it is valid until the next call.
    mutating func next() throws(DiskError) -> RecordFinding {
        while true {
            let skip = Int(offset - start)
            let finding = RecordFinding(
                memory.view(skip..<loaded), position: offset,
                room: Int(clamping: byteCount - offset))
            if case .record(let header, _) = finding {
                offset += UInt64(header.recordByteCount)
                return finding
            }
            guard case .needs(let count) = finding, try load(count) else { return finding }
        }
    }

    /// Loads at least `count` bytes from `offset` on, in whole pages; false when the file ends before.
    private mutating func load(_ count: Int) throws(DiskError) -> Bool {
        let page = UInt64(PageMemory.pageByteCount)
        let first = offset & ~(page - 1)
        let wanted = PageMemory.pages(around: Int(offset - first)..<Int(offset - first) + count)
        let kept = memory.view(Int(first - start)..<loaded)
        let target =
            wanted.count <= memory.byteCount
            ? memory : PageMemory(byteCount: wanted.count + FramedFile.stepByteCount)
        target.store(kept, at: 0)
        loaded = kept.count
        memory = target
        start = first
        while loaded < Int(offset - first) + count {
            guard start + UInt64(loaded) < byteCount else { return false }
            let read = try disk.perform(
                .read(
                    file, offset: start + UInt64(loaded),
                    into: memory.diskMemory(loaded..<memory.byteCount)))
            if read == 0 { return false }
            loaded += read
        }
        return true
    }
}
