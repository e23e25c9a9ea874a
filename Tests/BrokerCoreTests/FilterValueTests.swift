import Bytes
import Testing

@testable import BrokerCore

/// Numbers, addresses and wildcards.
@Suite struct FilterValueTests {
    private static func billionths(_ text: String) -> Int64? {
        text.withByteView { FilterNumber.billionths($0) }
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1_000_000_000), ("-1.5", -1_500_000_000),
            ("0.000000001", 1), ("0.0000000019", 1), ("1e-9", 1), ("1e-10", 0),
            ("12e3", 12_000_000_000_000),
            ("1.25E+2", 125_000_000_000), ("+7", 7_000_000_000), (".5", 500_000_000),
            ("5.", 5_000_000_000), ("1000000000.12345", 1_000_000_000_123_450_000),
            ("-1000000000.12345", -1_000_000_000_123_450_000), ("0e999999999999", 0),
            ("0000000000000000000000000000001.5", 1_500_000_000),
            ("1.50000000000000000000000000000000009", 1_500_000_000),
            ("123456789012345678901234567890e-25", 12_345_678_901_234),
            ("1e10", .max), ("-1e10", -.max), ("1e126", .max), ("-99999999999", -.max),
            ("1e99999999999999999999", .max), ("1e-99999999999999999999", 0),
        ] as [(String, Int64)])
    func numbersAreReadExactly(text: String, value: Int64) {
        #expect(Self.billionths(text) == value)
    }

    @Test(arguments: ["", "-", "+", ".", "e5", "1e", "1e+", "1x", "x", "1.2.3", "1 ", " 1", "0x1"])
    func otherTextsAreNoNumbers(text: String) {
        #expect(Self.billionths(text) == nil)
    }

    @Test func numbersOfAnyFormCompareAsTheirValues() throws {
        var shuffle = Shuffle(seed: 1)
        for _ in 0..<2_000 {
            // Up to 1e9 with five decimals, as documented.
            let (left, right) = (shuffle.below(2_000_000), shuffle.below(2_000_000))
            func text(_ value: Int) -> String {
                let digits = String(value + 100_000)
                let fraction = digits.suffix(5)
                return "\(value / 100_000).\(fraction)"
            }
            let policy = try FilterPolicy(
                "{\"n\":[{\"numeric\":[\"<\",\(text(right))]}]}", scope: .messageAttributes)
            #expect(
                FilterMessage.attributes(["n:Number=\(left)e-5"]).matches(policy) == (left < right))
            #expect(
                FilterMessage.attributes(["n:Number=\(text(left))"]).matches(policy)
                    == (left < right))
        }
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.77/24", "10.0.0.1", true), ("0.0.0.0/0", "255.255.255.255", true),
        ("1.2.3.4/32", "1.2.3.4", true), ("1.2.3.4/32", "1.2.3.5", false),
        ("1.2.3.4/31", "1.2.3.5", true), ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("10.0.0.0/8", "::ffff:a01:203", true),
        ("2001:db8::/64", "2001:db8:0:0:1::", true), ("2001:db8::/64", "2001:db8:0:1::", false),
        ("2001:db8::1/128", "2001:DB8:0::1", true), ("2001:db8::1/128", "2001:db8::2", false),
        ("2001:db8::8000:0:0:0/65", "2001:db8::8000:0:0:1", true),
        ("2001:db8::8000:0:0:0/65", "2001:db8::7000:0:0:1", false), ("::/0", "fe80::1", true),
        ("1:2:3:4:5:6:7:8/128", "1:2:3:4:5:6:7:8", true), ("::/96", "::1.2.3.4", true),
        ("1:2:3:4:5:6:1.2.3.4/128", "1:2:3:4:5:6:102:304", true),
    ])
    func addressesAreFoundInTheirBlock(block: String, address: String, isWithin: Bool) throws {
        #expect(
            try attributePolicy("{\"ip\":[{\"cidr\":\"\(block)\"}]}", matches: ["ip=\(address)"])
                == isWithin)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4 ",
        "01234.1.1.1", "a.b.c.d", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
        "12345::", "g::", "1:", ":1", "::1:", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4:1",
        "1:2:3:4:5:6:7::8", "fe80::1%eth0", "-1.2.3.4", "1:2:3:4:5:6:7:8:", "::1.2.3.4.5",
    ])
    func otherTextsAreNoAddresses(text: String) {
        #expect(text.withByteView { NetworkAddress($0) } == nil)
    }

    /// What a wildcard pattern means, without any thought for speed.
    private static func naiveMatch(_ pattern: ArraySlice<Character?>, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        guard let first else {
            return (0...text.count).contains { naiveMatch(pattern.dropFirst(), text.dropFirst($0)) }
        }
        return text.first == first && naiveMatch(pattern.dropFirst(), text.dropFirst())
    }

    @Test(arguments: 1...8)
    func wildcardsMatchAsByTheNaiveModel(seed: Int) throws {
        var shuffle = Shuffle(seed: UInt64(seed))
        var matched = 0
        for _ in 0..<1_500 {
            // Nil is a wildcard; an asterisk is one to be found.
            var pattern: [Character?] = []
            for _ in 0..<shuffle.below(9) {
                let next: Character? = shuffle.one(of: ["a", "a", "b", "*", "\\", nil, nil])
                if next != nil || pattern.last != .some(nil) { pattern.append(next) }
            }
            let text = String(
                (0..<shuffle.below(14)).map { _ in
                    shuffle.weighted(
                        [(6, "a"), (3, "b"), (1, "*"), (1, "\\")] as [(Int, Character)])
                })
            // Once for the wildcard's escapes, and once more for JSON's.
            let written = pattern.map { character in
                switch character {
                case nil: "*"
                case "*": #"\\*"#
                case "\\": #"\\\\"#
                case .some(let plain): String(plain)
                }
            }
            .joined()
            let wanted = Self.naiveMatch(pattern[...], text[...])
            matched += wanted ? 1 : 0
            #expect(
                try attributePolicy(
                    "{\"a\":[{\"wildcard\":\"\(written)\"}]}", matches: ["a=\(text)"]) == wanted,
                "\(written) and \(text)")
        }
        #expect(matched > 100)
    }

    @Test func wildcardsAreLinearInTheLengthOfTheValue() throws {
        let literal = String(repeating: "a", count: 20_000) + "b"
        let value = String(repeating: "a", count: 200_000)
        let policy = "{\"a\":[{\"wildcard\":\"*\(literal)*\"}]}"
        #expect(try !attributePolicy(policy, matches: ["a=\(value)"]))
        #expect(try attributePolicy(policy, matches: ["a=\(value)b"]))
    }
}
