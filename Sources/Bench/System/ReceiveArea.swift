import Bytes

/// The bytes that a connection has received and not yet consumed; grows to hold a whole answer.
///
/// - Invariant: `0 <= start <= end <= capacity`.
@safe
final class ReceiveArea {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity = 64 * 1024
    private var start = 0
    private var end = 0

    init() { unsafe memory = .allocate(capacity: capacity) }

    deinit { unsafe memory.deallocate() }

    /// What is there. The view dies with the next `fill`.
    var view: ByteView {
        // Safe because the invariant keeps both ends within the memory.
        unsafe ByteView(unsafeStart: memory + start, count: end - start)
    }

    /// Forgets the first `count` bytes.
    func consume(_ count: Int) {
        precondition(count <= end - start, "only what is there is consumed")
        start += count
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Forgets everything.
    func removeAll() { consume(end - start) }

    /// Has `read` write into free space; what it returns, when positive, is how much it wrote.
    func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        makeRoom()
        // Safe because the space from `end` to `capacity` is ours and unused.
        let count = unsafe read(
            UnsafeMutableRawBufferPointer(start: memory + end, count: capacity - end))
        precondition(count <= capacity - end, "no more is written than there is room")
        if count > 0 { end += count }
        return count
    }

    /// Keeps at least 16 KiB free: moves what is there to the front, and grows when that is not enough.
    private func makeRoom() {
        guard capacity - end < 16 * 1024 else { return }
        let count = end - start
        let larger = capacity - count < capacity / 2 ? capacity * 2 : capacity
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        // Safe because both regions hold `count` bytes and are distinct.
        unsafe moved.update(from: memory + start, count: count)
        unsafe memory.deallocate()
        unsafe memory = moved
        capacity = larger
        start = 0
        end = count
    }
}
