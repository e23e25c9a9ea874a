import Bytes
import Testing

@testable import BrokerJournal

private func writeSnapshot(_ fixture: Fixture, records: Int, byteCount: Int = 100) {
    fixture.journal.beginSnapshot()
    for index in 0..<records {
        Fixture.payload(byteCount, seed: UInt64(1000 + index)).withView {
            fixture.journal.appendSnapshot(type: 7, payload: $0)
        }
    }
    fixture.journal.endSnapshot()
}

@Test func aSnapshotStandsForTheRecordsBeforeIt() throws {
    let fixture = try Fixture()
    for index in 0..<20 { fixture.append(500, seed: UInt64(index)) }
    writeSnapshot(fixture, records: 30)
    let after = (0..<5).map { fixture.append(500, seed: UInt64(50 + $0)) }
    try fixture.settle()
    let second = try Fixture(disk: fixture.disk.afterKill())
    let expected = (0..<30).map { Fixture.payload(100, seed: UInt64(1000 + $0)) }
    #expect(second.loaded.map(\.payload) == expected)
    #expect(second.replayed == after)
}

/// A journal with a snapshot that says to be of another format.
private func snapshotOfFormat(_ version: UInt32) throws -> (CrashableDisk, DiskFile) {
    let fixture = try Fixture()
    fixture.append(500)
    writeSnapshot(fixture, records: 3)
    try fixture.settle()
    let disk = fixture.disk.afterKill()
    let file = try #require(disk.files.first { $0.kind == .snapshot })
    let memory = PageMemory(byteCount: 4096)
    disk.bytes(file).withView { memory.store($0, at: 0) }
    let count = disk.bytes(file).count
    memory.store(version, at: 24 + 20)
    RecordHeader.seal(
        memory, at: 0, payload: SnapshotKeeper.headByteCount, position: 0, epoch: 1,
        type: RecordTypes.snapshotHead)
    disk.put(file, memory.view(0..<count).array)
    return (disk, file)
}

@Test(arguments: [0, 3, .max] as [UInt32])
func aSnapshotOfAnotherFormatIsRefused(version: UInt32) throws {
    let (disk, file) = try snapshotOfFormat(version)
    let damage = try #require(Fixture.damage(in: disk))
    #expect(damage.file == file.name && damage.offset == 0)
    #expect(damage.finding == "it has format \(version), this program reads formats 1 to 2")
}

@Test func aSnapshotOfTheFormatBeforeIsReadAndTheNextOneIsOfTodays() throws {
    let (disk, _) = try snapshotOfFormat(1)
    let fixture = try Fixture(disk: disk)
    #expect(fixture.loaded.count == 3)
    fixture.append(500)
    writeSnapshot(fixture, records: 4)
    try fixture.settle()
    let file = try #require(fixture.disk.files.last { $0.kind == .snapshot })
    #expect(fixture.disk.bytes(file)[24 + 20] == 2)
}

@Test func aSnapshotThatWasNotCompletedIsIgnoredAndRemoved() throws {
    let fixture = try Fixture()
    let written = (0..<20).map { fixture.append(500, seed: UInt64($0)) }
    fixture.journal.beginSnapshot()
    Fixture.payload(3 << 20, seed: 3).withView {
        fixture.journal.appendSnapshot(type: 7, payload: $0)
        fixture.journal.appendSnapshot(type: 7, payload: $0)
    }
    try fixture.settle()
    #expect(fixture.disk.files.contains { $0.kind == .snapshotDraft })
    let second = try Fixture(disk: fixture.disk.afterKill())
    #expect(second.loaded.isEmpty && second.replayed == written)
    #expect(!second.disk.files.contains { $0.kind == .snapshotDraft })
}

@Test func aSnapshotWaitsForTheRecordsItContains() throws {
    let fixture = try Fixture()
    fixture.append(500)
    writeSnapshot(fixture, records: 3)
    for _ in 0..<5 {
        while fixture.disk.step(.background) {}
        try fixture.journal.poll()
        fixture.commit()
    }
    #expect(!fixture.disk.files.contains { $0.kind == .snapshot })
    try fixture.settle()
    #expect(fixture.disk.files.contains { $0.kind == .snapshot })
}

@Test func theOlderSnapshotGoesWhenTheNewerIsDurable() throws {
    let fixture = try Fixture()
    for round in 0..<3 {
        fixture.append(500, seed: UInt64(round))
        writeSnapshot(fixture, records: round + 1)
        try fixture.settle()
        #expect(fixture.disk.files.count { $0.kind == .snapshot } == 1)
    }
    #expect(try Fixture(disk: fixture.disk.afterKill()).loaded.count == 3)
}

