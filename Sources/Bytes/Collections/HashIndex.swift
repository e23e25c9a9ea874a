/// From 128-bit hashes to UInt32 values, by open addressing.
///
/// Every operation is O(1) expected. Growth never stalls: the table doubles by mapping its
/// successor, and each later change moves a few slots over, until the old table is empty long
/// before the new one is full; what has been moved goes back to the system as it becomes free.
/// Removal closes the gap behind it, so no tombstones build up.
///
/// - Invariant: A key is in `current` or in `previous`, never in both.
/// - Invariant: Slots of `previous` before `cursor` have been moved and are not looked at again; no
///   chain of it wraps around its end, because the first moves carry the whole chain at its front.
@safe
public final class HashIndex {
    private struct Entry {
        var key = Hash128(first: 0, second: 0)
        var value: UInt32 = 0
        var state: UInt32 = HashIndex.empty
    }

    /// Memory begins as zeroes, and so every slot begins empty.
    private static let empty: UInt32 = 0
    private static let full: UInt32 = 1
    /// In the previous table only: the entry went to the current one or was removed.
    private static let gone: UInt32 = 2
    private static let smallest = 16
    /// Slots of the previous table that each insertion or removal moves. The previous table is at
    /// most 3/4 full when it is replaced by one of twice its size, so moving two would be enough.
    private static let stride = 8

    private var currentMemory: ZeroedMemory
    private var current: UnsafeMutablePointer<Entry>
    private var currentShift: UInt64
    private var currentCount = 0
    private var previousMemory: ZeroedMemory?
    private var previous: UnsafeMutablePointer<Entry>?
    private var previousCapacity = 0
    private var previousShift: UInt64 = 0
    private var previousCount = 0
    private var cursor = 0

    /// An empty index.
    public init() {
        currentMemory = Self.memory(Self.smallest)
        unsafe current = Self.entries(currentMemory)
        currentShift = Self.shift(Self.smallest)
        unsafe previous = nil
    }

    /// How many keys there are.
    public var count: Int { currentCount + previousCount }

    /// The memory held, in bytes.
    public var memoryByteCount: Int {
        (currentCapacity + previousCapacity) * MemoryLayout<Entry>.stride
    }

    /// The value of `key`, or nil.
    public subscript(key: Hash128) -> UInt32? {
        if let slot = find(key) { return unsafe current[slot].value }
        guard let previous = unsafe previous, let slot = findPrevious(key) else { return nil }
        return unsafe previous[slot].value
    }

    /// Gives `key` this value, whether or not it had one.
    public func insert(_ key: Hash128, _ value: UInt32) {
        if unsafe previous != nil {
            move()
            removePrevious(key)
        }
        if let slot = find(key) {
            unsafe current[slot].value = value
            return
        }
        if (currentCount + 1) * 4 > currentCapacity * 3 { grow() }
        place(Entry(key: key, value: value, state: Self.full))
    }

    /// Removes `key` and returns the value it had.
    @discardableResult
    public func remove(_ key: Hash128) -> UInt32? {
        if unsafe previous != nil {
            move()
            if let value = removePrevious(key) { return value }
        }
        guard let slot = find(key) else { return nil }
        let value = unsafe current[slot].value
        closeGap(slot)
        currentCount -= 1
        return value
    }

    /// Removes all keys and gives the memory back.
    public func removeAll() {
        dropPrevious()
        currentMemory = Self.memory(Self.smallest)
        unsafe current = Self.entries(currentMemory)
        currentShift = Self.shift(Self.smallest)
        currentCount = 0
    }

    // MARK: The current table

    private var currentCapacity: Int { 1 << (64 - Int(currentShift)) }

    private static func shift(_ capacity: Int) -> UInt64 {
        UInt64(64 - capacity.trailingZeroBitCount)
    }

    /// The slot that a key wants. The product spreads keys that count up as well as hashes.
    private static func home(_ key: Hash128, _ shift: UInt64) -> Int {
        Int(truncatingIfNeeded: ((key.first ^ key.second) &* 0x9E37_79B9_7F4A_7C15) &>> shift)
    }

