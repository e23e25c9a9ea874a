import Testing

@testable import BrokerCore

/// How large a policy may be.
@Suite struct FilterLimitTests {
    private static let tooComplex = "Filter policy is too complex"

    private static func values(_ count: Int) -> String {
        (0..<count).map { "\"value-\($0)\"" }.joined(separator: ",")
    }

    @Test func fiveKeysAreAllowed() {
        func policy(_ count: Int) -> String {
            "{\((0..<count).map { "\"key-\($0)\":[\"x\"]" }.joined(separator: ","))}"
        }
        #expect(refusal(policy(5), .messageAttributes) == nil)
        #expect(
            refusal(policy(6), .messageAttributes)
                == "Filter policy can not have more than 5 keys")
    }

    @Test func onlyKeysAtTheTopCount() {
        #expect(
            refusal(#"{"a":{"b":["x"],"c":["x"],"d":["x"]},"e":["x"],"f":["x"],"g":["x"]}"#) == nil)
    }

    @Test(arguments: [(150, true), (151, false)])
    func oneArrayHasUpTo150Values(count: Int, isAllowed: Bool) {
        #expect(
            refusal("{\"a\":[\(Self.values(count))]}") == (isAllowed ? nil : Self.tooComplex))
    }

    /// AWS's example: 3 × 4 × 2 × 3 = 72, and with three more values 216.
    @Test func lengthsTimesDepthsMultiply() {
        let nested =
            "\"a\":{\"b\":{\"c\":[\(Self.values(4))]}},\"d\":{\"e\":[\(Self.values(3))]}"
        #expect(refusal("{\(nested)}") == nil)
        #expect(refusal("{\(nested),\"f\":[\(Self.values(2))]}") == nil)
        #expect(refusal("{\(nested),\"f\":[\(Self.values(3))]}") == Self.tooComplex)
    }

    @Test func alternativesAdd() {
        let branches = "{\"b\":[\(Self.values(10))]},{\"c\":[\(Self.values(20))]}"
        #expect(refusal("{\"a\":[\(Self.values(5))],\"$or\":[\(branches)]}") == nil)
        #expect(refusal("{\"$or\":[\(branches)],\"a\":[\(Self.values(5))]}") == nil)
        #expect(
            refusal("{\"a\":[\(Self.values(6))],\"$or\":[\(branches)]}") == Self.tooComplex)
        #expect(
            refusal("{\"$or\":[\(branches)],\"a\":[\(Self.values(6))]}") == Self.tooComplex)
    }

    @Test func alternativesOfAlternativesAreCountedBeforeTheyAreWritten() {
        var policy = "{\"z\":[1]}"
        for _ in 0..<60 { policy = "{\"$or\":[\(policy),{\"y\":[1]}],\"x\":[1]}" }
        #expect(refusal(policy) == nil)
        let choice = "{\"$or\":[{\"y\":[1]},{\"z\":[1]}]}"
        policy = (0..<5).map { "\"a\($0)\":\(choice)" }.joined(separator: ",")
        #expect(refusal("{\(policy)}") == Self.tooComplex)
    }

    @Test func attributesAreNotNested() {
        let text = "Filter policy scope MessageAttributes does not support nested filter policy"
        #expect(refusal(#"{"a":{"b":["x"]}}"#, .messageAttributes) == text)
        #expect(refusal(#"{"$or":[{"a":{"b":["x"]}},{"c":["x"]}]}"#, .messageAttributes) == text)
        #expect(refusal(#"{"$or":[{"a":["x"]},{"c":["x"]}]}"#, .messageAttributes) == nil)
        #expect(refusal(#"{"a":{"b":["x"]}}"#) == nil)
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> String {
            String(repeating: "{\"a\":", count: depth) + "[1]"
                + String(repeating: "}", count: depth)
        }
        #expect(refusal(nested(5)) == nil)
        #expect(refusal(nested(6)) == nil)
        #expect(refusal(nested(150)) == nil)
        #expect(refusal(nested(151)) == Self.tooComplex)
        #expect(refusal(nested(20_000)) == Self.tooComplex)
        #expect(refusal(String(repeating: "[", count: 100_000)) == Self.tooComplex)
        #expect(
            refusal("{\"\(String(repeating: ".", count: 100_000))\":[1]}") == Self.tooComplex)
    }

    @Test func sizeIsBounded() {
        func policy(_ count: Int) -> String {
            "{\"a\":[1]\(String(repeating: " ", count: count - 9))}"
        }
        #expect(refusal(policy(262_144)) == nil)
        #expect(refusal(policy(262_145)) == "Filter policy is too large")
    }

    @Test func wildcardsAreBounded() {
        func policy(_ pattern: String, _ count: Int) -> String {
            let patterns = (0..<count).map { "{\"wildcard\":\"\($0)\(pattern)\"}" }
            return "{\"a\":[\(patterns.joined(separator: ","))]}"
        }
        #expect(refusal(policy("*", 100)) == nil)
        #expect(refusal(policy("*", 101)) == Self.tooComplex)
        #expect(refusal(policy("*x*", 16)) == nil)
        #expect(refusal(policy("*x*", 17)) == Self.tooComplex)
    }

    @Test func thePolicyKeepsItsText() throws {
        let policy = try FilterPolicy(" { \"a\" : [1.0] } ", scope: .messageBody)
        #expect(policy.text == " { \"a\" : [1.0] } " && policy.scope == .messageBody)
        #expect(FilterPolicyScope(rawValue: "MessageBody") == .messageBody)
        #expect(FilterPolicyScope(rawValue: "messagebody") == nil)
    }
}
