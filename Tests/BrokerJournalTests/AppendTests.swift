import Bytes
import Testing

@testable import BrokerJournal

@Test func aNewJournalIsEmptyAndReopensEmpty() throws {
    let first = try Fixture()
    #expect(first.replayed.isEmpty && first.loaded.isEmpty)
    try first.journal.close()
    let second = try Fixture(disk: first.disk)
    #expect(second.replayed.isEmpty)
    #expect(second.journal.epoch == 2)
}

@Test func whatWasCommittedIsReplayedInOrder() throws {
    let first = try Fixture()
    var written: [TestRecord] = []
    for index in 0..<50 {
        written.append(first.append(index * 7, type: UInt8(index % 200 + 1), seed: UInt64(index)))
        if index % 3 == 0 { try first.settle() }
    }
    try first.journal.close()
    let second = try Fixture(disk: first.disk)
    #expect(second.replayed == written)
    let third = try Fixture(disk: second.disk.afterKill())
    #expect(third.replayed == written)
}

@Test func aRecordIsReadBackFromMemoryAtOnce() throws {
    let fixture = try Fixture()
    let record = fixture.append(100)
    let view = fixture.journal.payload(at: JournalPosition(offset: record.position), count: 100)
    #expect(view?.array == record.payload)
}

@Test func durabilityFollowsTheDiskAndOneCommitIsUnderWayAtATime() throws {
    let fixture = try Fixture()
    let start = fixture.journal.durablePosition
    fixture.append(10)
    let first = fixture.journal.appendedPosition
    fixture.commit()
    fixture.append(20)
    let second = fixture.journal.appendedPosition
    fixture.commit()
    #expect(fixture.journal.durablePosition == start)
    #expect(fixture.disk.step(.commit))
    #expect(!fixture.disk.step(.commit))
    try fixture.journal.poll()
    #expect(fixture.journal.durablePosition == first)
    fixture.commit()
    #expect(fixture.disk.step(.commit))
    try fixture.journal.poll()
    #expect(fixture.journal.durablePosition == second)
}

/// Every payload size around the one that exactly fills a segment, at every alignment.
@Test(arguments: -40...40)
func recordsAroundTheEndOfASegmentSurvive(_ difference: Int) throws {
    let fixture = try Fixture()
    var written = [fixture.append(1000)]
    let left = Int(fixture.journal.segmentByteCount) - fixture.journal.writer.used
    written.append(fixture.append(left - 24 + difference, seed: 2))
    written.append(fixture.append(16, seed: 3))
    written.append(fixture.append(0, seed: 4))
    try fixture.settle()
    written.append(fixture.append(5000, seed: 5))
    try fixture.settle()
    let second = try Fixture(disk: fixture.disk.afterKill())
    #expect(second.replayed == written)
    #expect(written.allSatisfy { $0.position % 8 == 0 })
    var more = written
    more.append(second.append(300, seed: 6))
    try second.settle()
    let third = try Fixture(disk: second.disk.afterKill())
    #expect(third.replayed == more)
}

@Test func manySegmentsAreCrossedInOneTick() throws {
    let fixture = try Fixture()
    let written = (0..<100).map { fixture.append(2000, seed: UInt64($0)) }
    try fixture.settle()
    #expect(fixture.journal.activeNumber > 10)
    let second = try Fixture(disk: fixture.disk.afterKill())
    #expect(second.replayed == written)
}

@Test func theNextSegmentIsReadyBeforeItIsNeeded() throws {
    let fixture = try Fixture()
    for _ in 0..<4 { fixture.append(1500) }
    try fixture.settle()
    #expect(fixture.journal.files.isReady(1))
    #expect(fixture.journal.activeNumber == 0)
}

@Test func aFailedSyncIsFinal() throws {
    let fixture = try Fixture()
    fixture.append(10)
    fixture.disk.failing["write"] = 5
    fixture.commit()
    fixture.disk.step(.commit)
    #expect(throws: JournalError.self) { try fixture.journal.poll() }
    fixture.disk.failing = [:]
    #expect(throws: JournalError.self) { try fixture.journal.poll() }
}

@Test func intervalDurabilityAnswersAtOnceAndWritesWhenItIsTime() throws {
    let fixture = try Fixture { $0.durability = .interval(milliseconds: 50) }
    fixture.journal.commit(at: 1000)
    fixture.append(10)
    fixture.journal.commit(at: 1000)
    #expect(fixture.disk.step(.commit))
    try fixture.journal.poll()
    fixture.append(10)
    #expect(fixture.journal.durablePosition == fixture.journal.appendedPosition)
    #expect(fixture.journal.nextDeadline == 1050)
    fixture.journal.commit(at: 1049)
    #expect(!fixture.disk.step(.commit))
    fixture.journal.commit(at: 1050)
    #expect(fixture.disk.step(.commit))
    try fixture.journal.poll()
    #expect(fixture.journal.nextDeadline == nil)
}

@Test func memoryDurabilityTouchesNoFileAndFreesDeadSegments() throws {
    let fixture = try Fixture { $0.durability = .memory }
    for _ in 0..<100 { fixture.append(2000) }
    fixture.commit()
    try fixture.journal.poll()
    #expect(fixture.journal.durablePosition == fixture.journal.appendedPosition)
    fixture.journal.reclaim { _ in 0 }
    #expect(fixture.journal.segments.count < 3)
    try fixture.journal.close()
    #expect(fixture.disk.files.isEmpty)
}

@Test func whatASegmentsEndLeavesToTheNextCommitIsDueAtOnce() throws {
    let fixture = try Fixture()
    // The next segment's file is made ready while this one fills.
    fixture.append(8_000)
    try fixture.settle()
    #expect(fixture.journal.nextDeadline == nil)
    fixture.append(7_000)
    fixture.append(7_000)
    #expect(fixture.journal.nextDeadline != nil)
    fixture.commit()
    #expect(fixture.journal.nextDeadline == nil)
    #expect(fixture.disk.step(.commit))
    try fixture.journal.poll()
    #expect(fixture.journal.durablePosition < fixture.journal.appendedPosition)
    #expect(fixture.journal.nextDeadline != nil)
    fixture.commit()
    #expect(fixture.disk.step(.commit))
    try fixture.journal.poll()
    #expect(fixture.journal.durablePosition == fixture.journal.appendedPosition)
    #expect(fixture.journal.nextDeadline == nil)
}
