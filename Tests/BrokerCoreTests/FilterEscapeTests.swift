import Testing

@testable import BrokerCore

/// Escapes in the strings of a policy.
@Suite struct FilterEscapeTests {
    @Test(arguments: [
        (#"\ud83e\udd86"#, "🦆"), (#"\u00e9"#, "é"), (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"),
        (#"a\tb\n"#, "a\tb\n"), (#"\b\f\r"#, "\u{8}\u{C}\r"), (#"\uFFFF"#, "\u{FFFF}"),
        (#"\uD83E\uDD86x"#, "🦆x"),
    ])
    func anEscapeStandsForItsCharacter(escape: String, text: String) throws {
        #expect(try attributePolicy(#"{"k":["\#(escape)"]}"#, matches: ["k=\(text)"]))
        #expect(try !attributePolicy(#"{"k":["\#(escape)"]}"#, matches: ["k=\(text)x"]))
    }

    /// A half of a pair on its own is no character; what follows it stays.
    @Test(arguments: [
        (#"\ud83e"#, "\u{FFFD}"), (#"\udd86"#, "\u{FFFD}"), (#"\ud83ex"#, "\u{FFFD}x"),
        (#"\ud83e\n"#, "\u{FFFD}\n"), (#"\ud83e\u0041"#, "\u{FFFD}A"),
        (#"\ud83e\ud83e\udd86"#, "\u{FFFD}🦆"), (#"\udd86\ud83e"#, "\u{FFFD}\u{FFFD}"),
    ])
    func aHalfOfAPairIsTheReplacementCharacter(escape: String, text: String) throws {
        #expect(try attributePolicy(#"{"k":["\#(escape)"]}"#, matches: ["k=\(text)"]))
    }

    @Test(arguments: [
        #"{"k":["\ud83e\u"#, #"{"k":["\ud83e\u12"#, #"{"k":["\ud83e\u12x4"]}"#, #"{"k":["\uD8"#,
        #"{"k":["\x"]}"#, #"{"k":["\"#,
    ])
    func anEscapeThatIsCutShortIsRefused(policy: String) {
        #expect(throws: FilterPolicyError.self) {
            _ = try FilterPolicy(policy, scope: .messageAttributes)
        }
    }
}
