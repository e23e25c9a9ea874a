import Testing

@testable import BrokerCore

@Suite struct SettingsJSONTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0.5e+10", "1E-7", "\"\"", "[]", "{}", "[1,[2],{}]",
        #"{"b":1,"a":[true,null,"x"]}"#, #""\"\\\n\r\t\b\f\u0001ü🦆""#, "\"/\"",
    ])
    func compactTextsPrintAsTheyWere(text: String) {
        #expect(JSONValue(parsing: text)?.description == text)
    }

    @Test func spaceAndEscapesAreRead() {
        #expect(
            JSONValue(parsing: " { \"a\\u0062\" :\t[ 1 , \"\\/\\ud83e\\udd86\" ]\r\n} ")
                == .object([.init("ab", .array([.number("1"), .string("/🦆")]))]))
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "tru", "01", "1.", ".5", "-", "+1", "1e", "1e+", "NaN", "\"",
        "\"a", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud83e\"", "\"\\ud83e\\u0041\"",
        "\"\\udd86\"", "\"\n\"", "[", "[1", "[1,", "[1,]", "[,1]", "]", "{", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}", "{a:1}", "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":2}", "1 2", "'a'", "[1]]",
        "\u{FEFF}1",
    ])
    func malformedTextsAreNone(text: String) {
        #expect(JSONValue(parsing: text) == nil)
    }

    @Test func depthAndSizeAreBounded() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(JSONValue(parsing: nested(QueueLimits.jsonDepth)) != nil)
        #expect(JSONValue(parsing: nested(QueueLimits.jsonDepth + 1)) == nil)
        #expect(JSONValue(parsing: String(repeating: "[", count: 60_000)) == nil)
        let longest = "1" + String(repeating: " ", count: QueueLimits.jsonBytes - 1)
        #expect(JSONValue(parsing: longest) == .number("1"))
        #expect(JSONValue(parsing: longest + " ") == nil)
    }

    @Test func membersMayStandInAnyOrder() throws {
        let left = try #require(JSONValue(parsing: #"{"a":{"x":1,"y":[1,2]},"b":2}"#))
        let right = try #require(JSONValue(parsing: #"{"b":2,"a":{"y":[1,2],"x":1}}"#))
        #expect(left.isEquivalent(to: right) && left != right)
        for text in [
            #"{"b":2,"a":{"y":[2,1],"x":1}}"#, #"{"b":2}"#, #"{"a":{"x":1,"y":[1,2]},"c":2}"#,
        ] {
            let other = try #require(JSONValue(parsing: text))
            #expect(!left.isEquivalent(to: other) && !other.isEquivalent(to: left))
        }
    }

    @Test func mutilatedTextsNeverTrap() {
        let text = Array(#"{"a":[1.5e3,true,null,"\u00e4\n"],"b":{"c":"\ud83e\udd86"}}"#.utf8)
        let bytes = Array(#"{}[]",:\u0019eE.-+tfn "#.utf8)
        var seed: UInt64 = 1
        func next(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for _ in 0..<5_000 {
            var changed = text
            for _ in 0...next(4) { changed[next(changed.count)] = bytes[next(bytes.count)] }
            changed.removeLast(next(changed.count))
            let value = JSONValue(parsing: String(decoding: changed, as: UTF8.self))
            guard let value else { continue }
            #expect(JSONValue(parsing: value.description) == value)
        }
    }
}
