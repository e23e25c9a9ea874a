import BrokerProtocol

/// Makes request identifiers: unique, not secret. SplitMix64 from a random beginning.
public struct RequestIDs {
    private var state: UInt64

    /// A sequence that begins with `seed`.
    public init(seed: UInt64) { state = seed }

    /// The next identifier, as a version 4 UUID.
    mutating func next() -> RequestID {
        let high = nextWord() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = nextWord() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return RequestID(high: high, low: low)
    }

    private mutating func nextWord() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
