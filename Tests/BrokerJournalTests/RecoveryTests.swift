import Bytes
import Testing

@testable import BrokerJournal

/// A journal of one segment with a few durable batches and one last batch.
private struct Written {
    var disk: CrashableDisk
    var durable: [TestRecord]
    var last: [TestRecord]
    /// The bytes of the last batch in segment 0.
    var lastBatch: Range<Int>

    init(lastSizes: [Int] = [3, 40, 0, 17, 64]) throws {
        let fixture = try Fixture()
        durable = []
        for index in 0..<6 {
            durable.append(fixture.append(30 * index + 5, seed: UInt64(index)))
            if index % 2 == 1 { try fixture.settle() }
        }
        let start = fixture.journal.writer.used
        last = lastSizes.enumerated().map { fixture.append($1, seed: UInt64(100 + $0)) }
        try fixture.settle()
        lastBatch = start..<fixture.journal.writer.used
        disk = fixture.disk
    }

    /// Whether the byte is one that rounds a record up to eight.
    func isPadding(_ index: Int) -> Bool {
        (durable + last).contains { record in
            let end = Int(record.position) + RecordHeader.byteCount + record.payload.count
            return index >= end && index < (end + 7) & ~7
        }
    }

    /// The records of the last batch whose payloads end at or before `offset`.
    func last(before offset: Int) -> [TestRecord] {
        last.prefix { record in
            Int(record.position) + RecordHeader.byteCount + record.payload.count <= offset
        }.map(\.self)
    }
}

private let segment = DiskFile(.segment, number: 0)

/// What stands behind a torn write: zeros, or whatever a recycled file held.
@Test(arguments: [0x00, 0xFF, 0xA5] as [UInt8])
func aTailTornAtAnyByteIsCutAtTheLastWholeRecord(_ filler: UInt8) throws {
    let written = try Written()
    let whole = written.disk.bytes(segment)
    for cut in written.lastBatch {
        var bytes = whole
        for index in cut..<written.lastBatch.upperBound { bytes[index] = filler }
        let disk = written.disk.afterKill()
        disk.put(segment, bytes)
        let opened = try Fixture(disk: disk)
        // Bytes that happen to be as they were written are not torn.
        let torn = (cut..<written.lastBatch.upperBound).first { bytes[$0] != whole[$0] }
        let intact = written.last(before: torn ?? written.lastBatch.upperBound)
        #expect(opened.replayed == written.durable + intact)
        let more = opened.append(50, seed: 9)
        try opened.settle()
        let again = try Fixture(disk: opened.disk.afterKill())
        #expect(again.replayed == opened.replayed + [more])
    }
}

/// A hole in the last batch: the records behind it are whole and must never come back, whatever is
/// appended in their place.
@Test func recordsBehindAHoleInTheTailNeverComeBack() throws {
    let written = try Written(lastSizes: [40, 40, 40, 40, 40, 40])
    let size = RecordHeader.recordByteCount(payload: 40)
    let hole = Int(written.last[1].position)
    for firstSize in [0, 8, size - 24 - BatchHeader.recordByteCount, 40, 2 * size - 24 - 56, 100] {
        var bytes = written.disk.bytes(segment)
        bytes[hole + 30] ^= 1
        let disk = written.disk.afterKill()
        disk.put(segment, bytes)
        let opened = try Fixture(disk: disk)
        #expect(opened.replayed == written.durable + [written.last[0]])
        // Directly after the new batch's header, so that it can end where an old record begins.
        let more = opened.append(max(0, firstSize), seed: 8)
        try opened.settle()
        let again = try Fixture(disk: opened.disk.afterKill())
        #expect(again.replayed == opened.replayed + [more])
    }
}

/// The batch that replaces a torn one is torn itself, and what its lost sectors leave in sight are
/// whole records of the batch before, at the very places where records are looked for.
@Test func recordsOfAnEarlierEpochAreNoPartOfALaterBatch() throws {
    let written = try Written(lastSizes: [40, 40, 40, 40, 40, 40])
    let hole = Int(written.last[1].position)
    var bytes = written.disk.bytes(segment)
    bytes[hole + 30] ^= 1
    let disk = written.disk.afterKill()
    disk.put(segment, bytes)
    let second = try Fixture(disk: disk)
    #expect(second.journal.writer.used == hole + BatchHeader.recordByteCount)
    let kept = second.append(192 - 2 * BatchHeader.recordByteCount - 24)
    let lost = second.append(40, seed: 77)
    second.append(40, seed: 78)
    #expect(lost.position == written.last[4].position)
    try second.settle()
    var torn = second.disk.bytes(segment)
    torn.replaceSubrange(Int(lost.position)..<torn.count, with: bytes[Int(lost.position)...])
    second.disk.put(segment, torn)
    let third = try Fixture(disk: second.disk.afterKill())
    #expect(third.replayed == written.durable + [written.last[0], kept])
}

