/// The randomness of a run: one sequence for one seed (SplitMix64).
final class Randomness {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A sequence of its own, so that more draws here do not change what is drawn there.
    func fork() -> Randomness { Randomness(seed: next()) }

    /// The next 64 bits.
    func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is positive.
    func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// A number in `range`.
    func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    /// True in `perMille` of a thousand draws.
    func chance(_ perMille: Int) -> Bool { below(1000) < perMille }

    /// One of `choices`.
    func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }

    /// A waiting time whose mean is `mean`, in milliseconds; at least one.
    func waiting(mean: UInt64) -> UInt64 {
        // The sum of two dice is near enough to what is wanted: often short, sometimes twice as long.
        1 + next() % (mean + 1) / 2 + next() % (mean + 1)
    }

    /// The elements of `list` in another order.
    func shuffled<Element>(_ list: [Element]) -> [Element] {
        var list = list
        for index in list.indices.dropFirst().reversed() {
            list.swapAt(index, below(index + 1))
        }
        return list
    }
}
