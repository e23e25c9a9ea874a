import Bytes

/// What makes a directory a journal: one record in the file `manifest`.
struct Manifest: Hashable {
    /// The version of the format of manifest and segments that this program reads and writes.
    static let formatVersion: UInt32 = 1
    static let magic: UInt64 = 0x314C_4E52_4A53_5041  // "APSJRNL1"
    static let payloadByteCount = 48
    /// What stands at the front in every version: the magic number and the version.
    static let versionedByteCount = 12

    /// The journal's number among all journals, repeated in every batch.
    var identity: UInt64
    /// The size of every segment.
    var segmentByteCount: UInt64
    /// When the directory was created, in milliseconds since 1970.
    var createdAt: UInt64
    /// How often the journal was opened; stamped on every record.
    var epoch: UInt32
    /// The shard whose journal it is.
    var shard: UInt32

    /// Whether segments can have this size: whole pages, with offsets that fit 32 bits.
    static func isSegmentSize(_ byteCount: UInt64) -> Bool {
        byteCount >= 16 << 10 && byteCount <= 1 << 30
            && byteCount % UInt64(PageMemory.pageByteCount) == 0
    }

    /// Replaces the file `manifest` by this one; blocks.
    func write(to disk: any Disk) throws(DiskError) {
        let record = RecordHeader.recordByteCount(payload: Manifest.payloadByteCount)
        let memory = PageMemory(byteCount: record)
        memory.clear(0..<record)
        let payload = RecordHeader.byteCount
        memory.store(Manifest.magic, at: payload)
        memory.store(Manifest.formatVersion, at: payload + 8)
        memory.store(shard, at: payload + 12)
        memory.store(identity, at: payload + 16)
        memory.store(segmentByteCount, at: payload + 24)
        memory.store(createdAt, at: payload + 32)
        RecordHeader.seal(
            memory, at: 0, payload: Manifest.payloadByteCount, position: 0, epoch: epoch,
            type: RecordTypes.manifest)
        let draft = DiskFile(.manifestDraft)
        _ = try disk.perform(.create(draft, byteCount: 0))
        _ = try disk.perform(
            .write(draft, offset: 0, from: memory.diskMemory(0..<record), sync: true))
        _ = try disk.perform(.rename(draft, to: DiskFile(.manifest)))
    }

    /// Reads the file `manifest`; blocks.
    static func read(from disk: any Disk) throws(JournalError) -> Manifest {
        let memory = PageMemory(byteCount: PageMemory.pageByteCount)
        let count: Int
        do throws(DiskError) {
            count = try disk.perform(
                .read(
                    DiskFile(.manifest), offset: 0, into: memory.diskMemory(0..<memory.byteCount)))
        } catch {
            throw .disk(error)
        }
        let finding = RecordFinding(memory.view(0..<count), position: 0, room: memory.byteCount)
        guard case .record(let header, let payload) = finding,
            header.type == RecordTypes.manifest, payload.count >= versionedByteCount,
            payload.littleEndian(at: 0, as: UInt64.self) == magic
        else { throw .damaged(.manifest("it is no manifest of a journal")) }
        let version = payload.littleEndian(at: 8, as: UInt32.self)
        guard version == formatVersion else {
            throw .unknownFormat(version: version, supported: formatVersion)
        }
        guard payload.count == payloadByteCount else {
            throw .damaged(.manifest("it is no manifest of a journal"))
        }
        let segmentByteCount = payload.littleEndian(at: 24, as: UInt64.self)
        guard isSegmentSize(segmentByteCount) else {
            throw .damaged(.manifest("no segment has \(segmentByteCount) bytes"))
        }
        return Manifest(
            identity: payload.littleEndian(at: 16), segmentByteCount: segmentByteCount,
            createdAt: payload.littleEndian(at: 32), epoch: header.epoch,
            shard: payload.littleEndian(at: 12))
    }
}
