import Glibc

/// A run of memory that begins as zeroes and belongs to one owner.
///
/// Large runs are mapped, so that the system zeroes a page when it is first touched and the front can
/// be given back while the rest is still in use. Small runs come from the heap.
@safe
final class ZeroedMemory {
    private static let mappedFrom = 1 << 20
    private static let pageByteCount = 4096

    /// The first byte. The memory is valid as long as this object lives.
    let start: UnsafeMutableRawPointer

    private let byteCount: Int
    private let isMapped: Bool
    private var returnedByteCount = 0

    init(byteCount: Int) {
        let pages = (byteCount + Self.pageByteCount - 1) / Self.pageByteCount
        isMapped = byteCount >= Self.mappedFrom
        self.byteCount = isMapped ? pages * Self.pageByteCount : byteCount
        if isMapped {
            let mapped = unsafe mmap(
                nil, self.byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
                fatalError("out of memory")
            }
            unsafe start = mapped
        } else {
            guard let zeroed = unsafe calloc(1, byteCount) else { fatalError("out of memory") }
            unsafe start = zeroed
        }
    }

    deinit {
        if isMapped {
            // Safe because the front that was given back is left out.
            unsafe munmap(start + returnedByteCount, byteCount - returnedByteCount)
        } else {
            unsafe free(start)
        }
    }

    /// Gives the whole pages of the first `length` bytes back; they must not be touched again.
    func giveBack(first length: Int) {
        precondition(length <= byteCount, "the front lies within the memory")
        let end = length / Self.pageByteCount * Self.pageByteCount
        guard isMapped, end > returnedByteCount, end < byteCount else { return }
        // Safe because these pages are mapped and their owner no longer touches them.
        unsafe munmap(start + returnedByteCount, end - returnedByteCount)
        returnedByteCount = end
    }
}