@Test func aBatchOfAnEarlierEpochBehindALaterOneIsStale() {
    let memory = PageMemory(byteCount: 16 << 10)
    var used = 0
    for epoch: UInt32 in [2, 1] {
        var writer = SegmentWriter(memory: memory, base: 0, epoch: epoch, used: used)
        _ = writer.append(type: 1, head: "payload", body: ByteView())
        _ = writer.closeBatch(identity: 7, previousEnd: UInt64(used), shard: 0)
        used = writer.used
    }
    var scan = SegmentScan(identity: 7, number: 0, byteCount: 16 << 10, epoch: 0)
    let end = used / 2
    while true {
        let step = scan.next(memory.view(scan.offset..<memory.byteCount))
        guard case .end(let ending) = step else { continue }
        #expect(ending == .init(offset: end, promised: nil, fault: .epoch))
        return
    }
}

@Test func aFlippedBitIsCutFromTheLastBatchAndRefusedAnywhereElse() throws {
    let written = try Written()
    let whole = written.disk.bytes(segment)
    for index in 0..<whole.count where index < written.lastBatch.upperBound + 200 {
        var bytes = whole
        bytes[index] ^= 1 << UInt8(index % 8)
        let disk = written.disk.afterKill()
        disk.put(segment, bytes)
        switch Fixture.opening(disk) {
        case .success(let opened):
            let all = written.durable + written.last
            let kept = index < written.lastBatch.lowerBound ? all.count : written.durable.count
            #expect(opened.replayed.count >= kept, "byte \(index)")
            #expect(opened.replayed == Array(all.prefix(opened.replayed.count)))
            // Before the last batch only padding is not covered by a checksum.
            #expect(index >= written.lastBatch.lowerBound || written.isPadding(index))
        case .failure(.damaged(let damage)):
            #expect(index < written.lastBatch.lowerBound, "byte \(index)")
            #expect(damage.file == segment.name && damage.offset <= index)
            #expect(!damage.remedy.isEmpty)
        case .failure(let error):
            Issue.record("byte \(index): \(error)")
        }
    }
}

@Test func everyRowOfTheRecoveryTable() throws {
    typealias Next = RecoveryDecision.NextSegment
    func decide(_ isCutShort: Bool, _ next: Next?, _ stray: Bool) throws -> RecoveryDecision {
        try RecoveryDecision(end: 800, epoch: 5, isCutShort: isCutShort, next: next) {
            () throws(JournalError) in stray
        }
    }
    #expect(try decide(false, nil, false) == .end)
    #expect(try decide(true, nil, false) == .tornTail)
    #expect(try decide(false, Next(previousEnd: 800, epoch: 5), true) == .continueInNextSegment)
    #expect(try decide(false, Next(previousEnd: 800, epoch: 6), true) == .continueInNextSegment)
    #expect(try decide(true, Next(previousEnd: 800, epoch: 6), true) == .continueInNextSegment)
    #expect(try decide(true, Next(previousEnd: 800, epoch: 5), true) == .damage)
    #expect(try decide(false, Next(previousEnd: 808, epoch: 5), true) == .damage)
    #expect(try decide(false, Next(previousEnd: 792, epoch: 5), true) == .damage)
    #expect(try decide(false, nil, true) == .damage)
    #expect(try decide(true, nil, true) == .damage)
}

@Test func aMissingSegmentIsRefused() throws {
    let fixture = try Fixture()
    for index in 0..<60 { fixture.append(2000, seed: UInt64(index)) }
    try fixture.settle()
    for number in 0..<fixture.journal.activeNumber {
        let disk = fixture.disk.afterKill()
        disk.put(DiskFile(.segment, number: number), nil)
        #expect(throws: JournalError.self, "segment \(number)") { _ = try Fixture(disk: disk) }
    }
}

