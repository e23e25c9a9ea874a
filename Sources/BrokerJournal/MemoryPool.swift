import Bytes

/// The memory of segments: how much there is, and what waits to be used again.
///
/// Used memory is worth keeping, because its pages are there already.
struct MemoryPool {
    private let segmentByteCount: Int
    private var spares: [PageMemory] = []
    /// How many segments' worth there may be, the segment at the end included.
    private let limit: Int
    /// How many segments' worth are out.
    private var takenCount = 0

    /// A pool that keeps to `budget` bytes as far as it can: two segments are always allowed.
    init(segmentByteCount: UInt64, budget: UInt64) {
        self.segmentByteCount = Int(segmentByteCount)
        limit = max(2, Int(min(budget / segmentByteCount, 1 << 30)))
    }

    /// Whether less memory should be out.
    var isOverBudget: Bool { takenCount + spares.count > limit }

    /// Whether `take` would go over the budget.
    var isSpent: Bool { spares.isEmpty && takenCount >= limit }

    /// Memory for a segment; what it holds is of no meaning.
    mutating func take() -> PageMemory {
        takenCount += 1
        return spares.popLast() ?? PageMemory(byteCount: segmentByteCount)
    }

    /// Makes memory for the next `take`, unless there is some or it would go over the budget.
    mutating func makeSpare() -> PageMemory? {
        guard spares.isEmpty, takenCount < limit else { return nil }
        let memory = PageMemory(byteCount: segmentByteCount)
        spares.append(memory)
        return memory
    }

    /// Takes memory back and keeps it for the next segments as far as the budget allows. Snapshots
    /// free segments several at a time, so one spare would not do; and where a hypervisor has to
    /// find the page, touching fresh memory costs more than all else of a send.
    mutating func give(_ memory: PageMemory) {
        takenCount -= 1
        guard takenCount + spares.count < limit else { return }
        memory.lend()
        spares.append(memory)
    }
}
