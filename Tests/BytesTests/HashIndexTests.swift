import Bytes
import Testing

@Suite struct HashIndexTests {
    @Test(arguments: 0..<12 as Range<UInt64>)
    func anIndexBehavesLikeADictionary(seed: UInt64) {
        var shuffle = Shuffle(seed: seed)
        let index = HashIndex()
        var model: [Hash128: UInt32] = [:]
        // Few keys make overwriting and removing likely; many make the table grow again and again.
        let keys = [40, 500, 20_000][Int(seed % 3)]
        for step in 0..<40_000 {
            let number = UInt64(shuffle.below(keys))
            // Sequential keys, keys that differ in high bits only, and mixed ones.
            let key = [
                Hash128(first: number, second: 0), Hash128(first: number << 48, second: 1),
                Hash128(first: number &* 0x1234_5678_9ABC_DEF1, second: number),
            ][Int(seed / 3 % 3)]
            switch shuffle.below(step < 20_000 ? 4 : 3) {
            case 0: #expect(index.remove(key) == model.removeValue(forKey: key))
            case 1: #expect(index[key] == model[key])
            default:
                let value = UInt32(truncatingIfNeeded: shuffle.next())
                index.insert(key, value)
                model[key] = value
            }
            #expect(index.count == model.count)
        }
        for (key, value) in model { #expect(index[key] == value) }
        for key in model.keys { #expect(index.remove(key) == model[key]) }
        #expect(index.count == 0)
    }

    @Test func keysThatAllWantTheSameSlotAreFound() {
        let index = HashIndex()
        // `first ^ second` is the same for all of them.
        let keys = (0..<300 as Range<UInt64>).map { Hash128(first: $0, second: $0 ^ 77) }
        for (number, key) in keys.enumerated() { index.insert(key, UInt32(number)) }
        for (number, key) in keys.enumerated() { #expect(index[key] == UInt32(number)) }
        for key in keys.shuffled() {
            #expect(index.remove(key) != nil)
            #expect(index[key] == nil)
        }
        #expect(index.count == 0)
    }

    @Test func removingAllGivesTheMemoryBack() {
        let index = HashIndex()
        let before = index.memoryByteCount
        for number in 0..<10_000 as Range<UInt64> {
            index.insert(Hash128(first: number, second: 1), 1)
        }
        #expect(index.memoryByteCount > before)
        index.removeAll()
        #expect(index.memoryByteCount == before && index.count == 0)
        #expect(index[Hash128(first: 5, second: 1)] == nil)
    }
}
