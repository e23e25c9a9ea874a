import Bytes

/// Reads one complete snapshot. Blocks; for start-up and inspection.
struct SnapshotReader {
    private let position: UInt64
    private let identity: UInt64
    private var file: FramedFile
    /// Records handed out.
    private(set) var recordCount: UInt64 = 0

    /// A reader of the snapshot at `position`, whose file holds `byteCount` bytes.
    init(disk: any Disk, position: UInt64, byteCount: UInt64, identity: UInt64) {
        self.position = position
        self.identity = identity
        file = FramedFile(
            disk: disk, file: DiskFile(.snapshot, number: position), byteCount: byteCount)
    }

    /// Hands every record to `body` with its offset; anything but a whole snapshot is damage.
    mutating func read(
        _ body: (UInt8, ByteView, _ offset: UInt64) throws(JournalError) -> Void
    ) throws(JournalError) {
        let (type, head, _) = try next()
        guard type == RecordTypes.snapshotHead, head.count == SnapshotKeeper.headByteCount,
            head.littleEndian(at: 0, as: UInt64.self) == identity,
            head.littleEndian(at: 8, as: UInt64.self) == position
        else { throw damage(at: 0, "it is no snapshot of this journal and position") }
        let version = head.littleEndian(at: 20, as: UInt32.self)
        guard SnapshotKeeper.readableVersions.contains(version) else {
            throw damage(
                at: 0,
                "it has format \(version), this program reads formats "
                    + "\(SnapshotKeeper.readableVersions.lowerBound) to "
                    + "\(SnapshotKeeper.formatVersion)")
        }
        while true {
            let (type, payload, offset) = try next()
            if type == RecordTypes.snapshotEnd {
                guard payload.count == SnapshotKeeper.endByteCount,
                    payload.littleEndian(at: 0, as: UInt64.self) == recordCount
                else { throw damage(at: offset, "its end counts other records than it holds") }
                return
            }
            guard type <= RecordTypes.largestOfBroker else {
                throw damage(at: offset, "a record of a type that cannot be")
            }
            try body(type, payload, offset)
            recordCount += 1
        }
    }

    private mutating func next() throws(JournalError) -> (UInt8, ByteView, UInt64) {
        let offset = file.offset
        let finding: RecordFinding
        do throws(DiskError) { finding = try file.next() } catch { throw .disk(error) }
        guard case .record(let header, let payload) = finding else {
            throw .damaged(
                .record(in: DiskFile(.snapshot, number: position), at: offset, finding))
        }
        return (header.type, payload, offset)
    }

    private func damage(at offset: UInt64, _ finding: String) -> JournalError {
        .damaged(.snapshot(position, at: offset, finding))
    }
}
