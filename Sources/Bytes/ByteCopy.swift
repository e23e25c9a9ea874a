/// A copy of some bytes, to be changed in place. Views of it live as long as the object.
@safe
public final class ByteCopy {
    private let start: UnsafeMutablePointer<UInt8>
    private let count: Int

    /// A copy of `bytes`.
    public init(_ bytes: ByteView) {
        count = bytes.count
        unsafe start = .allocate(capacity: max(count, 1))
        // Safe because there is room for as many bytes as are copied.
        unsafe bytes.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(start: start, count: count)
                .copyMemory(from: source)
        }
    }

    // Safe because this is the memory that init allocated, and nobody keeps views of freed memory.
    deinit { unsafe start.deallocate() }

    /// The bytes.
    public var bytes: MutableByteView { unsafe MutableByteView(unsafeStart: start, count: count) }
}
