import Bytes
import Testing

@testable import BrokerJournal

private func inspector(_ disk: CrashableDisk) -> JournalInspector {
    JournalInspector(disk: disk) { "type \($0)" }
}

private final class Lines {
    var all: [String] = []
}

private func verify(_ disk: CrashableDisk) throws -> (isWell: Bool, lines: [String]) {
    let lines = Lines()
    let isWell = try inspector(disk).verify { lines.all.append($0) }
    return (isWell, lines.all)
}

/// A journal of several segments with a snapshot, and segments before and after it.
private func written() throws -> Fixture {
    let fixture = try Fixture()
    for index in 0..<30 {
        fixture.append(2000, seed: UInt64(index))
        if index % 4 == 0 { try fixture.settle() }
    }
    fixture.journal.beginSnapshot()
    Fixture.payload(100, seed: 5).withView { fixture.journal.appendSnapshot(type: 7, payload: $0) }
    fixture.journal.endSnapshot()
    for index in 0..<30 {
        fixture.append(2000, type: 2, seed: UInt64(index))
        if index % 4 == 0 { try fixture.settle() }
    }
    try fixture.settle()
    return fixture
}

@Test func aSoundJournalIsVerifiedAndDescribed() throws {
    let disk = try written().disk
    #expect(try verify(disk).lines == ["no problems"])
    let lines = Lines()
    try inspector(disk).inspect { lines.all.append($0) }
    #expect(lines.all.contains("snapshot total: 1 type 7, 128 bytes"))
    #expect(lines.all.contains("journal total: 30 type 1, 60720 bytes"))
    #expect(lines.all.contains("journal total: 30 type 2, 60720 bytes"))
    #expect(lines.all.contains { $0.hasPrefix("the journal ends at position") })
    lines.all = []
    try inspector(disk).inspect(records: true) { lines.all.append($0) }
    #expect(lines.all.count { $0.hasPrefix("  ") } == 60)
}

@Test func damageInAnySegmentIsNamed() throws {
    let fixture = try written()
    for file in fixture.disk.files where file.kind == .segment {
        guard file.number < fixture.journal.activeNumber else { continue }
        for offset in [4, 30, 500, 3000] {
            let disk = fixture.disk.afterKill()
            var bytes = disk.bytes(file)
            bytes[offset] ^= 1
            disk.put(file, bytes)
            let (isWell, lines) = try verify(disk)
            #expect(!isWell && lines.contains { $0.contains(file.name) }, "\(file.name) \(offset)")
        }
    }
}

@Test func aMissingSegmentAndADamagedSnapshotAreNamed() throws {
    let fixture = try written()
    let missing = fixture.disk.afterKill()
    missing.put(DiskFile(.segment, number: fixture.journal.activeNumber - 1), nil)
    #expect(try !verify(missing).isWell)
    let snapshot = try #require(fixture.disk.files.first { $0.kind == .snapshot })
    let damaged = fixture.disk.afterKill()
    var bytes = damaged.bytes(snapshot)
    bytes[70] ^= 1
    damaged.put(snapshot, bytes)
    #expect(try verify(damaged).lines.contains { $0.contains(snapshot.name) })
}

/// What a start refuses is a problem, also where segments from before the snapshot are left.
@Test func aSegmentThatReplayNeedsIsNamedWhenItIsMissingOrShort() throws {
    let fixture = try written()
    let snapshot = try #require(fixture.disk.files.first { $0.kind == .snapshot })
    let needed = DiskFile.segment((snapshot.number - 1) / (16 << 10))
    let older = fixture.disk.files.filter { $0.kind == .segment && $0.number < needed.number }
    #expect(!older.isEmpty)
    for bytes in [nil, [], [UInt8](repeating: 0, count: 4096)] as [[UInt8]?] {
        let disk = fixture.disk.afterKill()
        for file in disk.files where file.kind == .segment && file.number > needed.number {
            disk.put(file, nil)
        }
        disk.put(needed, bytes)
        #expect(Fixture.damage(in: disk.afterKill())?.file == needed.name)
        let (isWell, lines) = try verify(disk)
        #expect(!isWell && lines.contains { $0.contains(needed.name) })
    }
}

@Test func aManifestOfEarlierIsNamed() throws {
    let fixture = try Fixture()
    let early = fixture.disk.bytes(DiskFile(.manifest))
    let disk = try Fixture(disk: fixture.disk.afterKill()).disk.afterKill()
    disk.put(DiskFile(.manifest), early)
    let finding = "its epoch is ahead of the manifest's"
    #expect(Fixture.damage(in: disk.afterKill())?.finding == finding)
    #expect(try verify(disk).lines.contains { $0.hasSuffix(finding) })
}

@Test func aTornTailIsNoProblem() throws {
    let fixture = try Fixture()
    fixture.append(100)
    try fixture.settle()
    fixture.append(100)
    let end = fixture.journal.writer.used
    try fixture.settle()
    let file = DiskFile(.segment, number: 0)
    let disk = fixture.disk.afterKill()
    var bytes = disk.bytes(file)
    bytes[end - 50] ^= 1
    disk.put(file, bytes)
    #expect(try verify(disk).isWell)
    let lines = Lines()
    try inspector(disk).inspect { lines.all.append($0) }
    #expect(lines.all.contains { $0.hasSuffix("were never durable") })
    #expect(try verify(CrashableDisk()).isWell == false)
}
