import Glibc

/// A 4-ary min-heap of slots by order.
///
/// `push` and `pop` are O(log n), `first` is O(1). Equal orders leave by slot, then by stamp, so
/// what leaves never depends on how it came in. Nothing is removed from the middle: whoever drops a
/// slot changes the slot's stamp and ignores the entry when it surfaces.
@safe
public final class OrderHeap {
    /// A slot and its place in the order.
    public struct Entry: Equatable, Sendable {
        /// What the heap sorts by, smallest first.
        public var order: UInt64
        /// The slot.
        public var slot: UInt32
        /// A stamp of the slot, by which an outdated entry is told.
        public var stamp: UInt32

        /// An entry of these parts.
        public init(order: UInt64, slot: UInt32, stamp: UInt32) {
            self.order = order
            self.slot = slot
            self.stamp = stamp
        }

        fileprivate func precedes(_ other: Entry) -> Bool {
            if order != other.order { return order < other.order }
            if slot != other.slot { return slot < other.slot }
            return stamp < other.stamp
        }
    }

    private var entries: UnsafeMutablePointer<Entry>?
    private var capacity = 0

    /// How many entries there are.
    public private(set) var count = 0

    /// An empty heap; it takes memory with its first entry.
    public init() { unsafe entries = nil }

    deinit { unsafe free(entries) }

    /// Whether there are no entries.
    public var isEmpty: Bool { count == 0 }

    /// The memory held, in bytes.
    public var memoryByteCount: Int { capacity * MemoryLayout<Entry>.stride }

    /// The entry that leaves next.
    public var first: Entry? {
        guard count > 0, let entries = unsafe entries else { return nil }
        return unsafe entries[0]
    }

    /// Adds an entry. O(log n).
    public func push(order: UInt64, slot: UInt32, stamp: UInt32) {
        let entry = Entry(order: order, slot: slot, stamp: stamp)
        if count == capacity { grow() }
        guard let entries = unsafe entries else { preconditionFailure("a grown heap has memory") }
        var hole = count
        count += 1
        // Safe because every index below lies within 0..<count.
        while hole > 0 {
            let parent = (hole - 1) / 4
            guard unsafe entry.precedes(entries[parent]) else { break }
            unsafe entries[hole] = entries[parent]
            hole = parent
        }
        unsafe entries[hole] = entry
    }

    /// Takes the first entry out. O(log n).
    public func pop() -> Entry? {
        guard count > 0, let entries = unsafe entries else { return nil }
        let top = unsafe entries[0]
        count -= 1
        guard count > 0 else { return top }
        let last = unsafe entries[count]
        var hole = 0
        // Safe because every index below lies within 0..<count.
        while true {
            let child = hole * 4 + 1
            guard child < count else { break }
            var least = child
            var other = child + 1
            while other < min(child + 4, count) {
                if unsafe entries[other].precedes(entries[least]) { least = other }
                other += 1
            }
            guard unsafe entries[least].precedes(last) else { break }
            unsafe entries[hole] = entries[least]
            hole = least
        }
        unsafe entries[hole] = last
        return top
    }

    /// Drops all entries and gives the memory back.
    public func removeAll() {
        unsafe free(entries)
        unsafe entries = nil
        capacity = 0
        count = 0
    }

    private func grow() {
        capacity = max(16, capacity * 2)
        // Large blocks are moved by remapping, not by copying: growing does not stall.
        let moved = unsafe realloc(entries, capacity * MemoryLayout<Entry>.stride)
        guard let moved = unsafe moved else { fatalError("out of memory") }
        // Safe because entries are bitwise copyable, and only the first `count` are ever read.
        unsafe entries = moved.assumingMemoryBound(to: Entry.self)
    }
}
