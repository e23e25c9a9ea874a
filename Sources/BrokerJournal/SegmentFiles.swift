import Bytes

/// The files behind the segments: which are ready to be written, and the one being made ready.
///
/// A file is made ready before it is needed, in the background: a dead segment's file is renamed,
/// or a new one is allocated and filled with zeros, because overwriting syncs in half the time.
struct SegmentFiles {
    /// What is being done to a file.
    enum Step {
        case renaming(from: DiskFile)
        case creating
        /// Zeros are being written at `offset`.
        case filling(offset: UInt64)
    }

    /// The file that is being made ready.
    struct Preparation {
        var number: UInt64
        var step: Step
    }

    /// How many bytes of zeros are written at a time.
    static let fillByteCount: UInt64 = 1 << 20

    let segmentByteCount: UInt64
    /// How many dead files are kept for the next segments; more are removed. As many as one snapshot
    /// frees of a journal that is drained as fast as it is filled, or else each would be filled with
    /// zeros anew; two where there is a budget, which other files need as well.
    let spareLimit: Int
    /// Every segment up to this one that still has a file has a ready one; nil before the first.
    var readyThrough: UInt64?
    /// The file being made ready.
    var preparation: Preparation?
    /// Files of dead segments, still under their old names.
    var spares: [DiskFile] = []
    /// How many segment files there are, spares and the one being made included.
    var count: UInt64 = 0
    /// When the file system said that it has no room.
    struct Refusal {
        /// Where the segment at the end was filled up to.
        var position: UInt64
        /// In milliseconds, of the clock that `Journal.commit` is given.
        var time: UInt64
    }

    /// How long a full file system is left alone when nothing is appended.
    static let refusalMilliseconds: UInt64 = 1_000

    /// Set while the file system has no room.
    var refusal: Refusal?
    /// Zeros, while a file is being filled.
    var zeros: PageMemory?

    /// No files yet.
    init(segmentByteCount: UInt64, hasBudget: Bool) {
        self.segmentByteCount = segmentByteCount
        spareLimit = hasBudget ? 2 : 4
    }

    /// Whether segment `number` can be written.
    func isReady(_ number: UInt64) -> Bool { readyThrough.map { number <= $0 } ?? false }

    /// The next file to be made ready, when it is time: a segment waits for it, or the segment at
    /// the end is a quarter full.
    func due(active: UInt64, used: Int) -> UInt64? {
        guard preparation == nil, let readyThrough else { return nil }
        let next = readyThrough + 1
        if next <= active { return next }
        guard next == active + 1, UInt64(used) > segmentByteCount / 4 else { return nil }
        return next
    }
}

extension Journal {
    /// Starts to make the next file ready, when it is time.
    func continuePreparation() {
        guard let number = files.due(active: activeNumber, used: writer.used) else { return }
        if let spare = files.spares.popLast() {
            files.preparation = .init(number: number, step: .renaming(from: spare))
            files.refusal = nil
            submitPreparation(.rename(spare, to: .segment(number)))
            return
        }
        // A full file system is asked again after every sixteenth of a segment, after a while (what
        // would be appended may be refused for want of room), and when it must.
        if let refusal = files.refusal, number > activeNumber,
            writer.end < refusal.position + segmentByteCount / 16,
            lastTick < refusal.time + SegmentFiles.refusalMilliseconds
        {
            return
        }
        files.preparation = .init(number: number, step: .creating)
        files.count += 1
        submitPreparation(.create(.segment(number), byteCount: segmentByteCount))
    }

    /// Goes on after a step of the preparation has completed.
    func preparationCompleted(_ result: Result<Int, DiskError>) throws(JournalError) {
        guard let preparation = files.preparation else {
            preconditionFailure("a preparation is under way")
        }
        if case .failure(let error) = result {
            try preparationFailed(preparation, error)
            return
        }
        switch preparation.step {
        case .renaming:
            finishPreparation(preparation)
        case .creating:
            files.refusal = nil
            // When a segment waits already, the allocated file has to do.
            if preparation.number <= activeNumber { return finishPreparation(preparation) }
            fill(preparation.number, at: 0)
        case .filling(let offset):
            let next = offset + SegmentFiles.fillByteCount
            if next >= segmentByteCount || preparation.number <= activeNumber {
                return finishPreparation(preparation)
            }
            fill(preparation.number, at: next)
        }
    }

    private func fill(_ number: UInt64, at offset: UInt64) {
        let zeros = files.zeros ?? PageMemory(byteCount: Int(SegmentFiles.fillByteCount))
        files.zeros = zeros
        files.preparation = .init(number: number, step: .filling(offset: offset))
        let length = min(SegmentFiles.fillByteCount, segmentByteCount - offset)
        // Synced piece by piece, so that a commit never waits behind sixty-four megabytes.
        submitPreparation(
            .write(
                .segment(number), offset: offset, from: zeros.diskMemory(0..<Int(length)),
                sync: true))
    }

    private func finishPreparation(_ preparation: SegmentFiles.Preparation) {
        files.preparation = nil
        files.zeros = nil
        files.readyThrough = preparation.number
        continuePreparation()
    }

    /// A file system without room is no failure as long as no segment waits for the file.
    private func preparationFailed(
        _ preparation: SegmentFiles.Preparation, _ error: DiskError
    ) throws(JournalError) {
        guard case .creating = preparation.step, error.isOutOfSpace,
            preparation.number > activeNumber
        else { throw .disk(error) }
        files.preparation = nil
        files.count -= 1
        files.refusal = .init(position: writer.end, time: lastTick)
        submit(.remove(.segment(preparation.number)), lane: .background, ticket: Ticket(.removal))
    }

    private func submitPreparation(_ operation: DiskOperation) {
        submit(operation, lane: .background, ticket: Ticket(.preparation))
    }
}

extension DiskError {
    /// Whether the file system is full or the quota spent.
    var isOutOfSpace: Bool { code == 28 || code == 122 }
}
