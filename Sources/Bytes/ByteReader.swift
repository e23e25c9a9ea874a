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
    public mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(EndOfBytes) -> Value {
        guard MemoryLayout<Value>.size <= remaining else { throw EndOfBytes() }
        let value = bytes.littleEndian(at: offset, as: type)
        offset += MemoryLayout<Value>.size
        return value
    }

    /// The next integer, big-endian.
    public mutating func bigEndianInteger<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(EndOfBytes) -> Value {
        try integer(type).byteSwapped
    }
}
