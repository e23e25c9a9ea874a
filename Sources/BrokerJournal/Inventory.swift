/// The files of a directory, by kind and in order.
struct Inventory {
    /// Whether there is a manifest.
    private(set) var hasManifest = false
    /// The segments, by number.
    private(set) var segments: [(number: UInt64, byteCount: UInt64)] = []
    /// The positions of the snapshots.
    private(set) var snapshots: [(position: UInt64, byteCount: UInt64)] = []
    /// Files that were being written.
    private(set) var drafts: [DiskFile] = []

    /// Lists the directory.
    init(of disk: any Disk) throws(JournalError) {
        let entries: [DiskEntry]
        do throws(DiskError) { entries = try disk.list() } catch { throw .disk(error) }
        for entry in entries {
            switch entry.file.kind {
            case .manifest: hasManifest = true
            case .segment: segments.append((entry.file.number, entry.byteCount))
            case .snapshot: snapshots.append((entry.file.number, entry.byteCount))
            case .manifestDraft, .snapshotDraft: drafts.append(entry.file)
            }
        }
        segments.sort { $0.number < $1.number }
        snapshots.sort { $0.position < $1.position }
    }

    /// The size of segment `number`, or nil when there is none. O(log n).
    func byteCount(ofSegment number: UInt64) -> UInt64? {
        var low = 0
        var high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].number < number { low = middle + 1 } else { high = middle }
        }
        guard low < segments.count, segments[low].number == number else { return nil }
        return segments[low].byteCount
    }
}
