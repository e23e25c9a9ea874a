import Bytes
import Testing

@testable import BrokerJournal

private func settings(
    _ change: (inout JournalSettings) -> Void = { _ in }
) -> JournalSettings {
    var settings = JournalSettings()
    settings.segmentByteCount = 16 << 10
    settings.memoryBudget = 32 << 10
    settings.snapshotInterval = 48 << 10
    settings.identity = Fixture.identity
    change(&settings)
    return settings
}

/// Ticks with a prompt disk.
private func settle(_ node: ModelNode, ticks: Int = 1) throws {
    for _ in 0..<ticks {
        try node.tick()
        while node.disk.step() {}
    }
}

@Test func deadSegmentsAreWrittenOverAndTheirOldRecordsNeverSeen() throws {
    let node = try ModelNode(disk: CrashableDisk(), settings: settings(), firstID: 1)
    for _ in 0..<400 {
        node.send(count: 700)
        node.delete(node.nextID - 1)
        try settle(node, ticks: 3)
    }
    #expect(node.journal.activeNumber > 15)
    #expect(node.journal.diskByteCount <= 10 * (16 << 10))
    #expect(node.disk.counts["rename", default: 0] > 10)
    let files = node.disk.files.count { $0.kind == .segment }
    #expect(UInt64(files) == node.journal.files.count)
    let again = try ModelNode(disk: node.disk.afterKill(), settings: settings(), firstID: 1000)
    #expect(again.broker.messages.isEmpty)
}

@Test func compactionKeepsTheDiskWithinTwiceWhatIsLive() throws {
    var generator = SeededGenerator(seed: 5)
    let node = try ModelNode(disk: CrashableDisk(), settings: settings(), firstID: 1)
    for _ in 0..<3000 {
        node.send(count: Int.random(in: 8...900, using: &generator))
        if let victim = node.broker.messages.keys.sorted().randomElement(using: &generator),
            node.broker.messages.count > 150
        {
            node.delete(victim)
        }
        try settle(node)
        // The constant: what was appended since a snapshot, the files in hand, the snapshots.
        #expect(node.journal.diskByteCount <= 2 * node.broker.liveByteCount + (400 << 10))
    }
    for (id, place) in node.broker.messages {
        node.journal.fetch(
            at: JournalPosition(offset: place.position), count: place.count, ticket: id)
    }
    try settle(node, ticks: 60)
    for (id, place) in node.broker.messages {
        #expect(node.fetched[id] == ModelBroker.payload(id, count: place.count))
    }
}

@Test func coldPayloadsAreReadOffTheLoopAndShareReads() throws {
    let node = try ModelNode(disk: CrashableDisk(), settings: settings(), firstID: 1)
    for _ in 0..<200 {
        node.send(count: 1000)
        try settle(node)
    }
    let first = try #require(node.broker.messages[1])
    #expect(node.journal.payload(at: JournalPosition(offset: first.position), count: 1000) == nil)
    let reads = node.disk.counts["read", default: 0]
    for id in 1...100 {
        let place = try #require(node.broker.messages[UInt64(id)])
        node.journal.fetch(
            at: JournalPosition(offset: place.position), count: place.count, ticket: UInt64(id))
    }
    try settle(node, ticks: 4)
    for id in UInt64(1)...100 {
        #expect(node.fetched[id] == ModelBroker.payload(id, count: 1000))
    }
    // A read is at least a whole segment of this size.
    #expect(node.disk.counts["read", default: 0] - reads <= 100 / 15 + 2)
    #expect(
        node.journal.payload(at: JournalPosition(offset: first.position), count: 1000)?.array
            == ModelBroker.payload(1, count: 1000))
}

/// A backlog larger than all windows, drained in order: hardly anything is read twice, and after
/// the first reads the bytes are there before they are asked for.
@Test func aBacklogThatIsDrainedIsReadAhead() throws {
    let large = settings {
        $0.segmentByteCount = 8 << 20
        $0.memoryBudget = 16 << 20
    }
    let node = try ModelNode(disk: CrashableDisk(), settings: large, firstID: 1)
    for _ in 0..<700 {
        node.send(count: 50_000)
        try settle(node)
    }
    let reads = node.disk.counts["read", default: 0]
    var waits = 0
    for id in UInt64(1)...300 {
        let place = try #require(node.broker.messages[id])
        let position = JournalPosition(offset: place.position)
        if let payload = node.journal.payload(at: position, count: place.count) {
            #expect(payload.array == ModelBroker.payload(id, count: place.count))
        } else {
            waits += 1
            node.journal.fetch(at: position, count: place.count, ticket: id)
            try settle(node, ticks: 3)
            #expect(node.fetched[id] == ModelBroker.payload(id, count: place.count))
        }
        try settle(node)
        try node.journal.poll()
    }
    // 15 MB were drained.
    #expect(node.disk.counts["read", default: 0] - reads <= 15 + 5)
    #expect(waits <= 4)
}

