/// Changes inputs a little, the same way for the same seed.
struct Mutation {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 2 &+ 1 }

    private mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % max(bound, 1)
    }

    /// The input with a byte or a stretch of it changed, or continued by another one.
    mutating func mutated(_ input: [UInt8], with others: [[UInt8]]) -> [UInt8] {
        var bytes = input
        let place = below(bytes.count)
        let end = min(bytes.count, place + 1 + below(8))
        switch below(6) {
        case 0 where !bytes.isEmpty: bytes[place] = UInt8(below(256))
        case 1 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(below(8))
        case 2: bytes.removeSubrange(min(place, end)..<end)
        case 3: bytes.insert(contentsOf: bytes[min(place, end)..<end], at: place)
        case 4: bytes.removeLast(bytes.count - place)
        default:
            let other = others[below(others.count)]
            bytes.replaceSubrange(place..., with: other.suffix(below(other.count + 1)))
        }
        return bytes
    }
}
