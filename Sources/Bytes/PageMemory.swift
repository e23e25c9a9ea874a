import CLinux
import Glibc

/// Whole pages of memory that are written through checked verbs and read through views: what a
/// segment, a read window or a chunk of a snapshot is kept in.
///
/// Aligned to 4 KiB; a page costs nothing until it is touched. Views of it live as long as the
/// object and change when it is written again.
@safe
public final class PageMemory {
    /// The alignment of the memory.
    public static let pageByteCount = 4096
    /// From this size on, large pages are asked for.
    private static let largePageByteCount = 2 << 20

    private let start: UnsafeMutableRawPointer
    /// How long it is.
    public let byteCount: Int
    /// The end of the large pages that were handed out by `takeFresh`.
    private var takenEnd = 0

    /// Untouched memory of `byteCount` bytes, all zero.
    public init(byteCount: Int) {
        precondition(byteCount > 0, "memory has bytes")
        // Safe because the result is checked; the kernel hands out zero pages when first touched.
        let address = unsafe mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            fatalError("out of memory")
        }
        // Advice, not a need: with large pages a segment takes a fault for every 2 MiB, not 4 KiB.
        if byteCount >= PageMemory.largePageByteCount {
            _ = unsafe madvise(address, byteCount, MADV_HUGEPAGE)
        }
        unsafe start = address
        self.byteCount = byteCount
    }

    // Safe because this is the mapping that init made, and nobody keeps views of freed memory.
    deinit { _ = unsafe munmap(start, byteCount) }

    /// Lets the system have the pages when it runs short of memory, until they are written again.
    /// What they hold is of no meaning from now on.
    public func lend() {
        // Safe because it is this object's mapping; where the kernel cannot, nothing happens.
        _ = unsafe madvise(start, byteCount, MADV_FREE)
    }

    /// The large pages before `end` that no call has handed out yet, to be touched by somebody who
    /// has time; nil when there is no whole one.
    public func takeFresh(upTo end: Int) -> Range<Int>? {
        let page = PageMemory.largePageByteCount
        let end = end >= byteCount ? byteCount : end / page * page
        guard end > takenEnd else { return nil }
        defer { takenEnd = end }
        return takenEnd..<end
    }

    /// Has the system provide the pages of `range`, which begins at a page, as a first write to each
    /// would, without touching their bytes. May be called by any thread. Before Linux 5.14 it does
    /// nothing.
    public func touch(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "within the memory")
        // Safe because the range was just checked and no byte changes.
        _ = unsafe madvise(start + range.lowerBound, range.count, MADV_POPULATE_WRITE)
    }

    /// The bytes `range`.
    public func view(_ range: Range<Int>) -> ByteView {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "within the memory")
        // Safe because the range was just checked.
        return unsafe ByteView(
            unsafeStart: UnsafePointer(
                (start + range.lowerBound).assumingMemoryBound(to: UInt8.self)),
            count: range.count)
    }

    /// The address of the bytes `range`, for those who hand them to the system. The caller keeps
    /// this object for as long as the address is used.
    public func address(of range: Range<Int>) -> UnsafeMutableRawPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "within the memory")
        // Safe because the range was just checked.
        return unsafe start + range.lowerBound
    }

    /// Copies `bytes`, which may lie in this memory, to `offset`.
    public func store(_ bytes: ByteView, at offset: Int) {
        guard bytes.count > 0 else { return }
        precondition(offset >= 0 && offset + bytes.count <= byteCount, "within the memory")
        unsafe bytes.withUnsafeBytes { source in
            // Safe because the range was just checked and a non-empty view has an address.
            _ = unsafe memmove(start + offset, source.baseAddress.unsafelyUnwrapped, source.count)
        }
    }

    /// Stores an integer, little-endian, at `offset`.
    public func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        precondition(
            offset >= 0 && offset + MemoryLayout<Value>.size <= byteCount, "within the memory")
        // Safe because the range was just checked and the store needs no alignment.
        unsafe (start + offset).storeBytes(of: value.littleEndian, as: Value.self)
    }

    /// Has the processor fetch up to `count` bytes from `offset` on, which will be written soon.
    public func expectWrite(of count: Int, at offset: Int) {
        precondition(offset >= 0 && offset <= byteCount, "within the memory")
        // Safe because the range is within the memory, and nothing is read or changed.
        unsafe apus_fetch_for_writing(start + offset, min(count, byteCount - offset))
    }

    /// Sets the bytes `range` to zero.
    public func clear(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "within the memory")
        // Safe because the range was just checked.
        _ = unsafe memset(start + range.lowerBound, 0, range.count)
    }
}
