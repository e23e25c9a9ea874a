import Bytes
import Glibc

/// Memory the size of a segment (or of a read window): the only raw memory of the journal.
///
/// It is aligned to 4 KiB and its pages cost nothing until they are touched. It is written through
/// checked verbs; views of it live as long as the object and change when it is reused.
@safe
final class SegmentMemory {
    /// The alignment of the memory and of every write to a segment.
    static let pageByteCount = 4096

    private let start: UnsafeMutableRawPointer
    /// How long it is.
    let byteCount: Int

    /// Untouched memory of `byteCount` bytes, all zero.
    init(byteCount: Int) {
        precondition(byteCount > 0, "memory has bytes")
        // Safe because the result is checked; the kernel hands out zero pages when first touched.
        let address = unsafe mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            fatalError("out of memory")
        }
        unsafe start = address
        self.byteCount = byteCount
    }

    // Safe because this is the mapping that init made, and nobody keeps views of freed memory.
    deinit { _ = unsafe munmap(start, byteCount) }

    /// The bytes `range`.
    func view(_ range: Range<Int>) -> ByteView {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "within the memory")
        // Safe because the range was just checked.
        return unsafe ByteView(
            unsafeStart: UnsafePointer(
                (start + range.lowerBound).assumingMemoryBound(to: UInt8.self)),
            count: range.count)
    }

    /// The bytes `range`, for the disk.
    func diskMemory(_ range: Range<Int>) -> DiskMemory {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "within the memory")
        // Safe because the range was just checked; whoever submits it keeps this object.
        return unsafe DiskMemory(start: start + range.lowerBound, byteCount: range.count)
    }

    /// Copies `bytes` to `offset`.
    func store(_ bytes: ByteView, at offset: Int) {
        guard bytes.count > 0 else { return }
        precondition(offset >= 0 && offset + bytes.count <= byteCount, "within the memory")
        unsafe bytes.withUnsafeBytes { source in
            // Safe because the range was just checked and a non-empty view has an address.
            _ = unsafe memmove(start + offset, source.baseAddress.unsafelyUnwrapped, source.count)
        }
    }

    /// Stores an integer, little-endian, at `offset`.
    func store<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        precondition(
            offset >= 0 && offset + MemoryLayout<Value>.size <= byteCount, "within the memory")
        // Safe because the range was just checked and the store needs no alignment.
        unsafe (start + offset).storeBytes(of: value.littleEndian, as: Value.self)
    }

    /// Sets the bytes `range` to zero.
    func clear(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "within the memory")
        // Safe because the range was just checked.
        _ = unsafe memset(start + range.lowerBound, 0, range.count)
    }
}
