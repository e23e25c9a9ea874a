import Testing

@testable import BrokerCore

/// What is wrong with policies, in AWS's words.
@Suite struct FilterRefusalTests {
    struct Case: Sendable {
        let policy: String
        let text: String
        /// Where AWS's parser stands when it sees it.
        let column: Int

        init(_ policy: String, _ text: String, column: Int) {
            self.policy = policy
            self.text = text
            self.column = column
        }
    }

    static let structure = [
        Case(#""a""#, "Filter is not an object", column: 2),
        Case("[]", "Filter is not an object", column: 2),
        Case("12", "Filter is not an object", column: 3),
        Case(#"{"key":"value"}"#, #""key" must be an object or an array"#, column: 9),
        Case(#"{"key":12}"#, #""key" must be an object or an array"#, column: 10),
        Case(
            #"{"key":{"suffix":"value","prefix":"value"}}"#,
            #""suffix" must be an object or an array"#, column: 19),
        Case(#"{"key":[]}"#, "Empty arrays are not allowed", column: 10),
        Case(#"{"key":{}}"#, "Empty objects are not allowed", column: 10),
        Case(
            #"{"key":[["value"]]}"#, "Match value must be String, number, true, false, or null",
            column: 10),
        Case(
            #"{"key":["ü🦆",["value"]]}"#,
            "Match value must be String, number, true, false, or null", column: 16),
        Case(#"{"key":[{}]}"#, "Match expression name not found", column: 11),
        Case(
            #"{"key":[{"wrong-operator":"value"}]}"#, "Unrecognized match type wrong-operator",
            column: 28),
        Case(
            #"{"key":[{"suffix":"value","prefix":"value"}]}"#,
            "Only one key allowed in match expression", column: 37),
        Case(#"{"$or":[{"a":["x"]}]}"#, "Unrecognized match type a", column: 15),
        Case(#"{"$or":[{"a":["x"]},{}]}"#, "Unrecognized match type a", column: 15),
        Case(#"{"$or":{}}"#, "Empty objects are not allowed", column: 10),
        Case(#"{"$or":[]}"#, "Empty arrays are not allowed", column: 10),
        Case(
            #"{"$or":[{"a":["x"]},{"b":1}]}"#, #""b" must be an object or an array"#, column: 27),
    ]

    static let strings = [
        Case(#"{"key":[{"suffix":100}]}"#, "suffix match pattern must be a string", column: 22),
        Case(#"{"key":[{"prefix":100}]}"#, "prefix match pattern must be a string", column: 22),
        Case(#"{"key":[{"prefix":["a"]}]}"#, "prefix match pattern must be a string", column: 20),
        Case(
            #"{"key":[{"equals-ignore-case":null}]}"#,
            "equals-ignore-case match pattern must be a string", column: 35),
        Case(#"{"key":[{"wildcard":1}]}"#, "wildcard match pattern must be a string", column: 22),
        Case(
            #"{"key":[{"wildcard":"a**b"}]}"#, "Consecutive wildcard characters at pos 2",
            column: 27),
        Case(
            #"{"key":[{"wildcard":"a\\b"}]}"#, "Invalid escape character at pos 2", column: 27),
        Case(#"{"key":[{"wildcard":"\\"}]}"#, "Invalid escape character at pos 1", column: 25),
        Case(
            #"{"key":[{"exists":"no"}]}"#, "exists match pattern must be either true or false.",
            column: 20),
        Case(#"{"key":[{"cidr":12}]}"#, "prefix match pattern must be a string", column: 19),
        Case(
            #"{"key":[{"cidr":"bad-filter"}]}"#, "Malformed CIDR, one '/' required", column: 29),
        Case(#"{"key":[{"cidr":"1.2.3.4/5/6"}]}"#, "Malformed CIDR, one '/' required", column: 30),
        Case(
            #"{"key":[{"cidr":"1.2.3.4/x"}]}"#, "Malformed CIDR, mask bits must be an integer",
            column: 28),
        Case(
            #"{"key":[{"cidr":"1.2.3.4/-1"}]}"#, "Malformed CIDR, mask bits must not be negative",
            column: 29),
        Case(
            #"{"key":[{"cidr":"bad-filter/64"}]}"#, "Nonstandard IP address: bad-filter",
            column: 32),
        Case(#"{"key":[{"cidr":"1.2.3.4/33"}]}"#, "IPv4 mask bits must be < 33", column: 29),
        Case(#"{"key":[{"cidr":"::1/129"}]}"#, "IPv6 mask bits must be < 129", column: 26),
    ]

    static let numeric = [
        Case(#"{"key":[{"numeric":"x"}]}"#, "Value of numeric must be an array.", column: 21),
        Case(#"{"key":[{"numeric":[]}]}"#, "Invalid member in numeric match: ]", column: 22),
        Case(#"{"key":[{"numeric":[12]}]}"#, "Invalid member in numeric match: 12", column: 23),
        Case(
            #"{"key":[{"numeric":["operator"]}]}"#,
            "Unrecognized numeric range operator: operator", column: 32),
        Case(
            #"{"key":[{"numeric":["x",1]}]}"#, "Unrecognized numeric range operator: x",
            column: 26),
        Case(
            #"{"key":[{"numeric":["=","000"]}]}"#, "Value of equals must be numeric", column: 26),
        Case(#"{"key":[{"numeric":[">"]}]}"#, "Value of > must be numeric", column: 25),
        Case(
            #"{"key":[{"numeric":["<",100,">",30]}]}"#,
            "Too many elements in numeric expression", column: 30),
        Case(
            #"{"key":[{"numeric":[">",0,30]}]}"#, "Bad value in numeric range: 30", column: 29),
        Case(
            #"{"key":[{"numeric":[">",0,">",30]}]}"#, "Bad numeric range operator: >", column: 30),
        Case(#"{"key":[{"numeric":[">",0,"<"]}]}"#, "Value of < must be numeric", column: 31),
        Case(
            #"{"key":[{"numeric":[">",30,"<",10]}]}"#, "Bottom must be less than top", column: 35),
        Case(
            #"{"key":[{"numeric":[">",30,"<=",30]}]}"#, "Bottom must be less than top", column: 36),
        Case(
            #"{"key":[{"numeric":[">",0,"<",30,"<",50]}]}"#,
            "Too many terms in numeric range expression", column: 35),
        Case(
            #"{"key":[{"numeric":["=",5000000001]}]}"#,
            "Value must be between -5.0E9 and 5.0E9, inclusive", column: 36),
    ]

    static let exceptions = [
        Case(
            #"{"key":[{"anything-but":true}]}"#,
            "Value of anything-but must be an array or single string/number value.", column: 29),
        Case(
            #"{"key":[{"anything-but":["a",null]}]}"#,
            "Inside anything but list, start|null|boolean is not supported.", column: 34),
        Case(
            #"{"key":[{"anything-but":["a",1]}]}"#,
            "Inside anything but list, either all values are number or string, mixed type is not "
                + "supported", column: 32),
        Case(
            #"{"key":[{"anything-but":[]}]}"#,
            "Inside anything but list, either all values are number or string, mixed type is not "
                + "supported", column: 27),
        Case(
            #"{"key":[{"anything-but":{"exists":true}}]}"#,
            "Unsupported anything-but pattern: exists", column: 39),
        Case(
            #"{"key":[{"anything-but":{}}]}"#, "Anything-But expression name not found",
            column: 27),
        Case(
            #"{"key":[{"anything-but":{"prefix":false}}]}"#,
            "prefix match pattern must be a string", column: 40),
        Case(
            #"{"key":[{"anything-but":{"suffix":""}}]}"#, "Null prefix/suffix not allowed",
            column: 37),
        Case(
            #"{"key":[{"anything-but":{"prefix":"a","suffix":"b"}}]}"#,
            "Only one key allowed in match expression", column: 49),
    ]

    @Test(arguments: structure + strings + numeric + exceptions)
    func aRefusalSaysWhatAndWhere(_ example: Case) {
        #expect(
            refusal(example.policy)
                == "\(example.text)\n at [Source: (String)\"\(example.policy)\"; line: 1, column: "
                + "\(example.column)]")
    }

    @Test func linesAreCounted() {
        let policy = "{\n \"a\": [\"x\"],\r\n \"b\": [\n  [] ]\r}"
        #expect(
            refusal(policy)
                == "Match value must be String, number, true, false, or null\n at [Source: (String)"
                + "\"\(policy)\"; line: 4, column: 4]")
    }

    @Test func longTextsAreShownInPart() {
        let policy = "{\"a\":\"\(String(repeating: "x", count: 600))\"}"
        #expect(
            refusal(policy)
                == "\"a\" must be an object or an array\n at [Source: (String)"
                + "\"{\"a\":\"\(String(repeating: "x", count: 494))\"[truncated 108 chars]; "
                + "line: 1, column: 7]")
    }

    static let malformed = [
        (
            "{invalid",
            "Unexpected character ('i' (code 105)): was expecting double-quote to start "
                + "field name", 2
        ),
        ("", "No content to map due to end-of-input", 1),
        (
            "invalid",
            "Unrecognized token 'invalid': was expecting (JSON String, Number, Array, "
                + "Object or token 'null', 'true' or 'false')", 1
        ),
        (
            #"{"a" "b"}"#,
            "Unexpected character ('\"' (code 34)): was expecting a colon to separate "
                + "field name and value", 6
        ),
        (
            #"{"a":["b"} "#,
            "Unexpected character ('}' (code 125)): was expecting comma to "
                + "separate Array entries", 10
        ),
        (
            #"{"a":["b"] "c"}"#,
            "Unexpected character ('\"' (code 34)): was expecting comma to "
                + "separate Object entries", 12
        ),
        (
            "{\"a\":[\"b",
            "Unexpected end-of-input: was expecting closing quote for a string value", 9
        ),
        ("{\"a", "Unexpected end-of-input in field name", 4),
        (#"{"a":[01]}"#, "Invalid numeric value: Leading zeroes not allowed", 7),
        (#"{"a":["\x"]}"#, "Unrecognized character escape 'x' (code 120)", 9),
        (
            "{\"a\":[\"\u{1}\"]}",
            "Illegal unquoted character ((CTRL-CHAR, code 1)): has to be "
                + "escaped using backslash to be included in string value", 8
        ),
    ]

    @Test(arguments: malformed)
    func malformedTextsAreRefusedAsJacksonDoes(policy: String, text: String, column: Int) {
        #expect(
            refusal(policy)
                == "failed to parse JSON. \(text)\n at [Source: REDACTED "
                + "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: "
                + "\(column)]")
    }

    @Test(arguments: [
        "{", "{\"a\":", "{\"a\":[", "{\"a\":[1", "{\"a\":[1,", "{\"a\":[1]", "{\"a\":[1],", "[",
        "{\"a\":[1]}}", "{\"a\":[1]} x", "{\"a\":[1,]}", "{\"a\":[1],}", "{\"a\":[-]}",
        "{\"a\":[1.]}", "{\"a\":[1e]}", "{\"a\":[.5]}", "{\"a\":[+1]}", "{\"a\":[nul]}",
        "{\"a\":[\"\\u12G4\"]}", "{\"a\":[\"\\u12", "{\"a\":[\"\\", "{a:[1]}", "{'a':[1]}",
        "{\"a\":[NaN]}", "\u{FEFF}{}", "\u{0}", "{}\u{0}",
    ])
    func whatIsNoJSONIsRefusedAsThat(policy: String) throws {
        #expect(try #require(refusal(policy)).hasPrefix("failed to parse JSON. "))
    }

    @Test func aFaultOfTheTextComesBeforeFaultsOfThePolicy() throws {
        #expect(try #require(refusal(#"{"a":"x","b":}"#)).hasPrefix("failed to parse JSON. "))
    }
}
