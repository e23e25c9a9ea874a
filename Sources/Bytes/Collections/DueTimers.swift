import Glibc

/// The timers of a wheel that are due: a binary heap by (deadline, payload).
///
/// A timer knows its position, so one that is cancelled leaves from the middle. All operations are
/// O(log n) in the number of timers that are due at the same time.
@safe
final class DueTimers {
    private let timers: Slab<Timer>
    private var heap: UnsafeMutablePointer<UInt32>
    private var capacity = 64
    private var count = 0

    init(timers: Slab<Timer>) {
        self.timers = timers
        let block = unsafe malloc(capacity * MemoryLayout<UInt32>.stride)
        guard let block = unsafe block else { fatalError("out of memory") }
        unsafe heap = block.assumingMemoryBound(to: UInt32.self)
    }

    deinit { unsafe free(heap) }

    /// The timer that comes out next.
    // Safe because the heap holds at least one timer.
    var first: UInt32? { count > 0 ? unsafe heap[0] : nil }

    func insert(_ timer: UInt32) {
        if count == capacity { grow() }
        count += 1
        rise(timer, from: count - 1)
    }

    func removeFirst() { remove(at: 0) }

    func remove(at position: Int) {
        precondition(position < count, "position within the heap")
        count -= 1
        guard position < count else { return }
        // Safe because position <= count, which was a valid position before.
        let last = unsafe heap[count]
        if position > 0, unsafe precedes(last, heap[(position - 1) / 2]) {
            rise(last, from: position)
        } else {
            sink(last, from: position)
        }
    }

    private func precedes(_ left: UInt32, _ right: UInt32) -> Bool {
        let (leftDeadline, rightDeadline) = (timers[left].deadline, timers[right].deadline)
        if leftDeadline != rightDeadline { return leftDeadline < rightDeadline }
        let (leftPayload, rightPayload) = (timers[left].payload, timers[right].payload)
        // Two timers with the same deadline and payload are told apart by nobody.
        return leftPayload < rightPayload
    }

    private func put(_ timer: UInt32, at position: Int) {
        // Safe because callers stay within 0..<count.
        unsafe heap[position] = timer
        timers[timer].place = Timer.firstDue + UInt32(truncatingIfNeeded: position)
    }

    private func rise(_ timer: UInt32, from position: Int) {
        var hole = position
        // Safe because a parent's position is smaller than its child's.
        while hole > 0, unsafe precedes(timer, heap[(hole - 1) / 2]) {
            unsafe put(heap[(hole - 1) / 2], at: hole)
            hole = (hole - 1) / 2
        }
        put(timer, at: hole)
    }

    private func sink(_ timer: UInt32, from position: Int) {
        var hole = position
        // Safe because children are compared with the count before they are read.
        while hole * 2 + 1 < count {
            var child = hole * 2 + 1
            if child + 1 < count, unsafe precedes(heap[child + 1], heap[child]) { child += 1 }
            guard unsafe precedes(heap[child], timer) else { break }
            unsafe put(heap[child], at: hole)
            hole = child
        }
        put(timer, at: hole)
    }

    private func grow() {
        capacity *= 2
        // Large blocks are moved by remapping, not by copying: growing does not stall.
        let moved = unsafe realloc(heap, capacity * MemoryLayout<UInt32>.stride)
        guard let moved = unsafe moved else { fatalError("out of memory") }
        // Safe because only the first `count` positions are ever read.
        unsafe heap = moved.assumingMemoryBound(to: UInt32.self)
    }
}
