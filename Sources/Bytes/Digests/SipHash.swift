/// A 128-bit hash.
public struct Hash128: Hashable, Sendable {
    /// Bytes 0..<8 of the hash, the first byte lowest.
    public var first: UInt64
    /// Bytes 8..<16 of the hash, the first byte lowest.
    public var second: UInt64

    /// A hash of these two little-endian halves.
    public init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// Whether both hashes are the same.
    public static func == (left: Hash128, right: Hash128) -> Bool {
        (left.first ^ right.first) | (left.second ^ right.second) == 0
    }
}

/// The secret key of a SipHash.
public struct SipKey: Hashable, Sendable {
    /// Bytes 0..<8 of the key, the first byte lowest.
    public var k0: UInt64
    /// Bytes 8..<16 of the key, the first byte lowest.
    public var k1: UInt64

    /// A key of these two little-endian halves.
    public init(k0: UInt64, k1: UInt64) {
        self.k0 = k0
        self.k1 = k1
    }
}

/// SipHash-2-4 of one view.
///
/// With a secret key nobody can choose inputs that collide, which is what a table needs whose keys
/// come from strangers.
public enum SipHash {
    /// The 64-bit hash of `bytes`.
    public static func hash64(_ bytes: ByteView, _ key: SipKey) -> UInt64 {
        var state = SipState(key: key, wide: false)
        state.compressWhole(bytes)
        return state.finish64()
    }

    /// The 128-bit hash of `bytes`.
    public static func hash128(_ bytes: ByteView, _ key: SipKey) -> Hash128 {
        var state = SipState(key: key, wide: true)
        state.compressWhole(bytes)
        return state.finish128()
    }
}

/// SipHash-2-4 of several runs of bytes, as if they stood one after the other.
public struct SipHasher: Sendable {
    private var state: SipState
    private var pending: UInt64 = 0
    private var length = 0

    /// A hasher for one 128-bit hash.
    public init(key: SipKey) { state = SipState(key: key, wide: true) }

    /// Adds the bytes of a view.
    public mutating func update(_ bytes: ByteView) {
        var offset = 0
        while bytes.count - offset >= 8 {
            let word: UInt64 = bytes.littleEndian(at: offset)
            add(word, byteCount: 8)
            offset += 8
        }
        while offset < bytes.count {
            add(UInt64(bytes[offset]), byteCount: 1)
            offset += 1
        }
    }

    /// Adds the bytes of an integer, lowest first.
    public mutating func update<Value: FixedWidthInteger & UnsignedInteger>(
        littleEndian value: Value
    ) {
        precondition(Value.bitWidth <= 64, "an integer of a word at most")
        add(UInt64(value), byteCount: Value.bitWidth / 8)
    }

    /// Adds one byte.
    public mutating func update(_ byte: UInt8) { add(UInt64(byte), byteCount: 1) }

    /// Adds the lowest bytes of a word, of which the others are zero.
    private mutating func add(_ word: UInt64, byteCount: Int) {
        let held = length & 7
        pending |= word &<< UInt64(truncatingIfNeeded: held * 8)
        length += byteCount
        guard held + byteCount >= 8 else { return }
        state.compress(pending)
        // What did not fit any more. A shift by 64, when nothing was held, gives zero.
        pending = word >> UInt64(truncatingIfNeeded: 64 - held * 8)
    }

    /// The hash of everything added so far.
    public func finish() -> Hash128 {
        var state = state
        state.compress(pending | UInt64(truncatingIfNeeded: length) << 56)
        return state.finish128()
    }
}

/// The four words of SipHash and its rounds.
struct SipState: Sendable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    init(key: SipKey, wide: Bool) {
        v0 = key.k0 ^ 0x736f_6d65_7073_6575
        v1 = key.k1 ^ 0x646f_7261_6e64_6f6d ^ (wide ? 0xEE : 0)
        v2 = key.k0 ^ 0x6c79_6765_6e65_7261
        v3 = key.k1 ^ 0x7465_6462_7974_6573
    }

    // Inlined by force: fourteen rounds a hash would else be fourteen calls.
    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = (v1 &<< 13 | v1 &>> 51) ^ v0
        v0 = v0 &<< 32 | v0 &>> 32
        v2 = v2 &+ v3
        v3 = (v3 &<< 16 | v3 &>> 48) ^ v2
        v0 = v0 &+ v3
        v3 = (v3 &<< 21 | v3 &>> 43) ^ v0
        v2 = v2 &+ v1
        v1 = (v1 &<< 17 | v1 &>> 47) ^ v2
        v2 = v2 &<< 32 | v2 &>> 32
    }

    mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    /// Compresses all bytes, and the last word with the length.
    mutating func compressWhole(_ bytes: ByteView) {
        let whole = bytes.count & ~7
        var offset = 0
        while offset < whole {
            compress(bytes.littleEndian(at: offset))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        while offset < bytes.count {
            last |= UInt64(bytes[offset]) &<< UInt64(truncatingIfNeeded: (offset - whole) * 8)
            offset += 1
        }
        compress(last)
    }

    mutating func finish64() -> UInt64 {
        v2 ^= 0xFF
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    mutating func finish128() -> Hash128 {
        v2 ^= 0xEE
        for _ in 0..<4 { round() }
        let first = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xDD
        for _ in 0..<4 { round() }
        return Hash128(first: first, second: v0 ^ v1 ^ v2 ^ v3)
    }
}
