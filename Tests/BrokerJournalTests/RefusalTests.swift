import Bytes
import Testing

@testable import BrokerJournal

/// What a journal refuses when it is opened, and in which words.

private func segment(_ number: UInt64) -> DiskFile { DiskFile(.segment, number: number) }

private func finding(in disk: CrashableDisk) -> String? { Fixture.damage(in: disk)?.finding }

/// A journal of several segments with a snapshot behind the first ones; all of them are kept.
private func written() throws -> Fixture {
    let fixture = try Fixture()
    for index in 0..<30 {
        fixture.append(2000, seed: UInt64(index))
        if index % 4 == 0 { try fixture.settle() }
    }
    try fixture.settle()
    fixture.journal.beginSnapshot()
    fixture.journal.endSnapshot()
    try fixture.settle()
    fixture.append(2000, seed: 99)
    try fixture.settle()
    return fixture
}

/// The bytes of a record as a journal writes them.
private func record(
    type: UInt8, _ payload: [UInt8], position: UInt64, epoch: UInt32 = 0
) -> [UInt8] {
    let count = RecordHeader.recordByteCount(payload: payload.count)
    let memory = PageMemory(byteCount: count)
    payload.withView { memory.store($0, at: RecordHeader.byteCount) }
    RecordHeader.seal(
        memory, at: 0, payload: payload.count, position: position, epoch: epoch, type: type)
    return memory.view(0..<count).array
}

@Test func aJournalOfAnotherShardOrSegmentSizeIsRefused() throws {
    let disk = try Fixture().disk.afterKill()
    #expect(throws: JournalError.self) { _ = try Fixture(disk: disk) { $0.shard = 3 } }
    do throws(JournalError) {
        _ = try Fixture(disk: disk) { $0.shard = 3 }
    } catch {
        #expect("\(error)".contains("it belongs to shard 0"))
    }
    guard case .failure(let error) = Fixture.opening(disk, segment: 32 << 10) else {
        Issue.record("it was opened")
        return
    }
    #expect(
        "\(error)" == "the data directory has segments of 16384 bytes, 32768 were asked for")
}

@Test func aJournalOfAnotherFormatIsRefused() throws {
    let disk = try Fixture().disk.afterKill()
    let manifest = DiskFile(.manifest)
    let bytes = disk.bytes(manifest)
    var payload = Array(bytes[RecordHeader.byteCount..<bytes.count])
    payload[8] = 7
    disk.put(manifest, record(type: RecordTypes.manifest, payload, position: 0))
    guard case .failure(let error) = Fixture.opening(disk) else {
        Issue.record("it was opened")
        return
    }
    #expect("\(error)" == "the data directory has format 7, this program reads format 1")
}

/// A manifest with a right checksum and a size that nothing can be divided by or read into.
@Test(arguments: [0, 4096, (16 << 10) + 1, 2 << 30, .max] as [UInt64])
func aSizeThatNoSegmentHasIsRefused(byteCount: UInt64) throws {
    let disk = try Fixture().disk.afterKill()
    let manifest = DiskFile(.manifest)
    let bytes = disk.bytes(manifest)
    var payload = Array(bytes[RecordHeader.byteCount..<bytes.count])
    for index in 0..<8 { payload[24 + index] = UInt8(truncatingIfNeeded: byteCount >> (8 * index)) }
    disk.put(manifest, record(type: RecordTypes.manifest, payload, position: 0, epoch: 1))
    #expect(finding(in: disk) == "no segment has \(byteCount) bytes")
    #expect(throws: JournalError.self) { try verify(disk) }
}

@Test func theRecordThatTheBrokerRefusesIsNamed() throws {
    struct Refusal: Error, CustomStringConvertible { var description: String { "no thanks" } }
    let fixture = try Fixture()
    fixture.append(100)
    fixture.journal.beginSnapshot()
    Fixture.payload(10, seed: 1).withView { fixture.journal.appendSnapshot(type: 7, payload: $0) }
    fixture.journal.endSnapshot()
    let last = fixture.append(100)
    try fixture.settle()
    var settings = JournalSettings()
    settings.segmentByteCount = 16 << 10
    for isSnapshot in [true, false] {
        let journal = Journal(disk: fixture.disk.afterKill(), settings: settings)
        do throws(JournalError) {
            try journal.open(
                load: { _, _ in if isSnapshot { throw Refusal() } }, loaded: {},
                replay: { _, _, _ in throw Refusal() })
            Issue.record("it was opened")
        } catch {
            guard case .recordRefused(let damage) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(damage.finding == "the broker refused the record: no thanks")
            #expect(damage.file.hasPrefix(isSnapshot ? "snapshot-" : "segment-"))
            if !isSnapshot { #expect(damage.offset == last.position) }
            #expect("\(error)".hasSuffix("and report this line"))
        }
    }
}

@Test func anOlderSegmentIsWholeAndBeginsWithABatch() throws {
    let fixture = try written()
    #expect(fixture.disk.files.contains(segment(1)))
    let short = fixture.disk.afterKill()
    short.put(segment(1), Array(short.bytes(segment(1)).prefix(5000)))
    #expect(finding(in: short) == "it holds 5000 bytes")
    let empty = fixture.disk.afterKill()
    empty.put(segment(1), [UInt8](repeating: 0, count: 16 << 10))
    #expect(finding(in: empty) == "it begins with no batch")
}

@Test func aSegmentOfALaterEpochThanTheManifestIsRefused() throws {
    let first = try Fixture()
    let manifest = first.disk.bytes(DiskFile(.manifest))
    let second = try Fixture(disk: first.disk.afterKill())
    second.append(100)
    try second.settle()
    let disk = second.disk.afterKill()
    disk.put(DiskFile(.manifest), manifest)
    #expect(finding(in: disk) == "its epoch is ahead of the manifest's")
}

@Test func whatASnapshotNeedsIsThere() throws {
    let fixture = try Fixture()
    fixture.append(500)
    try fixture.settle()
    let end = fixture.journal.writer.used
    fixture.append(500)
    fixture.journal.beginSnapshot()
    fixture.journal.endSnapshot()
    try fixture.settle()
    #expect(try Fixture(disk: fixture.disk.afterKill()).replayed.isEmpty)
    let cut = fixture.disk.afterKill()
    var bytes = cut.bytes(segment(0))
    for index in end..<bytes.count { bytes[index] = 0 }
    cut.put(segment(0), bytes)
    #expect(finding(in: cut) == "the journal ends before its snapshot's position")
    #expect(try verify(cut).contains { $0.contains("before its snapshot's position") })
    let empty = fixture.disk.afterKill()
    empty.put(segment(0), [UInt8](repeating: 0, count: bytes.count))
    #expect(finding(in: empty) == "the snapshot needs it, and it begins with no batch")
    #expect(
        try verify(empty).contains { $0.contains("replay begins there, and it begins with no") })
}

