import Bytes

/// One segment of the journal, as far as the running process knows it.
final class Segment {
    /// Its place: the position of its first byte divided by the segment size.
    let number: UInt64
    /// Its bytes, while they are kept in memory.
    var memory: PageMemory?
    /// The end of what was appended when it was found to hold nothing live. It is reused only when
    /// that much is durable: until then a crash could bring back records that need it.
    var deadSince: UInt64?
    /// Whether compaction has been through it.
    var isCompacted = false

    /// A segment without anything in memory, or with `memory`.
    init(number: UInt64, memory: PageMemory? = nil) {
        self.number = number
        self.memory = memory
    }

    /// Its file.
    var file: DiskFile { .segment(number) }
}

/// The segments that hold records, found by number.
///
/// - Invariant: `slots[i]` is the segment `first + i`; nil when it was reclaimed.
struct SegmentTable {
    private var slots: [Segment?] = []
    private var first: UInt64 = 0
    /// How many segments there are.
    private(set) var count = 0

    /// The segment `number`, or nil when there is none. O(1).
    subscript(number: UInt64) -> Segment? {
        guard number >= first, number - first < UInt64(slots.count) else { return nil }
        return slots[Int(number - first)]
    }

    /// Adds a segment behind all others. Amortised O(1), counting the gap before it.
    mutating func append(_ segment: Segment) {
        if slots.isEmpty { first = segment.number }
        precondition(segment.number >= first + UInt64(slots.count), "segments come in order")
        while first + UInt64(slots.count) < segment.number { slots.append(nil) }
        slots.append(segment)
        count += 1
    }

    /// Forgets the segment `number`. O(1), or O(n) when it is the first.
    mutating func remove(_ number: UInt64) {
        precondition(self[number] != nil, "only a segment that is there can go")
        slots[Int(number - first)] = nil
        count -= 1
        guard number == first else { return }
        let gap = slots.firstIndex { $0 != nil } ?? slots.count
        slots.removeFirst(gap)
        first += UInt64(gap)
    }

    /// The first segment numbered `number` or more, below `limit`.
    func first(from number: UInt64, below limit: UInt64) -> Segment? {
        var index = max(number, first)
        while index < limit, index - first < UInt64(slots.count) {
            if let segment = slots[Int(index - first)] { return segment }
            index += 1
        }
        return nil
    }

    /// All of them, in order.
    var all: [Segment] { slots.compactMap(\.self) }
}