@Test func aSnapshotOfManyChunksAndOfLargeRecordsIsReadBack() throws {
    let fixture = try Fixture()
    fixture.journal.beginSnapshot()
    var expected: [[UInt8]] = []
    let sizes = [0, 1, 1 << 20, (1 << 20) - 24, 2 << 20, 4 << 20, 300_000, 900_000, 7]
    for (index, size) in sizes.enumerated() {
        expected.append(Fixture.payload(size, seed: UInt64(index)))
        expected[index].withView { fixture.journal.appendSnapshot(type: 9, payload: $0) }
        fixture.append(100, seed: UInt64(index))
    }
    fixture.journal.endSnapshot()
    try fixture.settle()
    let second = try Fixture(disk: fixture.disk.afterKill())
    #expect(second.loaded.map(\.payload) == expected)
    #expect(second.replayed.count == 9)
}

@Test func aSnapshotWithAFlippedBitIsRefused() throws {
    let fixture = try Fixture()
    fixture.append(500)
    writeSnapshot(fixture, records: 3, byteCount: 33)
    try fixture.settle()
    let file = try #require(fixture.disk.files.first { $0.kind == .snapshot })
    let whole = fixture.disk.bytes(file)
    let expected = (0..<3).map { Fixture.payload(33, seed: UInt64(1000 + $0)) }
    for index in whole.indices {
        var bytes = whole
        bytes[index] ^= 0x40
        let disk = fixture.disk.afterKill()
        disk.put(file, bytes)
        switch Fixture.opening(disk) {
        case .success(let opened):
            // Padding is not covered by a checksum.
            #expect(opened.loaded.map(\.payload) == expected)
        case .failure(.damaged(let damage)):
            #expect(damage.file == file.name)
        case .failure(let error):
            Issue.record("byte \(index): \(error)")
        }
    }
    for length in stride(from: 0, to: whole.count, by: 5) {
        let disk = fixture.disk.afterKill()
        disk.put(file, Array(whole.prefix(length)))
        #expect(throws: JournalError.self, "\(length) bytes") { _ = try Fixture(disk: disk) }
    }
}

@Test func aSnapshotIsWantedAfterEnoughWasAppended() throws {
    let fixture = try Fixture()
    #expect(!fixture.journal.wantsSnapshot)
    for _ in 0..<20 { fixture.append(2000) }
    #expect(fixture.journal.wantsSnapshot)
    writeSnapshot(fixture, records: 1)
    #expect(!fixture.journal.wantsSnapshot)
    try fixture.settle()
    #expect(!fixture.journal.wantsSnapshot)
}

@Test func aSnapshotWithoutRoomIsGivenUpAndTheJournalGoesOn() throws {
    let fixture = try Fixture()
    let written = (0..<4).map { fixture.append(200, seed: UInt64($0)) }
    try fixture.settle()
    fixture.journal.beginSnapshot()
    while fixture.disk.step() {}
    try fixture.journal.poll()
    Fixture.payload(3 << 20, seed: 3).withView {
        fixture.journal.appendSnapshot(type: 7, payload: $0)
        fixture.journal.appendSnapshot(type: 7, payload: $0)
    }
    fixture.disk.failing["write"] = 28
    while fixture.disk.step(.background) {}
    fixture.disk.failing = [:]
    try fixture.journal.poll()
    fixture.journal.endSnapshot()
    #expect(fixture.journal.snapshots.draft == nil)
    try fixture.settle()
    #expect(!fixture.disk.files.contains { $0.kind == .snapshotDraft })
    #expect(try Fixture(disk: fixture.disk.afterKill()).replayed == written)
}

/// A snapshot's position may be exactly the end of a segment.
@Test func aSnapshotAtTheVeryEndOfASegmentIsRecovered() throws {
    let fixture = try Fixture()
    fixture.append(1000)
    fixture.append(Int(fixture.journal.segmentByteCount) - fixture.journal.writer.used - 24)
    #expect(fixture.journal.appendedPosition.offset == 16 << 10)
    writeSnapshot(fixture, records: 2)
    try fixture.settle()
    let second = try Fixture(disk: fixture.disk.afterKill())
    #expect(second.loaded.count == 2 && second.replayed.isEmpty)
    let more = second.append(100)
    try second.settle()
    #expect(try Fixture(disk: second.disk.afterKill()).replayed == [more])
}
