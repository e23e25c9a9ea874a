/// A seeded sequence of choices (SplitMix64).
struct Shuffle: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0xD134_2543_DE82_EF95 &+ 0x1234_5678_9ABC_DEF1
        // Mixed once, so that the sequences of neighbouring seeds have nothing in common.
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

    /// One of the choices, as often as their weights say.
    mutating func weighted<Value>(_ choices: [(Int, Value)]) -> Value {
        var left = below(choices.reduce(0) { $0 + $1.0 })
        for (weight, value) in choices {
            if left < weight { return value }
            left -= weight
        }
        preconditionFailure("the weights add up")
    }
}
