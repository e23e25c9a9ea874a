import Glibc

/// A growing run of bytes that text and records are written into.
///
/// Appending is amortised O(1) per byte. Capacity at least doubles; `removeAll` keeps it.
@safe
public struct ByteWriter: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int

    /// The number of bytes written.
    public private(set) var count: Int = 0

    /// An empty writer with room for `capacity` bytes (at least 64).
    public init(capacity: Int = 256) {
        self.capacity = max(capacity, 64)
        unsafe start = .allocate(capacity: self.capacity)
    }

    deinit { unsafe start.deallocate() }

    /// The bytes written so far. The view dies with the next append.
    public var view: ByteView { unsafe ByteView(unsafeStart: start, count: count) }

    /// A copy of the bytes written so far.
    public var array: [UInt8] { view.array }

    /// Forgets all bytes and keeps the memory, unless it is larger than `limit` bytes.
    public mutating func removeAll(keepingCapacityUpTo limit: Int = .max) {
        count = 0
        guard capacity > limit else { return }
        unsafe start.deallocate()
        capacity = max(limit, 64)
        unsafe start = .allocate(capacity: capacity)
    }

    /// Forgets the bytes after the first `length`.
    public mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "a writer is cut within what it holds")
        count = length
    }

    /// Makes room for `extra` more bytes.
    public mutating func reserve(_ extra: Int) {
        precondition(extra >= 0, "room is not negative")
        if capacity - count < extra { grow(extra) }
    }

    /// The seldom part of `reserve`, apart so that the frequent part is small.
    @inline(never)
    private mutating func grow(_ extra: Int) {
        let larger = max(capacity * 2, count + extra)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        // Safe because both regions are at least `count` bytes and distinct.
        unsafe moved.update(from: start, count: count)
        unsafe start.deallocate()
        unsafe start = moved
        capacity = larger
    }

    /// Appends one byte.
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        // Safe because room was just made.
        unsafe start[count] = byte
        count += 1
    }

    /// Appends the bytes of a view, which must not be one of this writer.
    public mutating func append(_ bytes: ByteView) {
        reserve(bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return }
            // Safe because room was just made.
            _ = unsafe memcpy(start + count, address, source.count)
        }
        count += bytes.count
    }

    /// Appends the UTF-8 bytes of a literal.
    public mutating func append(_ text: StaticString) {
        guard text.utf8CodeUnitCount > 0 else { return }
        append(ByteView(text))
    }

    /// Appends the UTF-8 bytes of a string.
    public mutating func append(_ text: String) {
        text.withByteView { append($0) }
    }

    /// Appends an array of bytes.
    public mutating func append(_ bytes: [UInt8]) {
        bytes.withByteView { append($0) }
    }

    /// Appends as many bytes as `fill` says it has written, which must be `limit` at most; none, and
    /// false, when it says nil.
    @discardableResult
    mutating func append(upTo limit: Int, fill: (UnsafeMutablePointer<UInt8>) -> Int?) -> Bool {
        reserve(limit)
        // Safe because room was just made.
        guard let length = unsafe fill(start + count) else { return false }
        precondition(length >= 0 && length <= limit, "no more is written than there is room for")
        count += length
        return true
    }

    /// Overwrites the bytes at `offset`, which must have been written before.
    public mutating func replace(at offset: Int, with bytes: ByteView) {
        precondition(
            offset >= 0 && bytes.count <= count - offset, "only written bytes are replaced")
        unsafe bytes.withUnsafeBytes { source in
            guard let address = source.baseAddress else { return }
            // Safe because the range was just checked.
            _ = unsafe memcpy(start + offset, address, source.count)
        }
    }

    /// Appends `value` in decimal digits.
    public mutating func append(decimal value: UInt64) {
        var length = 1
        var bound: UInt64 = 10
        while length < 20, value >= bound {
            length += 1
            // 10^20 does not fit; a value of 20 digits ends the loop before it would be needed.
            bound = bound.multipliedReportingOverflow(by: 10).partialValue
        }
        reserve(length)
        var rest = value
        var index = count + length
        while index > count {
            index -= 1
            // Safe because the index lies within the room that was just made.
            unsafe start[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += length
    }

    /// Appends `value` in decimal digits, with a minus sign when negative.
    public mutating func append(decimal value: Int) {
        if value < 0 { append(0x2D) }
        append(decimal: UInt64(value.magnitude))
    }

    /// Appends a little-endian integer.
    public mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(
        littleEndian value: Value
    ) {
        reserve(MemoryLayout<Value>.size)
        // Safe because room was just made.
        unsafe UnsafeMutableRawPointer(start).storeBytes(
            of: value.littleEndian, toByteOffset: count, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    /// Appends a big-endian integer.
    public mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(
        bigEndian value: Value
    ) {
        append(littleEndian: value.byteSwapped)
    }

    /// Overwrites a little-endian integer at `offset`, which must have been written before.
    public mutating func replace<Value: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, littleEndian value: Value
    ) {
        precondition(
            offset >= 0 && MemoryLayout<Value>.size <= count - offset,
            "only written bytes are replaced")
        // Safe because the range was just checked.
        unsafe UnsafeMutableRawPointer(start).storeBytes(
            of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }
}
