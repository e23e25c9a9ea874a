import Bytes

/// Reads a journal's directory without opening it, for `apus journal inspect` and `verify`.
///
/// Nothing is changed. While a server runs on the directory the end of the journal moves, and what
/// is said about it may be out of date.
public struct JournalInspector {
    private let disk: any Disk
    private let nameOfType: (UInt8) -> String

    /// An inspector of the directory behind `disk`; `nameOfType` names the broker's record types.
    public init(disk: any Disk, nameOfType: @escaping (UInt8) -> String) {
        self.disk = disk
        self.nameOfType = nameOfType
    }

    /// Writes a line for the manifest, each snapshot and segment, each problem, and the totals by
    /// type of record; with `records`, also one for each record.
    public func inspect(
        records: Bool = false, write: @escaping (String) -> Void
    ) throws(JournalError) {
        _ = try walk(detail: true, records: records, write: write)
    }

    /// Checks every checksum and every link between batches, writes a line for each problem and
    /// then a verdict; true when there is no problem.
    public func verify(write: @escaping (String) -> Void) throws(JournalError) -> Bool {
        let problemCount = try walk(detail: false, records: false, write: write)
        write(problemCount == 0 ? "no problems" : "\(problemCount) problems")
        return problemCount == 0
    }

    private func walk(
        detail: Bool, records: Bool, write: @escaping (String) -> Void
    ) throws(JournalError) -> Int {
        let inventory = try Inventory(of: disk)
        guard inventory.hasManifest else {
            write("manifest: it is not there, so this is no journal's directory")
            return 1
        }
        let manifest = try Manifest.read(from: disk)
        if detail { write(line(for: manifest)) }
        var lines = InspectionLines(
            nameOfType: nameOfType, showsRecords: records, showsDetail: detail, write: write)
        for snapshot in inventory.snapshots {
            inspect(snapshot.position, snapshot.byteCount, manifest, &lines)
        }
        if detail {
            for draft in inventory.drafts { write("\(draft.name): unfinished, will be removed") }
        }
        try inspectSegments(inventory, manifest, &lines)
        if detail { lines.writeTotals() }
        return lines.problemCount
    }

    private func line(for manifest: Manifest) -> String {
        "manifest: format \(Manifest.formatVersion), shard \(manifest.shard), epoch "
            + "\(manifest.epoch), segments of \(manifest.segmentByteCount) bytes, identity "
            + String(manifest.identity, radix: 16) + ", created at \(manifest.createdAt) ms"
    }

    private func inspect(
        _ position: UInt64, _ byteCount: UInt64, _ manifest: Manifest,
        _ lines: inout InspectionLines
    ) {
        let name = DiskFile(.snapshot, number: position).name
        var reader = SnapshotReader(
            disk: disk, position: position, byteCount: byteCount, identity: manifest.identity)
        var totals = RecordTotals()
        do throws(JournalError) {
            try reader.read { type, payload, _ in
                totals.add(
                    type: type,
                    byteCount: RecordHeader.recordByteCount(payload: payload.count))
            }
        } catch {
            lines.problem("\(error)")
        }
        lines.detail(
            "\(name): position \(position), \(totals.count) records, \(byteCount) bytes")
        lines.snapshotTotals.add(totals)
    }

    /// Reads segment after segment; each is judged when the one after it is known.
    private func inspectSegments(
        _ inventory: Inventory, _ manifest: Manifest, _ lines: inout InspectionLines
    ) throws(JournalError) {
        let replay = Replay(
            disk: disk, manifest: manifest, inventory: inventory,
            position: inventory.snapshots.last?.position ?? 0)
        let memory = PageMemory(byteCount: Int(manifest.segmentByteCount))
        var previous: SegmentInspection?
        var isEnded = false
        if inventory.byteCount(ofSegment: replay.firstNumber) == nil {
            lines.problem(
                "\(DiskFile.segment(replay.firstNumber).name): replay begins there, and it "
                    + "is not there")
        }
        for segment in inventory.segments {
            guard segment.byteCount == manifest.segmentByteCount else {
                // A file that is still being made is behind all others and may be short.
                let isLast =
                    segment.number == inventory.segments.last?.number
                    && segment.number > replay.firstNumber
                let name = DiskFile.segment(segment.number).name
                if isLast {
                    lines.detail("\(name): \(segment.byteCount) bytes, not ready to be written")
                } else {
                    lines.problem("\(name): it holds \(segment.byteCount) bytes")
                }
                continue
            }
            let found: SegmentInspection
            do throws(DiskError) {
                found = try SegmentInspection(
                    number: segment.number, disk: disk, manifest: manifest, memory: memory
                ) { lines.record($0) }
            } catch {
                throw .disk(error)
            }
            if let last = previous {
                isEnded = lines.judge(last, next: found, replay, isEnded: isEnded)
            }
            previous = found
        }
        if let last = previous { _ = lines.judge(last, next: nil, replay, isEnded: isEnded) }
    }
}
