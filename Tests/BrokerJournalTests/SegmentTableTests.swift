import Bytes
import Testing

@testable import BrokerJournal

/// The table against a dictionary, under a seeded shuffle of appends, gaps and removals.
@Test(arguments: 1...20)
func theSegmentTableFindsWhatADictionaryFinds(_ seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var table = SegmentTable()
    var model: [UInt64: Segment] = [:]
    var next = UInt64.random(in: 0...5, using: &generator)
    for _ in 0..<500 {
        if model.isEmpty || Int.random(in: 0...2, using: &generator) > 0 {
            let segment = Segment(number: next)
            table.append(segment)
            model[next] = segment
            next += UInt64.random(in: 1...3, using: &generator)
        } else if let victim = model.keys.sorted().randomElement(using: &generator) {
            table.remove(victim)
            model[victim] = nil
        }
        #expect(table.count == model.count)
        #expect(table.all.map(\.number) == model.keys.sorted())
        let probe = UInt64.random(in: 0...next, using: &generator)
        #expect(table[probe] === model[probe])
        let limit = UInt64.random(in: 0...next, using: &generator)
        let expected = model.keys.filter { $0 >= probe && $0 < limit }.min()
        #expect(table.first(from: probe, below: limit)?.number == expected)
    }
}

@Test func aRecordOfTypeZeroIsRefused() async {
    await #expect(processExitsWith: .failure) {
        let fixture = try Fixture()
        _ = fixture.journal.append(type: 0, head: ByteView(), body: ByteView())
    }
}

@Test func aSegmentThatIsNoWholePagesIsRefused() async {
    await #expect(processExitsWith: .failure) {
        var settings = JournalSettings()
        settings.segmentByteCount = (64 << 10) + 8
        _ = Journal(disk: MemoryDisk(), settings: settings)
    }
}

@Test func memoryIsTakenBackForTheNextSegmentOnly() {
    var pool = MemoryPool(segmentByteCount: 4096, budget: 3 * 4096)
    let first = pool.take()
    let second = pool.take()
    let third = pool.take()
    #expect(pool.isSpent && !pool.isOverBudget)
    let fourth = pool.take()
    #expect(pool.isOverBudget)
    pool.give(fourth)
    pool.give(third)
    #expect(!pool.isSpent && !pool.isOverBudget)
    #expect(pool.take() === third)
    pool.give(first)
    pool.give(second)
    #expect(!pool.isOverBudget)
}
