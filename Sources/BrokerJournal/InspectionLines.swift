import Bytes

/// What the inspector says, line by line, and how many problems it has named.
struct InspectionLines {
    private let nameOfType: (UInt8) -> String
    private let showsRecords: Bool
    private let showsDetail: Bool
    private let write: (String) -> Void
    /// How many problems were named.
    private(set) var problemCount = 0
    private var totals = RecordTotals()
    /// Records of snapshots.
    var snapshotTotals = RecordTotals()

    /// Nothing said yet.
    init(
        nameOfType: @escaping (UInt8) -> String, showsRecords: Bool, showsDetail: Bool,
        write: @escaping (String) -> Void
    ) {
        self.nameOfType = nameOfType
        self.showsRecords = showsRecords
        self.showsDetail = showsDetail
        self.write = write
    }
}

// MARK: - Lines

extension InspectionLines {
    /// Writes a line that only `inspect` shows.
    func detail(_ text: String) {
        if showsDetail { write(text) }
    }

    /// Writes and counts a problem.
    mutating func problem(_ text: String) {
        problemCount += 1
        write("problem: " + text)
    }

    /// Writes a line for a record when records are shown.
    func record(_ header: RecordHeader) {
        guard showsRecords else { return }
        write(
            "  \(header.position) \(nameOfType(header.type)) \(header.payloadByteCount) bytes, "
                + "epoch \(header.epoch)")
    }

    /// Writes the totals by type.
    func writeTotals() {
        for (place, totals) in [("snapshot", snapshotTotals), ("journal", totals)] {
            for type in totals.counts.indices where totals.counts[type] > 0 {
                write(
                    "\(place) total: \(totals.counts[type]) \(nameOfType(UInt8(type))), "
                        + "\(totals.byteCounts[type]) bytes")
            }
        }
    }
}

// MARK: - Judgement

extension InspectionLines {
    /// Says what a segment holds and whether that can be, given the one behind it; the rows are
    /// those of `RecoveryDecision`. Returns whether the journal has ended.
    mutating func judge(
        _ segment: SegmentInspection, next: SegmentInspection?, _ replay: Replay, isEnded: Bool
    ) -> Bool {
        totals.add(segment.totals)
        let name = DiskFile.segment(segment.number).name
        let base = segment.number * replay.manifest.segmentByteCount
        let isReplayed = segment.number >= replay.firstNumber
        guard let first = segment.first else {
            judgeEmpty(segment, name, replay)
            return isReplayed
        }
        detail(
            "\(name): positions \(base) to \(base + UInt64(segment.ending.offset)), "
                + "\(segment.batchCount) batches, \(segment.totals.count) records, epochs "
                + "\(first.epoch) to \(segment.lastEpoch)")
        if segment.lastEpoch > replay.manifest.epoch {
            problem("\(name): its epoch is ahead of the manifest's")
        }
        if isEnded {
            problem("\(name): it holds batches though the journal ends before it")
        }
        if let stray = segment.stray {
            let hole = JournalError.Damage.hole(
                in: .segment(segment.number), at: UInt64(segment.ending.offset),
                segment.ending.fault, proof: stray)
            problem("\(JournalError.damaged(hole))")
            return false
        }
        if follows(segment, next, name, base) { return false }
        if isReplayed { judgeEnd(segment, base, replay) }
        return isReplayed
    }

    /// Whether the journal goes on in `next`, well or badly.
    private mutating func follows(
        _ segment: SegmentInspection, _ next: SegmentInspection?, _ name: String, _ base: UInt64
    ) -> Bool {
        guard let next, let first = next.first, next.number == segment.number + 1,
            first.epoch >= segment.lastEpoch
        else { return false }
        let end = base + UInt64(segment.ending.offset)
        if first.previousEnd != end {
            problem(
                "\(name): it can be read up to position \(end), and the next segment was written "
                    + "when everything before position \(first.previousEnd) was on disk")
        } else if segment.ending.promised != nil, first.epoch == segment.lastEpoch {
            problem("\(name): its last batch is cut short, and the same epoch goes on behind it")
        }
        return true
    }

    private mutating func judgeEmpty(
        _ segment: SegmentInspection, _ name: String, _ replay: Replay
    ) {
        if let stray = segment.stray {
            problem("\(name): it begins with no batch, but one stands at \(stray.position)")
        } else if segment.number < replay.firstNumber {
            problem("\(name): it begins with no batch")
        } else if segment.number == replay.firstNumber, replay.position > 0 {
            problem("\(name): replay begins there, and it begins with no batch")
        } else {
            detail("\(name): nothing yet, waits to be written")
        }
    }

    private mutating func judgeEnd(
        _ segment: SegmentInspection, _ base: UInt64, _ replay: Replay
    ) {
        let end = base + UInt64(segment.ending.offset)
        if end < replay.position {
            problem("the journal ends at \(end), before its snapshot's position \(replay.position)")
        }
        let torn = segment.ending.promised.map { $0 - segment.ending.offset } ?? 0
        detail(
            "the journal ends at position \(end)"
                + (torn > 0 ? "; \(torn) bytes behind it were never durable" : ""))
    }
}
