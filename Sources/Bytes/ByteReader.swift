/// Reads fixed-size integers and counted runs from a view, front to back.
///
/// Every read past the end throws `EndOfBytes` and leaves the reader where it was.
public struct ByteReader: Sendable {
    /// Thrown when fewer bytes are left than were asked for.
    public struct EndOfBytes: Error, Sendable {
        /// The error.
        public init() {}
    }

    private let bytes: ByteView

    /// How many bytes have been read.
    public private(set) var offset: Int = 0

    /// A reader at the front of `bytes`.
    public init(_ bytes: ByteView) { self.bytes = bytes }

    /// How many bytes are left.
    public var remaining: Int { bytes.count - offset }

    /// The next `count` bytes.
    public mutating func view(_ count: Int) throws(EndOfBytes) -> ByteView {
        guard count >= 0, count <= remaining else { throw EndOfBytes() }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// The next integer, little-endian.
    public mutating func integer<Value: FixedWidthInteger>(
        _ type: Value.Type = Value.self
    ) throws(EndOfBytes) -> Value {
        let size = Value.bitWidth / 8
        guard size <= remaining else { throw EndOfBytes() }
        var value: Value = 0
        var index = size - 1
        while index >= 0 {
            if Value.bitWidth > 8 { value <<= 8 }
            value |= Value(truncatingIfNeeded: bytes[offset + index])
            index -= 1
        }
        offset += size
        return value
    }
}