@Test func aSnapshotHoldsRecordsOfTheBrokerAndCountsThem() throws {
    let fixture = try Fixture()
    fixture.append(500)
    fixture.journal.beginSnapshot()
    Fixture.payload(8, seed: 1).withView { fixture.journal.appendSnapshot(type: 7, payload: $0) }
    fixture.journal.endSnapshot()
    try fixture.settle()
    let file = try #require(fixture.disk.files.first { $0.kind == .snapshot })
    let whole = fixture.disk.bytes(file)
    let start = RecordHeader.recordByteCount(payload: SnapshotKeeper.headByteCount)
    let length = RecordHeader.recordByteCount(payload: 8)
    let strange = fixture.disk.afterKill()
    let other = record(
        type: RecordTypes.largestOfBroker + 1, [UInt8](repeating: 0, count: 8),
        position: UInt64(start))
    strange.put(file, whole[..<start] + other + whole[(start + length)...])
    #expect(finding(in: strange) == "a record of a type that cannot be")
    var head = Array(whole[RecordHeader.byteCount..<start])
    head[0] ^= 1
    let foreign = fixture.disk.afterKill()
    foreign.put(
        file, record(type: RecordTypes.snapshotHead, head, position: 0) + whole[start...])
    #expect(finding(in: foreign) == "it is no snapshot of this journal and position")
    let endOffset = start + length
    var end = Array(
        whole[(endOffset + RecordHeader.byteCount)...].prefix(SnapshotKeeper.endByteCount))
    end[0] = 9
    let miscounted = fixture.disk.afterKill()
    miscounted.put(
        file,
        whole[..<endOffset]
            + record(type: RecordTypes.snapshotEnd, end, position: UInt64(endOffset)))
    #expect(finding(in: miscounted) == "its end counts other records than it holds")
}

@Test func aDiskThatCannotBeReadIsTold() throws {
    let fixture = try written()
    let active = segment(fixture.journal.activeNumber)
    let snapshot = try #require(fixture.disk.files.first { $0.kind == .snapshot })
    for file in [DiskFile(.manifest), segment(1), active, snapshot] {
        let disk = fixture.disk.afterKill()
        disk.broken = [file]
        guard case .failure(.disk(let error)) = Fixture.opening(disk) else {
            Issue.record("\(file.name)")
            continue
        }
        #expect(error.verb == "read" && error.file == file.name && error.code == 5)
    }
    let disk = fixture.disk.afterKill()
    disk.broken = [active]
    #expect(throws: JournalError.self) { try verify(disk) }
}

// MARK: - The inspector

private func verify(_ disk: CrashableDisk) throws -> [String] {
    final class Lines { var all: [String] = [] }
    let lines = Lines()
    _ = try JournalInspector(disk: disk) { "type \($0)" }.verify { lines.all.append($0) }
    return lines.all
}

@Test func theInspectorNamesWhatIsNoSegment() throws {
    let fixture = try written()
    let short = fixture.disk.afterKill()
    short.put(segment(1), Array(short.bytes(segment(1)).prefix(5000)))
    #expect(
        try verify(short).contains("problem: \(segment(1).name): it holds 5000 bytes"))
    // The last file may still be in the making.
    let last = segment(fixture.journal.activeNumber + 1)
    let young = fixture.disk.afterKill()
    young.put(last, [UInt8](repeating: 0, count: 4096))
    #expect(try verify(young) == ["no problems"])
    let empty = fixture.disk.afterKill()
    empty.put(segment(1), [UInt8](repeating: 0, count: 16 << 10))
    #expect(
        try verify(empty).contains { $0.contains("\(segment(1).name): it begins with no batch") })
    let missing = fixture.disk.afterKill()
    for file in missing.files where file.kind == .segment {
        if file.number < fixture.journal.activeNumber { missing.put(file, nil) }
    }
    missing.put(segment(fixture.journal.activeNumber), nil)
    missing.put(
        segment(fixture.journal.activeNumber + 1),
        fixture.disk.bytes(segment(fixture.journal.activeNumber)))
    #expect(
        try verify(missing).contains { $0.contains("replay begins there, and it is not there") })
}
