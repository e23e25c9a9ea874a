import Testing

@testable import BrokerCore

/// `SubscriptionFilters` finds what evaluating every policy finds, in order.
@Suite struct FilterSubscriptionsTests {
    /// Subscriptions in a dictionary, each policy evaluated for each message.
    struct NaiveFilters {
        var policies: [UInt32: FilterPolicy?] = [:]

        func matching(_ message: FilterMessage) -> [UInt32] {
            policies.keys.sorted().filter { number in
                guard let policy = policies[number] ?? nil else { return true }
                return message.matches(policy)
            }
        }
    }

    private static func matching(
        _ filters: SubscriptionFilters, _ message: FilterMessage
    ) -> [UInt32] {
        message.withFacts { facts in
            var matches: [UInt32] = []
            filters.matching(&facts, into: &matches)
            return matches
        }
    }

    @Test func subscriptionsComeInTheOrderOfTheirNumbers() throws {
        let filters = SubscriptionFilters()
        let policy = try FilterPolicy(#"{"a":["x","y"]}"#, scope: .messageAttributes)
        let prefix = try FilterPolicy(#"{"a":[{"prefix":"x"}]}"#, scope: .messageAttributes)
        for (number, policy) in [(7, policy), (3, nil), (5, prefix), (1, policy), (9, nil)] {
            filters.insert(UInt32(number), policy)
        }
        #expect(filters.count == 5)
        #expect(Self.matching(filters, .attributes(["a=x"])) == [1, 3, 5, 7, 9])
        #expect(Self.matching(filters, .attributes(["a=y"])) == [1, 3, 7, 9])
        #expect(Self.matching(filters, .attributes([])) == [3, 9])
    }

    @Test func anotherPolicyReplacesTheFirst() throws {
        let filters = SubscriptionFilters()
        filters.insert(1, try FilterPolicy(#"{"a":["x"]}"#, scope: .messageAttributes))
        filters.insert(1, try FilterPolicy(#"{"a":["y"]}"#, scope: .messageBody))
        #expect(Self.matching(filters, .attributes(["a=x"])) == [])
        #expect(Self.matching(filters, .body(#"{"a":"y"}"#)) == [1])
        filters.insert(1, nil)
        #expect(Self.matching(filters, .attributes([])) == [1])
        filters.remove(1)
        filters.remove(1)
        #expect(filters.count == 0)
        #expect(Self.matching(filters, .attributes([])) == [])
    }

    @Test func aPolicyThatMatchesEverythingIsLikeNone() throws {
        let filters = SubscriptionFilters()
        filters.insert(4, try FilterPolicy("{}", scope: .messageBody))
        #expect(Self.matching(filters, .attributes([])) == [4])
    }

    @Test func matchesAreAppended() throws {
        let filters = SubscriptionFilters()
        filters.insert(4, nil)
        let matches = FilterMessage().withFacts { facts in
            var matches: [UInt32] = [8]
            filters.matching(&facts, into: &matches)
            return matches
        }
        #expect(matches == [8, 4])
    }

    @Test(arguments: 1...8)
    func subscriptionsAreFoundAsByTheNaiveModel(seed: Int) {
        var shuffle = Shuffle(seed: UInt64(seed))
        let writer = PolicyWriter()
        let filters = SubscriptionFilters()
        var model = NaiveFilters()
        let numbers = seed % 2 == 0 ? 40 : 400
        for _ in 0..<1_500 {
            let number = UInt32(shuffle.below(numbers))
            switch shuffle.below(10) {
            case 0..<4:
                let policy = writer.policy(&shuffle)
                filters.insert(number, policy)
                model.policies.updateValue(policy, forKey: number)
            case 4:
                filters.insert(number, nil)
                model.policies.updateValue(nil, forKey: number)
            case 5..<8:
                filters.remove(number)
                model.policies.removeValue(forKey: number)
            default:
                let message = writer.message(&shuffle)
                #expect(
                    Self.matching(filters, message) == model.matching(message), "seed \(seed)")
            }
            #expect(filters.count == model.policies.count)
        }
    }

    @Test(arguments: 1...4)
    func sortedNumbersAreASortedSet(seed: Int) {
        var shuffle = Shuffle(seed: UInt64(seed))
        var numbers = SortedNumbers()
        var model: Set<UInt32> = []
        for step in 0..<20_000 {
            // Grows and shrinks in turns, sometimes in order.
            let number =
                step % 3_000 < 500 ? UInt32(step + 50_000) : UInt32(shuffle.below(6_000))
            if (step / 4_000) % 2 == 0 ? shuffle.below(4) > 0 : shuffle.below(4) == 0 {
                numbers.insert(number)
                model.insert(number)
            } else {
                #expect(numbers.remove(number) == (model.remove(number) != nil))
            }
            #expect(numbers.count == model.count)
            guard step % 500 == 0 else { continue }
            var result: [UInt32] = []
            let others = (0..<shuffle.below(50)).map { _ in UInt32(shuffle.below(60_000)) }
            let distinct = Set(others).subtracting(model).sorted()
            let all = model.union(distinct).sorted()
            #expect(numbers.merge(distinct, from: 0, limit: .max, into: &result))
            #expect(result == all)
            // And in parts.
            result = []
            var isWhole = false
            while !isWhole {
                let limit = 1 + shuffle.below(1_500)
                let first = result.last.map { $0 + 1 } ?? 0
                let before = result.count
                isWhole = numbers.merge(distinct, from: first, limit: limit, into: &result)
                #expect(isWhole || result.count == before + limit)
            }
            #expect(result == all)
        }
    }
}

/// Writes policies and messages of few keys and values, so that they often meet.
struct PolicyWriter {
    private static let keys = ["a", "b", "c", "a.b", "b.c"]
    private static let values = [#""x""#, #""y""#, #""xyz""#, "1", "2.50", "true", "null"]
    private static let operators = [
        #"{"prefix":"x"}"#, #"{"suffix":"z"}"#, #"{"wildcard":"x*z"}"#, #"{"exists":true}"#,
        #"{"exists":false}"#, #"{"numeric":[">",1,"<=",2.5]}"#, #"{"anything-but":["x","y"]}"#,
        #"{"anything-but":1}"#, #"{"equals-ignore-case":"XYZ"}"#,
    ]

    /// A policy that is not too complex.
    func policy(_ shuffle: inout Shuffle) -> FilterPolicy {
        while true {
            let isBody = shuffle.below(2) == 0
            let text = object(isBody: isBody, depth: 0, &shuffle)
            let scope: FilterPolicyScope = isBody ? .messageBody : .messageAttributes
            if let policy = try? FilterPolicy(text, scope: scope) { return policy }
        }
    }

    private func object(isBody: Bool, depth: Int, _ shuffle: inout Shuffle) -> String {
        var members: [String] = []
        for key in Self.keys.shuffled(using: &shuffle).prefix(1 + shuffle.below(2)) {
            if isBody, depth < 2, shuffle.below(4) == 0 {
                members.append("\"\(key)\":\(object(isBody: true, depth: depth + 1, &shuffle))")
            } else {
                members.append("\"\(key)\":[\(patterns(&shuffle))]")
            }
        }
        if depth == 0, shuffle.below(4) == 0 {
            let branches = (0..<2).map { _ in object(isBody: isBody, depth: 2, &shuffle) }
            members.append("\"$or\":[\(branches.joined(separator: ","))]")
        }
        return "{\(members.joined(separator: ","))}"
    }

    private func patterns(_ shuffle: inout Shuffle) -> String {
        (0...shuffle.below(2)).map { _ in
            shuffle.below(3) == 0
                ? shuffle.one(of: Self.operators) : shuffle.one(of: Self.values)
        }
        .joined(separator: ",")
    }

    func message(_ shuffle: inout Shuffle) -> FilterMessage {
        var message = FilterMessage()
        for key in Self.keys.shuffled(using: &shuffle).prefix(shuffle.below(5)) {
            let (type, value) = shuffle.one(of: [
                ("String", "x"), ("String", "y"), ("String", "xyz"), ("Number", "1.0"),
                ("Number", "2.5"), ("String.Array", #"["x",1,true]"#), ("String.Array", "[null]"),
                ("String.Array", "[]"),
            ])
            message.attributes.append((name: key, type: type, value: value))
        }
        message.body = body(depth: 0, &shuffle)
        return message
    }

    private func body(depth: Int, _ shuffle: inout Shuffle) -> String {
        let kind = depth == 0 ? 0 : depth > 3 ? 9 : shuffle.below(8)
        switch kind {
        case 0, 1:
            let members = (0..<shuffle.below(5)).map { _ in
                "\"\(shuffle.one(of: Self.keys))\":\(body(depth: depth + 1, &shuffle))"
            }
            return "{\(members.joined(separator: ","))}"
        case 2:
            let elements = (0..<shuffle.below(4)).map { _ in body(depth: depth + 1, &shuffle) }
            return "[\(elements.joined(separator: ","))]"
        default: return shuffle.one(of: Self.values)
        }
    }
}
