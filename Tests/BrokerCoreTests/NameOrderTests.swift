import Testing

@testable import BrokerCore

@Suite struct NameOrderTests {
    private final class Thing: Named {
        let name: String
        let number: UInt32
        init(_ name: String, _ number: UInt32) {
            self.name = name
            self.number = number
        }
    }

    private func names(_ list: NameOrder<Thing>, from name: String, limit: Int = .max) -> [UInt32] {
        var found: [UInt32] = []
        list.forEach(from: name) { thing in
            guard found.count < limit else { return false }
            found.append(thing.number)
            return true
        }
        return found
    }

    @Test(arguments: 1...4)
    func thingsStandInTheOrderOfNameAndNumber(seed: Int) {
        var shuffle = Shuffle(seed: UInt64(seed))
        var list = NameOrder<Thing>()
        var model: [Thing] = []
        for step in 0..<6_000 {
            // Grows and shrinks in turns, sometimes in order.
            if model.isEmpty || ((step / 2_000) % 2 == 0) == (shuffle.below(4) > 0) {
                let name =
                    step % 1_000 < 700 ? "n\(10_000 + step)" : "m\(shuffle.below(300))"
                let thing = Thing(name, UInt32(step + 1))
                list.insert(thing)
                model.append(thing)
            } else {
                let place = shuffle.below(model.count)
                list.remove(model[place])
                model.swapAt(place, model.count - 1)
                model.removeLast()
            }
            #expect(list.count == model.count)
            guard step % 250 == 249 else { continue }
            let sorted = model.sorted { ($0.name, $0.number) < ($1.name, $1.number) }
            #expect(names(list, from: "") == sorted.map(\.number))
            for name in ["m", "m150", "n10500", "n12000", "z"] {
                let limit = 1 + shuffle.below(700)
                let later = sorted.filter { $0.name >= name }.prefix(limit)
                #expect(names(list, from: name, limit: limit) == later.map(\.number))
            }
        }
    }
}
