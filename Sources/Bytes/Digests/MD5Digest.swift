import COpenSSL

/// An MD5 digest: 128 bits, shown as 32 hexadecimal digits.
public struct MD5Digest: Hashable, Sendable {
    /// Digest bytes 0..<8, the first byte lowest.
    public var first: UInt64
    /// Digest bytes 8..<16, the first byte lowest.
    public var second: UInt64

    /// A digest of these two little-endian halves.
    public init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The digest at place `number` of `digests`, which lie one after the other, 16 bytes each.
    public init(number: Int, of digests: ByteView) {
        first = digests.littleEndian(at: number * 16)
        second = digests.littleEndian(at: number * 16 + 8)
    }

    /// The digest of `bytes`, by OpenSSL. Several at once are faster in an `MD5Batch`.
    public init(of bytes: ByteView) {
        var halves: (UInt64, UInt64) = (0, 0)
        // Safe because MD5 writes 16 bytes into 16 bytes of storage.
        unsafe withUnsafeMutableBytes(of: &halves) { out in
            unsafe bytes.withUnsafeBytes { source in
                _ = unsafe MD5(
                    source.baseAddress?.assumingMemoryBound(to: UInt8.self), source.count,
                    out.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
        }
        self.init(first: UInt64(littleEndian: halves.0), second: UInt64(littleEndian: halves.1))
    }

    /// The digests of several views, in their order.
    public static func digests(of views: [ByteView]) -> [MD5Digest] {
        var batch = MD5Batch(capacity: views.count)
        for view in views { batch.add(view) }
        batch.finish()
        return (0..<views.count).map { batch[$0] }
    }
}

extension ByteWriter {
    /// Appends the 32 digits of a digest.
    public mutating func append(hex digest: MD5Digest) {
        append(hexLittleEndian: digest.first)
        append(hexLittleEndian: digest.second)
    }
}
