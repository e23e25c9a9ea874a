import Testing

@testable import BrokerCore

/// Policies on bodies.
@Suite struct FilterBodyTests {
    struct Case: Sendable {
        let policy: String
        let wanted: [String]
        let unwanted: [String]

        init(_ policy: String, wanted: [String], unwanted: [String]) {
            self.policy = policy
            self.wanted = wanted
            self.unwanted = unwanted
        }
    }

    static let values = [
        Case(
            #"{"store":["example_corp"],"price_usd":[{"numeric":[">=",100]}]}"#,
            wanted: [
                #"{"store":"example_corp","price_usd":210.75}"#,
                " \r\n\t{ \"price_usd\" : 1e2 , \"x\" : {} , \"store\" : \"example_corp\" } ",
                #"{"store":["a","example_corp"],"price_usd":[1,[2,300]]}"#,
                #"{"st\u006Fre":"example\u005fcorp","price_usd":100}"#,
            ],
            unwanted: [
                #"{"store":"example_corp","price_usd":99.99}"#, #"{"store":"example_corp"}"#,
                #"{"store":"example_corp","price_usd":"210"}"#, "", "{", "store", "null", "1",
                #"["store","example_corp"]"#, #""example_corp""#,
                #"[{"store":"example_corp","price_usd":210.75}]"#,
                #"{"store":"example_corp","price_usd":210.75"#,
                #"{"store":"example_corp","price_usd":210.75} x"#,
                #"{"store":"example_corp","price_usd":0210}"#,
                #"{"store":{"store":"example_corp"},"price_usd":210}"#,
            ]),
        Case(
            #"{"a":[null]}"#, wanted: [#"{"a":null}"#, #"{"a":[1,null]}"#],
            unwanted: [#"{}"#, #"{"a":"null"}"#, #"{"a":[]}"#, #"{"a":0}"#]),
        Case(
            #"{"a":[true,""]}"#, wanted: [#"{"a":true}"#, #"{"a":""}"#],
            unwanted: [#"{"a":false}"#, #"{"a":"true"}"#]),
        Case(
            #"{"a":[{"exists":true}]}"#,
            wanted: [#"{"a":1}"#, #"{"a":false}"#, #"{"a":[null,"x"]}"#],
            unwanted: [
                "{}", #"{"a":null}"#, #"{"a":""}"#, #"{"a":[]}"#, #"{"a":{}}"#, #"{"a":{"b":1}}"#,
            ]),
        Case(
            #"{"a":[{"exists":false}]}"#,
            wanted: ["{}", #"{"b":1}"#, #"{"a":[]}"#, #"{"a":[[],{}]}"#, #"{"a":{"b":1}}"#],
            unwanted: [#"{"a":1}"#, #"{"a":null}"#, #"{"a":""}"#, #"{"a":[0]}"#, ""]),
        Case(
            #"{"ip":[{"cidr":"2001:db8::/32"}]}"#,
            wanted: [#"{"ip":"2001:db8::1"}"#, #"{"ip":"2001:0DB8:ffff:0:0:0:0:1"}"#],
            unwanted: [#"{"ip":"2001:db9::1"}"#, #"{"ip":"10.0.0.1"}"#, #"{"ip":1}"#]),
        Case(
            #"{"a":[{"anything-but":"x"}]}"#,
            wanted: [#"{"a":"y"}"#, #"{"a":1}"#, #"{"a":["x","y"]}"#],
            unwanted: [#"{"a":"x"}"#, "{}", #"{"a":[]}"#, #"{"a":["x"]}"#, #"{"a":{"b":1}}"#]),
        Case("{}", wanted: ["", "{}", "text", "[]"], unwanted: []),
    ]

    static let nesting = [
        Case(
            #"{"customer_interests":{"sport":["rugby"],"team":{"name":[{"prefix":"b"}]}}}"#,
            wanted: [#"{"customer_interests":{"team":{"name":"bees"},"sport":"rugby"}}"#],
            unwanted: [
                #"{"customer_interests":{"team":{"name":"ants"},"sport":"rugby"}}"#,
                #"{"customer_interests":{"team":"bees","sport":"rugby"}}"#,
                #"{"customer_interests":"rugby","team":{"name":"bees"}}"#,
            ]),
        Case(
            #"{"object":{"key":[{"prefix":"auto-"}],"nested":[{"exists":false}]},"#
                + #""test":[{"exists":false}]}"#,
            wanted: [#"{"object":{"key":"auto-1"}}"#],
            unwanted: [
                #"{"object":{"key":"auto-1","nested":1}}"#,
                #"{"object":{"key":"auto-1"},"test":"data"}"#, #"{"object":{"key":"x"}}"#,
            ]),
        Case(
            #"{"a":{"b":[{"exists":false}]}}"#,
            wanted: [
                "{}", #"{"a":{}}"#, #"{"a":1}"#, #"{"a":[]}"#, #"{"a":{"b":{"c":1}}}"#,
                #"{"a":[{"b":1},{"c":2}]}"#,
            ],
            unwanted: [#"{"a":{"b":1}}"#, #"{"a":{"b":null}}"#, #"{"a":[{"b":1}]}"#]),
        Case(
            #"{"a":{"$or":[{"b":["x"]},{"c":["y"]}]},"d":["z"]}"#,
            wanted: [#"{"a":{"b":"x"},"d":"z"}"#, #"{"a":{"b":"w","c":"y"},"d":"z"}"#],
            unwanted: [#"{"a":{"b":"x"}}"#, #"{"a":{"b":"w"},"d":"z"}"#, #"{"b":"x","d":"z"}"#]),
    ]

    static let dots = [
        Case(
            #"{"a.b":["x"]}"#, wanted: [#"{"a.b":"x"}"#, #"{"a":{"b":"x"}}"#],
            unwanted: [#"{"a":"x"}"#, #"{"b":"x"}"#, #"{"a.c":"x"}"#]),
        Case(
            #"{"a":{"b":["x"],"c":["y"]}}"#,
            wanted: [
                #"{"a.b":"x","a.c":"y"}"#, #"{"a":{"b":"x"},"a.c":"y"}"#,
                #"{"a":{"c":"y"},"a.b":["x"]}"#,
            ],
            unwanted: [#"{"a.b":"x","a":{"c":"z"}}"#, #"{"a.b":"x"}"#]),
        Case(
            #"{"a":{"b":{"c":["x"]}}}"#,
            wanted: [#"{"a.b.c":"x"}"#, #"{"a.b":{"c":"x"}}"#, #"{"a":{"b.c":"x"}}"#],
            unwanted: [#"{"a.b":"x"}"#]),
        Case(
            #"{"a":{"b":[{"exists":false}],"c":["y"]}}"#,
            wanted: [#"{"a.c":"y"}"#, #"{"a.c":"y","a":{"d":1}}"#],
            unwanted: [#"{"a.c":"y","a":{"b":1}}"#, #"{"a.c":"y","a.b":1}"#]),
        Case(
            #"{"a":["x"],"a.b":["y"]}"#,
            wanted: [#"{"a":"x","a.b":"y"}"#, #"{"a":["x",{"b":"y"}]}"#],
            unwanted: [#"{"a":"x"}"#, #"{"a":{"b":"y"}}"#]),
        Case(
            #"{".":["x"]}"#, wanted: [#"{"":{"":"x"}}"#, #"{".":"x"}"#],
            unwanted: [#"{"":"x"}"#]),
    ]

    static let arrays = [
        Case(
            #"{"records":{"name":["put"],"size":[{"numeric":[">",10]}]}}"#,
            wanted: [
                #"{"records":[{"name":"get","size":1},{"name":"put","size":11}]}"#,
                #"{"records":{"name":"put","size":11}}"#,
                #"{"records":[[{"name":"put","size":[1,11]}],7,"x",null]}"#,
            ],
            unwanted: [
                #"{"records":[{"name":"get","size":11},{"name":"put","size":1}]}"#,
                #"{"records":[]}"#, #"{"records":[{"name":"put"},{"size":11}]}"#,
            ]),
        Case(
            #"{"a":{"b":{"c":["1"],"d":["2"]},"e":["3"]}}"#,
            wanted: [
                #"{"a":[{"b":[{"c":"1","d":"2"}],"e":"3"}]}"#,
                #"{"a":[{"b":[{"c":"1"},{"d":"2","c":["1"]}],"e":"3"},{}]}"#,
            ],
            unwanted: [
                #"{"a":[{"b":[{"c":"1"},{"d":"2"}],"e":"3"}]}"#,
                #"{"a":[{"b":[{"c":"1","d":"2"}]},{"e":"3"}]}"#,
            ]),
        Case(
            #"{"a":{"b":["1"]},"c":{"d":["2"]}}"#,
            wanted: [#"{"a":[{"x":1},{"b":"1"}],"c":[{"d":"2"},{"d":"3"}]}"#],
            unwanted: [#"{"a":[{"b":"1"}],"c":[]}"#]),
        Case(
            #"{"a":{"b":["1"],"c":[{"exists":false}]}}"#,
            wanted: [#"{"a":[{"b":"1","c":1},{"b":"1"}]}"#],
            unwanted: [#"{"a":[{"b":"1","c":1},{"b":"2"}]}"#]),
    ]

    @Test(arguments: values + nesting + dots + arrays)
    func aPolicyWantsWhatItSays(_ example: Case) throws {
        for body in example.wanted {
            #expect(
                try bodyPolicy(example.policy, matches: body), "\(example.policy) wants \(body)")
        }
        for body in example.unwanted {
            #expect(
                try !bodyPolicy(example.policy, matches: body),
                "\(example.policy) does not want \(body)")
        }
    }

    @Test func policiesOnBodiesDoNotLookAtAttributes() throws {
        let policy = try FilterPolicy(#"{"a":["x"]}"#, scope: .messageBody)
        #expect(!FilterMessage.attributes(["a=x"]).matches(policy))
    }

    /// Alternatives of elements multiply only where keys share an array.
    @Test func manyArraysAreSearchedOneByOne() throws {
        let text = #"{"a":{"x":["1"],"y":["2"]},"b":{"x":["1"],"y":["2"]},"c":{"x":["3"]}}"#
        let elements = String(repeating: #"{"x":"1"},{"y":"2"},"#, count: 4_000)
        let body = #"{"a":[\#(elements){"x":"1","y":"2"}],"b":[\#(elements)0],"c":[\#(elements)0]}"#
        #expect(try !bodyPolicy(text, matches: body))
    }
}
