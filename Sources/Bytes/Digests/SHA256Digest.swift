import COpenSSL

/// A SHA-256 digest: 32 bytes, and HMAC over it.
public struct SHA256Digest: Hashable, Sendable {
    /// The four words, the first byte of the digest lowest in the first.
    public var words: InlineArray<4, UInt64>

    /// A digest of these little-endian words.
    public init(words: InlineArray<4, UInt64>) { self.words = words }

    /// The digest of `bytes`.
    public init(of bytes: ByteView) {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        self = hasher.finish()
    }

    /// The HMAC (RFC 2104) of `message` under `key`.
    public static func hmac(_ message: ByteView, key: ByteView) -> SHA256Digest {
        HMACKey(key).authenticate(message)
    }

    /// The digest of 32 bytes, or nil when there are more or fewer.
    public init?(bytes: ByteView) {
        guard bytes.count == 32 else { return nil }
        words = InlineArray { index in bytes.littleEndian(at: index * 8) }
    }

    /// Calls `body` with a view of the 32 bytes.
    public func withView<Result>(_ body: (ByteView) -> Result) -> Result {
        let bytes = words
        return unsafe withUnsafeBytes(of: bytes) { buffer in
            // Safe because the view dies before the copy that it shows.
            unsafe body(
                ByteView(
                    unsafeStart: buffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    count: 32))
        }
    }

    /// Whether both digests are the same, in a time that does not tell where they differ.
    public static func == (left: SHA256Digest, right: SHA256Digest) -> Bool {
        var difference: UInt64 = 0
        for index in 0..<4 { difference |= left.words[index] ^ right.words[index] }
        return difference == 0
    }

    /// Feeds the words to a hasher.
    public func hash(into hasher: inout Hasher) {
        for index in 0..<4 { hasher.combine(words[index]) }
    }
}

/// SHA-256 of several runs of bytes, as if they stood one after the other. A value: a copy goes on
/// from where it was copied.
@safe
public struct SHA256Hasher: @unchecked Sendable {
    private var context = SHA256_CTX()

    /// A hasher of nothing yet.
    public init() { _ = unsafe SHA256_Init(&context) }

    /// Adds the bytes of a view.
    public mutating func update(_ bytes: ByteView) {
        unsafe bytes.withUnsafeBytes { buffer in
            // Safe because the function reads `count` bytes, and none of an empty view.
            _ = unsafe SHA256_Update(&context, buffer.baseAddress, buffer.count)
        }
    }

    /// The digest of everything added so far.
    public func finish() -> SHA256Digest {
        var copy = context
        var words = InlineArray<4, UInt64>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &words) { buffer in
            // Safe because SHA-256 writes 32 bytes into 32 bytes of storage.
            _ = unsafe SHA256_Final(
                buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), &copy)
        }
        return SHA256Digest(words: InlineArray { index in UInt64(littleEndian: words[index]) })
    }
}

/// A key of HMAC-SHA256, made ready once so that each message costs two blocks less.
public struct HMACKey: Sendable {
    private let inner: SHA256Hasher
    private let outer: SHA256Hasher

    /// Makes a key ready. Keys longer than 64 bytes are digested first, as RFC 2104 says.
    public init(_ key: ByteView) {
        var block = ByteWriter(capacity: 64)
        if key.count > 64 {
            SHA256Digest(of: key).withView { block.append($0) }
        } else {
            block.append(key)
        }
        while block.count < 64 { block.append(0) }
        inner = Self.hasher(over: block.view, masked: 0x36)
        outer = Self.hasher(over: block.view, masked: 0x5C)
    }

    /// The HMAC of `message`.
    public func authenticate(_ message: ByteView) -> SHA256Digest {
        var inner = inner
        inner.update(message)
        var outer = outer
        inner.finish().withView { outer.update($0) }
        return outer.finish()
    }

    private static func hasher(over block: ByteView, masked mask: UInt8) -> SHA256Hasher {
        var masked = ByteWriter(capacity: 64)
        for index in 0..<block.count { masked.append(block[index] ^ mask) }
        var hasher = SHA256Hasher()
        hasher.update(masked.view)
        return hasher
    }
}