@Test func aBitInTheMiddleOfAnOlderSegmentIsRefusedWithItsPlace() throws {
    let fixture = try Fixture()
    var records: [TestRecord] = []
    for index in 0..<40 { records.append(fixture.append(2000, seed: UInt64(index))) }
    try fixture.settle()
    let victim = records[11]
    let file = DiskFile(.segment, number: victim.position / (16 << 10))
    let offset = Int(victim.position % (16 << 10))
    var bytes = fixture.disk.bytes(file)
    bytes[offset + 500] ^= 4
    let disk = fixture.disk.afterKill()
    disk.put(file, bytes)
    let damage = try #require(Fixture.damage(in: disk))
    #expect(damage.file == file.name && damage.offset == UInt64(offset))
}

@Test func anotherSegmentSizeIsRefused() throws {
    let fixture = try Fixture()
    try fixture.journal.close()
    guard
        case .failure(.segmentSizeDiffers(let written, let asked)) = Fixture.opening(
            fixture.disk.afterKill(), segment: 32 << 10)
    else {
        Issue.record("the segment size was not compared")
        return
    }
    #expect(written == 16 << 10 && asked == 32 << 10)
}

/// The manifest of a later version, whose payload may be longer.
@Test(arguments: [0, 8, 504])
func aDirectoryOfAnotherVersionIsRefusedAndLeftAsItIs(_ added: Int) throws {
    let fixture = try Fixture()
    try fixture.journal.close()
    let memory = PageMemory(byteCount: 4096)
    fixture.disk.bytes(DiskFile(.manifest)).withView { memory.store($0, at: 0) }
    memory.store(UInt32(2), at: 24 + 8)
    let payload = Manifest.payloadByteCount + added
    RecordHeader.seal(
        memory, at: 0, payload: payload, position: 0, epoch: 1, type: RecordTypes.manifest)
    let disk = fixture.disk.afterKill()
    disk.put(DiskFile(.manifest), memory.view(0..<RecordHeader.byteCount + payload).array)
    disk.put(DiskFile(.snapshotDraft, number: 4096), [1, 2, 3])
    let before = disk.files.map { disk.bytes($0) }
    guard case .failure(.unknownFormat(let version, let supported)) = Fixture.opening(disk) else {
        Issue.record("the version was not compared")
        return
    }
    #expect(version == 2 && supported == 1)
    #expect(disk.files.map { disk.bytes($0) } == before)
}

@Test func aManifestThatIsDamagedOrMissingIsRefused() throws {
    let fixture = try Fixture()
    fixture.append(10)
    try fixture.settle()
    let manifest = DiskFile(.manifest)
    let whole = fixture.disk.bytes(manifest)
    for index in whole.indices {
        var bytes = whole
        bytes[index] ^= 0x10
        let disk = fixture.disk.afterKill()
        disk.put(manifest, bytes)
        #expect(throws: JournalError.self, "byte \(index)") { _ = try Fixture(disk: disk) }
    }
    let disk = fixture.disk.afterKill()
    disk.put(manifest, nil)
    #expect(throws: JournalError.self) { _ = try Fixture(disk: disk) }
}

@Test func aCrashWhileTheJournalIsFoundedLeavesNothingInTheWay() throws {
    let disk = CrashableDisk()
    disk.put(DiskFile(.segment, number: 0), [UInt8](repeating: 0, count: 4096))
    disk.put(DiskFile(.manifestDraft), [1, 2, 3])
    let fixture = try Fixture(disk: disk)
    let record = fixture.append(10)
    try fixture.settle()
    #expect(try Fixture(disk: disk.afterKill()).replayed == [record])
}

/// Whatever the process had done when it was killed during start-up, the next start-up is the same.
@Test func manyKillsBetweenFewRecordsLoseNothing() throws {
    var disk = CrashableDisk()
    var written: [TestRecord] = []
    for round in 0..<300 {
        let fixture = try Fixture(disk: disk)
        #expect(fixture.replayed == written)
        if round % 3 == 0 {
            written.append(fixture.append(round * 13 % 900, seed: UInt64(round)))
            try fixture.settle()
        }
        disk = fixture.disk.afterKill()
    }
    #expect(try Fixture(disk: disk).journal.activeNumber > 2)
}
