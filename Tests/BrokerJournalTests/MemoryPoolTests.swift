import Bytes
import Testing

@testable import BrokerJournal

@Suite struct MemoryPoolTests {
    private static let segment: UInt64 = 16 << 10

    @Test func memoryThatWasGivenBackIsUsedAgain() {
        var pool = MemoryPool(segmentByteCount: Self.segment, budget: 4 * Self.segment)
        let taken = (0..<4).map { _ in pool.take() }
        #expect(pool.isSpent && !pool.isOverBudget)
        for memory in taken {
            memory.store(UInt64(7), at: 0)
            pool.give(memory)
        }
        #expect(!pool.isSpent && !pool.isOverBudget)
        let again = (0..<4).map { _ in pool.take() }
        #expect(Set(again.map(ObjectIdentifier.init)) == Set(taken.map(ObjectIdentifier.init)))
        for memory in again {
            memory.store(UInt64(8), at: 0)
            #expect(memory.view(0..<8).littleEndian(at: 0, as: UInt64.self) == 8)
        }
    }

    @Test func freshPagesAreFoundAheadOfAppends() throws {
        let segment = UInt64(16 << 20)
        let disk = CrashableDisk()
        let fixture = try Fixture(disk: disk, segment: segment)
        fixture.append(400 << 10)
        fixture.commit()
        // Little happens: nothing is taken that nobody may need.
        #expect(disk.warmed.isEmpty)
        var segments: Set<UInt64> = []
        for seed in 0..<120 as Range<UInt64> {
            let record = fixture.append(500 << 10, seed: seed)
            segments.insert(record.position / segment)
            try fixture.settle()
            let used = Int(fixture.journal.writer.used)
            let ends = disk.warmed.filter { $0.memory === fixture.journal.writer.memory }
                .map(\.range.upperBound)
            #expect((ends.max() ?? 0) > min(used + (4 << 20), Int(segment) - 1))
        }
        #expect(segments.count > 3)
        // Each page once, however often its memory was used again.
        for entry in disk.warmed {
            let ranges = disk.warmed.filter { $0.memory === entry.memory }.map(\.range)
            #expect(ranges.first?.lowerBound == 0)
            for (range, next) in zip(ranges, ranges.dropFirst()) {
                #expect(range.upperBound == next.lowerBound)
            }
        }
    }

    @Test func touchingLeavesBytesAlone() {
        let memory = PageMemory(byteCount: 3 * PageMemory.pageByteCount)
        for offset in stride(from: 0, to: memory.byteCount, by: 8) {
            memory.store(UInt64(offset) &* 0x9E37_79B9_7F4A_7C15, at: offset)
        }
        let before = memory.view(0..<memory.byteCount).array
        memory.touch(0..<memory.byteCount)
        #expect(memory.view(0..<memory.byteCount).array == before)
    }

    @Test func noMoreIsKeptThanTheBudgetAllows() {
        var pool = MemoryPool(segmentByteCount: Self.segment, budget: 2 * Self.segment)
        let taken = (0..<5).map { _ in pool.take() }
        #expect(pool.isOverBudget)
        // While three are out, which is one too many, none is kept.
        pool.give(taken[0])
        pool.give(taken[1])
        #expect(pool.isOverBudget)
        pool.give(taken[2])
        #expect(!pool.isOverBudget)
        #expect(pool.isSpent)
        pool.give(taken[3])
        pool.give(taken[4])
        #expect(!pool.isSpent && !pool.isOverBudget)
        let again = (0..<3).map { _ in pool.take() }
        #expect(
            Set(again.prefix(2).map(ObjectIdentifier.init)).isSubset(
                of: Set(taken.suffix(2).map(ObjectIdentifier.init))))
        #expect(!taken.contains { $0 === again[2] })
    }
}
