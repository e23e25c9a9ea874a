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
