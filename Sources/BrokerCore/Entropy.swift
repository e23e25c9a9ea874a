import Bytes

/// The broker's randomness: a keyed counter, unpredictable to whoever does not know the seed, and
/// the same sequence for the same seed.
public struct Entropy: Sendable {
    private let key: SipKey
    private let salt: UInt64
    private var counter: UInt64 = 0

    /// A generator that starts from `seed`; a running node takes it from the kernel.
    public init(seed: (UInt64, UInt64, UInt64)) {
        key = SipKey(k0: seed.0, k1: seed.1)
        salt = seed.2
    }

    /// The next 128 bits.
    public mutating func next() -> Hash128 {
        counter &+= 1
        var hasher = SipHasher(key: key)
        hasher.update(littleEndian: salt)
        hasher.update(littleEndian: counter)
        return hasher.finish()
    }

    /// A fresh message identifier, marked as a random UUID (RFC 9562, version 4).
    public mutating func nextMessageID() -> MessageID {
        MessageID(random: next())
    }
}
