import Bytes
import Testing

@testable import BrokerCore

/// Whatever the bytes are, policies are compiled or refused, and messages match or do not.
@Suite struct FilterFuzzTests {
    private static let policy =
        #"{"a":["x",1.5e1,null,{"prefix":"\u00e4\n"}],"b.c":{"d":[{"numeric":[">",1,"<=",2]}]},"#
        + #""$or":[{"e":[{"anything-but":{"wildcard":"a*\\*b"}}]},{"f":[{"cidr":"::1/64"}]}]}"#
    private static let bytes = Array(#"{}[]",:\u0019eE.-+tfn*/$or aä"#.utf8)

    private static func mutilated(_ text: [UInt8], _ shuffle: inout Shuffle) -> [UInt8] {
        var text = text
        for _ in 0...shuffle.below(2) {
            let place = shuffle.below(text.count)
            switch shuffle.below(3) {
            case 0: text[place] = shuffle.one(of: bytes)
            case 1: text.insert(shuffle.one(of: bytes), at: place)
            default: if text.count > 1 { text.remove(at: place) }
            }
        }
        if shuffle.below(4) == 0 { text.removeLast(shuffle.below(text.count)) }
        return text
    }

    @Test(arguments: 1...4)
    func mutilatedPoliciesAndBodiesNeverTrap(seed: Int) throws {
        var shuffle = Shuffle(seed: UInt64(seed))
        let body = Array(
            #"{"a":"x","b":[{"c":{"d":1.5}},2],"e":"a1*b","f":["::1"],"b.c":{"d":true}}"#.utf8)
        var compiled = 0
        for _ in 0..<2_000 {
            let text = String(
                decoding: Self.mutilated(Array(Self.policy.utf8), &shuffle), as: UTF8.self)
            let scope: FilterPolicyScope =
                shuffle.below(2) == 0 ? .messageBody : .messageAttributes
            guard let policy = try? FilterPolicy(text, scope: scope) else { continue }
            compiled += 1
            let noise = (0..<shuffle.below(60)).map { _ in UInt8(shuffle.below(256)) }
            noise.withByteView { attributes in
                Self.mutilated(body, &shuffle).withByteView { body in
                    var facts = MessageFacts(attributes: attributes, body: body)
                    _ = policy.matches(&facts)
                    let filters = SubscriptionFilters()
                    filters.insert(1, policy)
                    var matches: [UInt32] = []
                    filters.matching(&facts, into: &matches)
                    #expect(matches == (policy.matches(&facts) ? [1] : []))
                }
            }
        }
        #expect(compiled > 50)
    }

    @Test func randomBytesNeverTrap() {
        var shuffle = Shuffle(seed: 9)
        for _ in 0..<5_000 {
            let bytes = (0..<shuffle.below(80)).map { _ in
                shuffle.below(2) == 0 ? UInt8(shuffle.below(256)) : shuffle.one(of: Self.bytes)
            }
            _ = refusal(String(decoding: bytes, as: UTF8.self))
            bytes.withByteView { view in
                let tape = BodyTape(view)
                #expect(tape.nodes.first.map { $0.end == tape.nodes.count } ?? true)
            }
        }
    }

    @Test func bodiesOfAnyShapeAreRead() throws {
        let policy = try FilterPolicy(#"{"a":{"b":["x"]},"c":[1]}"#, scope: .messageBody)
        let filters = SubscriptionFilters()
        for number in 0..<300 {
            filters.insert(
                UInt32(number),
                try FilterPolicy("{\"key-\(number)\":{\"x\":[1]}}", scope: .messageBody))
        }
        for body in [
            String(repeating: #"{"a":"#, count: 100_000), String(repeating: "[", count: 100_000),
            "{\"\(String(repeating: ".", count: 100_000))\":1}",
            "{\"a\":\(String(repeating: "[", count: 62))1\(String(repeating: "]", count: 62))}",
            "{\"a\":[\(String(repeating: "{},", count: 50_000))1]}",
        ] {
            let message = FilterMessage.body(body)
            #expect(!message.matches(policy))
            let matches = message.withFacts { facts in
                var matches: [UInt32] = []
                filters.matching(&facts, into: &matches)
                return matches
            }
            #expect(matches.isEmpty)
        }
    }
}
