import Bytes

extension Journal {
    /// Takes the segments before the replayed ones into the table. Only how they begin is checked
    /// here; each record is checked when it is read.
    func admitOlderSegments(_ reading: Replay) throws(JournalError) {
        for found in reading.inventory.segments where found.number < reading.firstNumber {
            guard found.byteCount == segmentByteCount else {
                throw .damaged(.segment(found.number, "it holds \(found.byteCount) bytes"))
            }
            guard try Replay.beginsWithBatch(found.number, on: disk, reading.inventory) else {
                throw .damaged(.segment(found.number, "it begins with no batch"))
            }
            segments.append(Segment(number: found.number))
        }
    }

    /// Replays segment after segment until the table says that the journal ends, and returns the
    /// last one, which appending goes on in.
    func replaySegments(
        _ reading: Replay,
        _ body: (RecordHeader, ByteView) throws(JournalError) -> Void
    ) throws(JournalError) -> Segment {
        var number = reading.firstNumber
        var memory = memory.take()
        guard var current = try readFirst(reading, into: memory, body) else {
            synced = 0
            return Segment(number: 0, memory: memory)
        }
        while true {
            guard current.epoch <= reading.manifest.epoch else {
                throw .damaged(.segment(number, "its epoch is ahead of the manifest's"))
            }
            let nextMemory = takeMemoryForReplay()
            let follow = try readNext(after: current, reading, into: nextMemory, body)
            let end = number * segmentByteCount + UInt64(current.ending.offset)
            guard let next = follow else {
                self.memory.give(nextMemory)
                guard end >= reading.position else {
                    throw .damaged(
                        .segment(number, "the journal ends before its snapshot's position"))
                }
                memory.clear(current.ending.offset..<current.source.loaded)
                synced = end
                return Segment(number: number, memory: memory)
            }
            segments.append(Segment(number: number, memory: memory))
            current = next
            memory = nextMemory
            number += 1
        }
    }

    /// The segment where replay begins; nil when the journal is empty.
    private func readFirst(
        _ reading: Replay, into memory: PageMemory,
        _ body: (RecordHeader, ByteView) throws(JournalError) -> Void
    ) throws(JournalError) -> Replay.SegmentRead? {
        let number = reading.firstNumber
        let first = try reading.read(
            number, into: memory, epoch: 0, accept: { _, _ in true }, body)
        if let first { return first }
        guard reading.position == 0 else {
            throw .damaged(.segment(number, "the snapshot needs it, and it begins with no batch"))
        }
        let isWhole = reading.inventory.byteCount(ofSegment: 0) == segmentByteCount
        guard isWhole || !reading.inventory.hasManifest else {
            throw .damaged(.segment(0, "it is not there as it was founded"))
        }
        if let proof = try reading.strayBatch(from: 0, of: 0, epoch: 0) {
            throw .damaged(.hole(in: .segment(0), at: 0, .nothing, proof: proof))
        }
        return nil
    }

    /// Asks the table, and reads the next segment when the journal goes on there.
    private func readNext(
        after current: Replay.SegmentRead, _ reading: Replay, into memory: PageMemory,
        _ body: (RecordHeader, ByteView) throws(JournalError) -> Void
    ) throws(JournalError) -> Replay.SegmentRead? {
        let end = current.number * segmentByteCount + UInt64(current.ending.offset)
        var proof: StrayBatch?
        var decision = RecoveryDecision.end
        let decide: (RecoveryDecision.NextSegment?) throws(JournalError) -> RecoveryDecision = {
            (next) throws(JournalError) in
            try RecoveryDecision(
                end: end, epoch: current.epoch, isCutShort: current.ending.promised != nil,
                next: next
            ) { () throws(JournalError) in
                proof = try reading.strayBatch(
                    from: current.ending.offset, of: current.number, epoch: current.epoch)
                return proof != nil
            }
        }
        let next = try reading.read(
            current.number + 1, into: memory, epoch: current.epoch,
            accept: { batch, epoch throws(JournalError) in
                decision = try decide(.init(previousEnd: batch.previousEnd, epoch: epoch))
                return decision == .continueInNextSegment
            }, body)
        if next == nil { decision = try decide(nil) }
        if decision == .damage, let proof {
            throw .damaged(
                .hole(
                    in: .segment(current.number), at: UInt64(current.ending.offset),
                    current.ending.fault, proof: proof))
        }
        return next
    }

    /// Memory for the next segment; while the budget is spent, the oldest segment's.
    private func takeMemoryForReplay() -> PageMemory {
        if memory.isSpent, let oldest = segments.all.first(where: { $0.memory != nil }),
            let bytes = oldest.memory
        {
            oldest.memory = nil
            memory.give(bytes)
        }
        return memory.take()
    }

    /// Counts the files there are; of those behind the last segment the next one is kept, to be
    /// written over.
    func adoptFiles(_ inventory: Inventory, last: UInt64) throws(JournalError) {
        if inventory.byteCount(ofSegment: last) != segmentByteCount {
            try perform(.create(.segment(last), byteCount: segmentByteCount))
        }
        files.count = UInt64(inventory.segments.count(where: { $0.number < last })) + 1
        files.readyThrough = last
        for found in inventory.segments where found.number > last {
            if found.number == last + 1, found.byteCount == segmentByteCount {
                files.readyThrough = found.number
                files.count += 1
            } else {
                try perform(.remove(.segment(found.number)))
            }
        }
    }

    /// Goes on behind the last whole record with a batch of the new epoch, written at once. From
    /// then on nothing of what was cut off can be read again: it is of an earlier epoch.
    func seal(_ last: Segment) throws(JournalError) {
        continueAppending(in: last, used: Int(synced - last.number * segmentByteCount))
        if !writer.openBatch() {
            try perform(.sync(last.file))
            beginNextSegment()
            if !files.isReady(activeNumber) {
                try perform(.create(.segment(activeNumber), byteCount: segmentByteCount))
                files.count += 1
                files.readyThrough = activeNumber
            }
            _ = writer.openBatch()
        }
        let batch = writer.closeBatch(
            identity: identity, previousEnd: synced, shard: settings.shard)
        guard let batch else { preconditionFailure("a batch was opened") }
        let pages = PageMemory.pages(around: batch)
        try perform(
            .write(
                .segment(activeNumber), offset: UInt64(pages.lowerBound),
                from: writer.memory.diskMemory(pages), sync: true))
        synced = writer.end
    }
}
