import Bytes

/// How many records of each type there are, and how many bytes they take.
struct RecordTotals {
    /// Indexed by type.
    private(set) var counts = [UInt64](repeating: 0, count: 256)
    private(set) var byteCounts = [UInt64](repeating: 0, count: 256)

    /// Counts one record.
    mutating func add(type: UInt8, byteCount: Int) {
        counts[Int(type)] += 1
        byteCounts[Int(type)] += UInt64(byteCount)
    }

    /// Counts what another counted.
    mutating func add(_ other: RecordTotals) {
        for type in counts.indices {
            counts[type] += other.counts[type]
            byteCounts[type] += other.byteCounts[type]
        }
    }

    /// All records.
    var count: UInt64 { counts.reduce(0, +) }
}

/// What one segment's file holds.
struct SegmentInspection {
    /// The batch the segment begins with.
    struct First: Hashable {
        var previousEnd: UInt64
        var epoch: UInt32
    }

    let number: UInt64
    private(set) var first: First?
    private(set) var lastEpoch: UInt32 = 0
    private(set) var batchCount: UInt64 = 0
    private(set) var totals = RecordTotals()
    /// Where the readable part ends.
    private(set) var ending = SegmentScan.Ending(offset: 0, promised: nil, fault: .nothing)
    /// A batch behind that end which proves that something before it is missing.
    private(set) var stray: StrayBatch?

    /// Reads the whole segment through `memory`, handing each record to `visit`.
    init(
        number: UInt64, disk: any Disk, manifest: Manifest, memory: PageMemory,
        visit: (RecordHeader) -> Void
    ) throws(DiskError) {
        self.number = number
        let file = DiskFile.segment(number)
        var source = SegmentSource(disk: disk, file: file, memory: memory)
        var scan = SegmentScan(
            identity: manifest.identity, number: number, byteCount: manifest.segmentByteCount,
            epoch: 0)
        var isDone = false
        while !isDone {
            switch try source.next(&scan) {
            case .needs:
                preconditionFailure("a source loads what is needed")
            case .batch(let header, let epoch, _):
                if first == nil { first = First(previousEnd: header.previousEnd, epoch: epoch) }
                lastEpoch = epoch
                batchCount += 1
            case .record(let header, _, _):
                totals.add(type: header.type, byteCount: header.recordByteCount)
                visit(header)
            case .end(let ending):
                self.ending = ending
                isDone = true
            }
        }
        stray = try SegmentSource.firstStrayBatch(
            on: disk, in: file, byteCount: manifest.segmentByteCount, from: ending.offset,
            base: scan.base, identity: manifest.identity, epoch: lastEpoch)
    }
}