    private static func memory(_ capacity: Int) -> ZeroedMemory {
        ZeroedMemory(byteCount: capacity * MemoryLayout<Entry>.stride)
    }

    private static func entries(_ memory: ZeroedMemory) -> UnsafeMutablePointer<Entry> {
        // Safe because an entry of zeroes is an empty entry.
        unsafe memory.start.assumingMemoryBound(to: Entry.self)
    }

    private func find(_ key: Hash128) -> Int? {
        let mask = currentCapacity - 1
        var slot = Self.home(key, currentShift)
        // Safe because the mask keeps the slot within the table; ends because a quarter is empty.
        while unsafe current[slot].state != Self.empty {
            if unsafe current[slot].key == key { return slot }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Puts a key that is not there into the first empty slot from its home on.
    private func place(_ entry: Entry) {
        let mask = currentCapacity - 1
        var slot = Self.home(entry.key, currentShift)
        // Safe because the mask keeps the slot within the table; ends because a quarter is empty.
        while unsafe current[slot].state != Self.empty { slot = (slot + 1) & mask }
        unsafe current[slot] = entry
        currentCount += 1
    }

    /// Empties a slot and moves later entries of its chain towards their homes.
    private func closeGap(_ slot: Int) {
        let mask = currentCapacity - 1
        var gap = slot
        var next = (slot + 1) & mask
        // Safe because the mask keeps both within the table; ends because a quarter is empty.
        while unsafe current[next].state != Self.empty {
            let home = unsafe Self.home(current[next].key, currentShift)
            // An entry may move into the gap when its home does not lie behind the gap.
            if (next &- home) & mask >= (next &- gap) & mask {
                unsafe current[gap] = current[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        unsafe current[gap] = Entry()
    }

    // MARK: Growth

    private func grow() {
        while unsafe previous != nil { move() }
        previousMemory = currentMemory
        unsafe previous = current
        previousCapacity = currentCapacity
        previousShift = currentShift
        previousCount = currentCount
        cursor = 0
        let larger = previousCapacity * 2
        currentMemory = Self.memory(larger)
        unsafe current = Self.entries(currentMemory)
        currentShift = Self.shift(larger)
        currentCount = 0
        // The chain at the front may belong to keys whose home is at the end; it goes first.
        while let previous = unsafe previous, unsafe previous[cursor].state != Self.empty {
            moveSlot()
        }
    }

    /// Moves the next few slots of the previous table.
    private func move() {
        for _ in 0..<Self.stride { moveSlot() }
    }

    private func moveSlot() {
        guard let previous = unsafe previous else { return }
        // Safe because the cursor is below the capacity as long as there is a previous table.
        if unsafe previous[cursor].state == Self.full {
            unsafe place(previous[cursor])
            previousCount -= 1
        }
        unsafe previous[cursor].state = Self.gone
        cursor += 1
        if cursor == previousCapacity {
            dropPrevious()
        } else if cursor & 0xFFF == 0 {
            previousMemory?.giveBack(first: cursor * MemoryLayout<Entry>.stride)
        }
    }

    private func findPrevious(_ key: Hash128) -> Int? {
        guard let previous = unsafe previous else { return nil }
        var slot = max(Self.home(key, previousShift), cursor)
        while slot < previousCapacity {
            let state = unsafe previous[slot].state
            if state == Self.empty { return nil }
            if state == Self.full, unsafe previous[slot].key == key { return slot }
            slot += 1
        }
        return nil
    }

    @discardableResult
    private func removePrevious(_ key: Hash128) -> UInt32? {
        guard let slot = findPrevious(key), let previous = unsafe previous else { return nil }
        unsafe previous[slot].state = Self.gone
        previousCount -= 1
        return unsafe previous[slot].value
    }

    private func dropPrevious() {
        previousMemory = nil
        unsafe previous = nil
        previousCapacity = 0
        previousCount = 0
    }
}