@Test func aColdPayloadThatWasDamagedStopsTheJournal() throws {
    let node = try ModelNode(disk: CrashableDisk(), settings: settings(), firstID: 1)
    for _ in 0..<100 {
        node.send(count: 1000)
        try settle(node)
    }
    let place = try #require(node.broker.messages[1])
    let file = DiskFile(.segment, number: 0)
    var bytes = node.disk.bytes(file)
    bytes[Int(place.position) + 600] ^= 1
    node.disk.put(file, bytes)
    node.journal.fetch(at: JournalPosition(offset: place.position), count: 1000, ticket: 1)
    #expect(throws: JournalError.self) { try settle(node, ticks: 4) }
    #expect(node.fetched.isEmpty)
}

@Test func aSegmentThatIsBeingReadIsNotWrittenOver() throws {
    let node = try ModelNode(disk: CrashableDisk(), settings: settings(), firstID: 1)
    for _ in 0..<100 {
        node.send(count: 1000)
        try settle(node)
    }
    let place = try #require(node.broker.messages[1])
    node.journal.fetch(at: JournalPosition(offset: place.position), count: 1000, ticket: 1)
    let lanes = [DiskLane.commit, .background]
    for _ in 0..<200 {
        if let id = node.broker.messages.keys.min() { node.delete(id) }
        node.send(count: 1000)
        node.delete(node.nextID - 1)
        try node.tick()
        for lane in lanes { while node.disk.step(lane) {} }
    }
    #expect(node.journal.segments[0] != nil && node.journal.segments[1] == nil)
    try settle(node, ticks: 8)
    #expect(node.fetched[1] == ModelBroker.payload(1, count: 1000))
    #expect(node.journal.segments[0] == nil)
}

@Test func memoryStaysWithinItsBudget() throws {
    let node = try ModelNode(disk: CrashableDisk(), settings: settings(), firstID: 1)
    for _ in 0..<300 {
        node.send(count: 1000)
        try settle(node)
        #expect(node.journal.segments.all.count { $0.memory != nil } <= 3)
    }
}

@Test func aSpentDiskBudgetRefusesMessagesWhileFinishingGoesOn() throws {
    let budget: UInt64 = 20 * (16 << 10)
    let node = try ModelNode(
        disk: CrashableDisk(), settings: settings { $0.diskBudget = budget }, firstID: 1)
    var accepted = 0
    while node.journal.hasRoom {
        node.send(count: 900)
        node.journal.finishingByteCount = UInt64(node.broker.messages.count) * 32
        try settle(node, ticks: 2)
        accepted += 1
        #expect(node.journal.diskByteCount <= budget)
    }
    #expect(accepted > 150)
    for id in 1..<node.nextID {
        node.delete(id)
        node.journal.finishingByteCount = UInt64(node.broker.messages.count) * 32
        try settle(node, ticks: 2)
        #expect(node.journal.diskByteCount <= budget)
    }
    // What was deleted makes room again, though nothing is appended any more.
    for _ in 0..<60 {
        try settle(node, ticks: 2)
        #expect(node.journal.diskByteCount <= budget)
    }
    #expect(node.journal.hasRoom)
}

@Test func aFullFileSystemRefusesMessagesUntilThereIsRoom() throws {
    let node = try ModelNode(disk: CrashableDisk(), settings: settings(), firstID: 1)
    node.disk.failing["create"] = 28
    while node.journal.writer.used < 12 << 10 {
        node.send(count: 500)
        try settle(node)
    }
    #expect(!node.journal.hasRoom)
    node.disk.failing = [:]
    // Nothing is appended any more, because it is refused; each tick is a millisecond.
    try settle(node, ticks: 900)
    #expect(!node.journal.hasRoom)
    try settle(node, ticks: 200)
    #expect(node.journal.hasRoom)
}

/// Random work with random crashes: what was durable is there, what comes back is a state that the
/// broker really had, and every live payload can be read.
@Test(arguments: 1...40)
func aJournalThatCrashesAtRandomForgetsNothingDurable(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var node = try ModelNode(disk: CrashableDisk(), settings: settings(), firstID: 1)
    for _ in 0..<12 {
        for _ in 0..<Int.random(in: 1...250, using: &generator) {
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                let ids = node.broker.messages.keys.sorted()
                if ids.count > 60 || Bool.random(using: &generator), let id = ids.first {
                    node.delete(ids.randomElement(using: &generator) ?? id)
                } else {
                    node.send(count: Int.random(in: 8...2500, using: &generator))
                }
            }
            try node.tick()
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                node.disk.step(DiskLane.allCases.randomElement(using: &generator))
            }
        }
        let isPowerLoss = Bool.random(using: &generator)
        let disk =
            isPowerLoss
            ? node.disk.afterPowerLoss(using: &generator) : node.disk.afterKill()
        let again = try ModelNode(disk: disk, settings: settings(), firstID: node.nextID)
        #expect(
            node.states.contains { $0.messages == again.broker.messages },
            "no state since the last durable one is what came back")
        for (id, place) in again.broker.messages {
            again.journal.fetch(
                at: JournalPosition(offset: place.position), count: place.count, ticket: id)
        }
        try settle(again, ticks: 20)
        for (id, place) in again.broker.messages {
            #expect(again.fetched[id] == ModelBroker.payload(id, count: place.count))
        }
        node = again
    }
}
