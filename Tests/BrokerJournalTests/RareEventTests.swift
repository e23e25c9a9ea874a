import Bytes
import Testing

@testable import BrokerJournal

/// What seldom happens to a journal, and must go well all the same.

/// The last part of a snapshot that is complete finds no room.
@Test func aSnapshotThatFindsNoRoomForItsEndIsGivenUp() throws {
    let fixture = try Fixture()
    let written = (0..<4).map { fixture.append(200, seed: UInt64($0)) }
    try fixture.settle()
    fixture.journal.beginSnapshot()
    while fixture.disk.step() {}
    try fixture.journal.poll()
    fixture.journal.endSnapshot()
    fixture.disk.failing["write"] = 28
    while fixture.disk.step(.background) {}
    fixture.disk.failing = [:]
    try fixture.journal.poll()
    #expect(fixture.journal.snapshots.draft == nil)
    try fixture.settle()
    #expect(!fixture.disk.files.contains { $0.kind == .snapshotDraft })
    fixture.journal.beginSnapshot()
    fixture.journal.endSnapshot()
    try fixture.settle()
    #expect(try Fixture(disk: fixture.disk.afterKill()).replayed.isEmpty)
    #expect(written.count == 4)
}

/// A start finds its segment full, and the file for the next one is not there.
@Test(arguments: [-64, -48, -40, -32, -24, -16, -8, 0])
func aFullSegmentIsFollowedByOneThatIsMadeAtTheStart(_ difference: Int) throws {
    let fixture = try Fixture()
    var written = [fixture.append(1000)]
    let left = Int(fixture.journal.segmentByteCount) - fixture.journal.writer.used
    written.append(fixture.append(left - 24 + difference, seed: 2))
    try fixture.settle()
    let disk = fixture.disk.afterKill()
    for file in disk.files where file.kind == .segment && file.number > 0 {
        if fixture.journal.activeNumber < file.number { disk.put(file, nil) }
    }
    let second = try Fixture(disk: disk)
    #expect(second.replayed == written)
    written.append(second.append(300, seed: 3))
    try second.settle()
    #expect(try Fixture(disk: second.disk.afterKill()).replayed == written)
}

/// A message with its attributes is longer than the windows in which payloads are read.
@Test func aColdPayloadThatIsLongerThanAWindowIsRead() throws {
    var large = JournalSettings()
    large.segmentByteCount = 8 << 20
    large.memoryBudget = 16 << 20
    let node = try ModelNode(disk: CrashableDisk(), settings: large, firstID: 1)
    let count = ColdReader.sequentialByteCount + 5000
    for _ in 0..<40 {
        node.send(count: count)
        try settle(node)
    }
    for id in UInt64(1)...3 {
        let place = try #require(node.broker.messages[id])
        node.journal.fetch(
            at: JournalPosition(offset: place.position), count: place.count, ticket: id)
        try settle(node, ticks: 4)
        #expect(node.fetched[id] == ModelBroker.payload(id, count: count))
    }
}

private func settle(_ node: ModelNode, ticks: Int = 1) throws {
    for _ in 0..<ticks {
        try node.tick()
        while node.disk.step() {}
        try node.journal.poll()
    }
}

/// The header of a segment's second batch, whole but not what follows the first.
private func forged(_ change: (inout [UInt8]) -> Void) throws -> (CrashableDisk, [TestRecord]) {
    let fixture = try Fixture()
    let first = fixture.append(100)
    try fixture.settle()
    let offset = fixture.journal.writer.used
    fixture.append(100, seed: 2)
    try fixture.settle()
    let disk = fixture.disk.afterKill()
    let file = DiskFile(.segment, number: 0)
    var bytes = disk.bytes(file)
    let start = offset + RecordHeader.byteCount
    var payload = Array(bytes[start..<start + BatchHeader.payloadByteCount])
    change(&payload)
    let memory = PageMemory(byteCount: BatchHeader.recordByteCount)
    payload.withView { memory.store($0, at: RecordHeader.byteCount) }
    RecordHeader.seal(
        memory, at: 0, payload: payload.count, position: UInt64(offset), epoch: 1,
        type: RecordTypes.batch)
    bytes.replaceSubrange(
        offset..<offset + BatchHeader.recordByteCount,
        with: memory.view(0..<BatchHeader.recordByteCount).array)
    disk.put(file, bytes)
    return (disk, [first])
}

@Test func aBatchThatFollowsAnotherEndIsDamage() throws {
    let (disk, _) = try forged { $0[8] &+= 8 }
    let finding = try #require(Fixture.damage(in: disk)?.finding)
    #expect(finding.contains("was written when everything before position"))
}

@Test func aBatchOfAnImpossibleLengthEndsTheJournal() throws {
    let (disk, readable) = try forged { $0[16] |= 1 }
    #expect(try Fixture(disk: disk).replayed == readable)
}

@Test func aDiskInMemoryFailsLikeOneOfTheSystem() throws {
    let disk = MemoryDisk()
    let file = DiskFile(.segment, number: 7)
    let memory = PageMemory(byteCount: 4096)
    let whole = memory.diskMemory(0..<4096)
    let operations: [DiskOperation] = [
        .read(file, offset: 0, into: whole), .write(file, offset: 0, from: whole, sync: true),
        .sync(file), .rename(file, to: DiskFile(.segment, number: 8)),
    ]
    for (number, operation) in operations.enumerated() {
        #expect(throws: DiskError.self) { _ = try disk.perform(operation) }
        disk.submit(operation, lane: .background, ticket: UInt64(number))
    }
    disk.awaitCompletion()
    var tickets: [UInt64] = []
    disk.takeCompletions { completion in
        tickets.append(completion.ticket)
        guard case .failure(let error) = completion.result else {
            Issue.record("\(completion.ticket) succeeded")
            return
        }
        #expect(error.file == file.name && error.code == 2)
    }
    #expect(tickets == [0, 1, 2, 3])
    #expect(disk.list().isEmpty)
}
