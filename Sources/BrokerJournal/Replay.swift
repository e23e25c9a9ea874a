import Bytes

/// Reads the records behind a snapshot, segment by segment, and finds where the journal ends.
/// Blocks; for start-up and inspection.
struct Replay {
    /// A segment that was read, and where its readable part ends.
    struct SegmentRead {
        var number: UInt64
        var source: SegmentSource
        var ending: SegmentScan.Ending
        var epoch: UInt32
        var firstBatch: BatchHeader
        var firstEpoch: UInt32
    }

    let disk: any Disk
    let manifest: Manifest
    let inventory: Inventory
    /// Records before it are part of the snapshot.
    let position: UInt64

    /// The segment where reading begins: the one with the byte before `position`, so that the end
    /// of the batch before it is known.
    var firstNumber: UInt64 { position == 0 ? 0 : (position - 1) / manifest.segmentByteCount }

    /// Reads one segment into `memory` and hands its records behind `position` to `body`; nil when
    /// there is no such segment or it begins with no batch.
    func read(
        _ number: UInt64, into memory: PageMemory, epoch: UInt32,
        accept: (BatchHeader, _ epoch: UInt32) throws(JournalError) -> Bool,
        _ body: (RecordHeader, ByteView) throws(JournalError) -> Void
    ) throws(JournalError) -> SegmentRead? {
        guard let byteCount = inventory.byteCount(ofSegment: number) else { return nil }
        guard byteCount == manifest.segmentByteCount else {
            // Allocating a file is not atomic; a segment that was never written may be short.
            return nil
        }
        var source = SegmentSource(disk: disk, file: .segment(number), memory: memory)
        var scan = SegmentScan(
            identity: manifest.identity, number: number, byteCount: manifest.segmentByteCount,
            epoch: epoch)
        guard case .batch(let first, let firstEpoch, _) = try next(&source, &scan),
            try accept(first, firstEpoch)
        else { return nil }
        while true {
            switch try next(&source, &scan) {
            case .needs:
                preconditionFailure("a source loads what is needed")
            case .batch:
                continue
            case .record(let header, let payload, _):
                if header.position >= position { try body(header, payload) }
            case .end(let ending):
                return SegmentRead(
                    number: number, source: source, ending: ending, epoch: scan.epoch,
                    firstBatch: first, firstEpoch: firstEpoch)
            }
        }
    }

    /// Whether segment `number` has a file that begins with a batch for it, of any journal.
    static func beginsWithBatch(
        _ number: UInt64, on disk: any Disk, _ inventory: Inventory
    ) throws(JournalError) -> Bool {
        guard let byteCount = inventory.byteCount(ofSegment: number) else { return false }
        let page = PageMemory(byteCount: PageMemory.pageByteCount)
        do throws(DiskError) {
            _ = try disk.perform(
                .read(.segment(number), offset: 0, into: page.diskMemory(0..<page.byteCount)))
        } catch {
            throw .disk(error)
        }
        let bytes = page.view(0..<page.byteCount)
        let finding = RecordFinding(bytes, position: number * byteCount, room: page.byteCount)
        guard case .record(let header, _) = finding else { return false }
        return header.type == RecordTypes.batch
    }

    /// The first batch behind `offset` of segment `number` that is of `epoch` or later.
    func strayBatch(
        from offset: Int, of number: UInt64, epoch: UInt32
    ) throws(JournalError) -> StrayBatch? {
        for segment in inventory.segments where segment.number >= number {
            let found: StrayBatch?
            do throws(DiskError) {
                found = try SegmentSource.firstStrayBatch(
                    on: disk, in: .segment(segment.number), byteCount: segment.byteCount,
                    from: segment.number == number ? offset : 0,
                    base: segment.number * manifest.segmentByteCount, identity: manifest.identity,
                    epoch: epoch)
            } catch {
                throw .disk(error)
            }
            if let found { return found }
        }
        return nil
    }

    private func next(
        _ source: inout SegmentSource, _ scan: inout SegmentScan
    ) throws(JournalError) -> SegmentScan.Step {
        do throws(DiskError) { return try source.next(&scan) } catch { throw .disk(error) }
    }
}
