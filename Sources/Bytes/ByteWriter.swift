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
        guard count + extra > capacity else { return }
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

    /// Appends the bytes of a view.
    public mutating func append(_ bytes: ByteView) {
        guard bytes.count > 0 else { return }
        reserve(bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            // Safe because room was just made and a non-empty view has an address.
            _ = unsafe memcpy(start + count, source.baseAddress.unsafelyUnwrapped, source.count)
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
        var text = text
        text.withUTF8 { bytes in
            unsafe append(ByteView(unsafeStart: bytes.baseAddress, count: bytes.count))
        }
    }

    /// Appends an array of bytes.
    public mutating func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe append(ByteView(unsafeStart: buffer.baseAddress, count: buffer.count))
        }
    }

    /// Appends `length` bytes that `fill` writes into the buffer it is given.
    public mutating func append(count length: Int, fill: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        reserve(length)
        // Safe because room was just made.
        unsafe fill(UnsafeMutableBufferPointer(start: start + count, count: length))
        count += length
    }

    /// Overwrites the bytes at `offset`, which must have been written before.
    public mutating func replace(at offset: Int, with bytes: ByteView) {
        precondition(offset >= 0 && offset + bytes.count <= count, "only written bytes are replaced")
        for index in 0..<bytes.count { unsafe start[offset + index] = bytes[index] }
    }

    /// Appends `value` in decimal digits.
    public mutating func append(decimal value: UInt64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var first = 20
        var rest = value
        repeat {
            first -= 1
            digits[first] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        reserve(20 - first)
        for index in first..<20 { append(digits[index]) }
    }

    /// Appends `value` in decimal digits, with a minus sign when negative.
    public mutating func append(decimal value: Int) {
        if value < 0 { append(0x2D) }
        append(decimal: UInt64(value.magnitude))
    }

    /// Appends a little-endian integer.
    public mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
        var rest = value
        for _ in 0..<(Value.bitWidth / 8) {
            append(UInt8(truncatingIfNeeded: rest))
            if Value.bitWidth > 8 { rest >>= 8 }
        }
    }

    /// Appends a big-endian integer.
    public mutating func append<Value: FixedWidthInteger>(bigEndian value: Value) {
        append(littleEndian: value.byteSwapped)
    }
}
