import Testing

@testable import BrokerCore

/// Policies on bodies against a model that does as AWS's engine is described to do: it takes the body
/// apart into single values, each with its path and its places in arrays, and looks for one
/// value for each key such that no two of them stand in different elements of one array.
@Suite struct FilterBodyModelTests {
    private struct Value {
        let path: String
        let value: JSONValue
        /// By array, which element.
        let elements: [Int: Int]
    }

    private struct Flattening {
        var values: [Value] = []
        private var arrays = 0

        mutating func add(_ value: JSONValue, _ path: [String], _ elements: [Int: Int]) {
            switch value {
            case .object(let members):
                for member in members { add(member.value, path + [member.name], elements) }
            case .array(let list):
                arrays += 1
                let array = arrays
                for (index, element) in list.enumerated() {
                    add(element, path, elements.merging([array: index]) { $1 })
                }
            default:
                values.append(
                    Value(path: path.joined(separator: "."), value: value, elements: elements))
            }
        }
    }

    /// The keys of a policy without `$or`, each with its values.
    private static func keys(
        _ policy: JSONValue, _ path: [String] = []
    ) -> [(path: String, wanted: [JSONValue])] {
        guard case .object(let members) = policy else { return [] }
        return members.flatMap { member in
            if case .array(let wanted) = member.value {
                return [(path: (path + [member.name]).joined(separator: "."), wanted: wanted)]
            }
            return keys(member.value, path + [member.name])
        }
    }

    private static func naiveMatch(
        _ keys: ArraySlice<(path: String, wanted: [JSONValue])>, _ values: [Value],
        _ elements: [Int: Int]
    ) -> Bool {
        guard let key = keys.first else { return true }
        return values.contains { value in
            value.path == key.path && key.wanted.contains(value.value)
                && value.elements.allSatisfy { elements[$0.key] ?? $0.value == $0.value }
                && naiveMatch(
                    keys.dropFirst(), values, elements.merging(value.elements) { $1 })
        }
    }

    private static func object(_ depth: Int, leaf: String, _ shuffle: inout Shuffle) -> String {
        let names = ["a", "b", "c"].shuffled(using: &shuffle).prefix(1 + shuffle.below(3))
        let members = names.map { name in
            "\"\(name)\":\(value(depth + 1, leaf: leaf, &shuffle))"
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// A value; `leaf` is `[` for policies, where only leaves are arrays.
    private static func value(_ depth: Int, leaf: String, _ shuffle: inout Shuffle) -> String {
        let scalar = "\(shuffle.below(2))"
        if leaf == "[" {
            return depth < 3 && shuffle.below(2) == 0
                ? object(depth, leaf: leaf, &shuffle) : "[\(scalar)]"
        }
        guard depth < 5 else { return scalar }
        switch shuffle.below(6) {
        case 0, 1: return object(depth, leaf: leaf, &shuffle)
        case 2, 3, 4:
            let elements = (0..<shuffle.below(4)).map { _ in
                value(depth + 1, leaf: leaf, &shuffle)
            }
            return "[\(elements.joined(separator: ","))]"
        default: return scalar
        }
    }

    @Test(arguments: 1...4)
    func bodiesMatchAsByTheModel(seed: Int) throws {
        var shuffle = Shuffle(seed: UInt64(seed))
        var matched = 0
        for _ in 0..<800 {
            let text = Self.object(0, leaf: "[", &shuffle)
            let body = Self.object(0, leaf: "", &shuffle)
            guard let policy = try? FilterPolicy(text, scope: .messageBody) else { continue }
            var flattening = Flattening()
            flattening.add(try #require(JSONValue(parsing: body)), [], [:])
            let keys = Self.keys(try #require(JSONValue(parsing: text)))
            let wanted = Self.naiveMatch(keys[...], flattening.values, [:])
            matched += wanted ? 1 : 0
            #expect(FilterMessage.body(body).matches(policy) == wanted, "\(text) and \(body)")
        }
        #expect(matched > 10)
    }
}
