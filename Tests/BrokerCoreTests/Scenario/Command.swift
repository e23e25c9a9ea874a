/// One line of a scenario: a verb, words, and named values.
///
///     send orders "two words" group=a delay=5
///
/// A word or value in quotes may hold spaces; `\n`, `\"`, `\\` and `\u{…}` are escapes. A slash on
/// its own begins the next entry of a batch.
struct Command {
    struct Malformed: Error { var reason: String }

    var verb = ""
    var words: [String] = []
    var values: [(name: String, value: String)] = []
    /// The entries of a batch.
    var entries: [Command] = []

    init() {}

    init(parsing line: String) throws(Malformed) {
        let tokens = try Self.tokens(of: line)
        guard let first = tokens.first else { throw Malformed(reason: "an empty command") }
        verb = first.text
        var parts = tokens.dropFirst().split(
            omittingEmptySubsequences: false, whereSeparator: \.isSlash)
        let own = parts.removeFirst()
        take(own)
        for part in parts {
            var entry = Command()
            entry.take(part)
            entries.append(entry)
        }
    }

    private mutating func take(_ tokens: ArraySlice<Token>) {
        for token in tokens {
            if let name = token.name {
                values.append((name, token.text))
            } else {
                words.append(token.text)
            }
        }
    }

    subscript(name: String) -> String? { values.last { $0.name == name }?.value }

    func integer(_ name: String) throws(Malformed) -> Int? {
        guard let text = self[name] else { return nil }
        guard let value = Int(text) else { throw Malformed(reason: "\(name) is a number") }
        return value
    }

    func word(_ index: Int) throws(Malformed) -> String {
        guard index < words.count else {
            throw Malformed(reason: "'\(verb)' wants \(index + 1) words")
        }
        return words[index]
    }

    /// Milliseconds of a duration such as `250ms`, `5s`, `3m`, `12h`, `4d`.
    static func milliseconds(_ text: String) throws(Malformed) -> UInt64 {
        let units: [(String, UInt64)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        for (suffix, unit) in units where text.hasSuffix(suffix) {
            if let count = UInt64(text.dropLast(suffix.count)) { return count * unit }
        }
        throw Malformed(reason: "'\(text)' is no duration")
    }

    // MARK: Tokens

    private struct Token {
        var name: String?
        var text = ""
        var isQuoted = false
        var isSlash: Bool { name == nil && !isQuoted && text == "/" }
    }

    private static func tokens(of line: String) throws(Malformed) -> [Token] {
        var tokens: [Token] = []
        var rest = Substring(line)
        while true {
            rest = rest.drop { $0 == " " }
            guard !rest.isEmpty else { return tokens }
            var token = Token()
            while let character = rest.first, character != " " {
                rest = rest.dropFirst()
                if character == "\"" {
                    token.isQuoted = true
                    token.text += try quoted(&rest)
                } else if character == "=", token.name == nil {
                    token.name = token.text
                    token.text = ""
                } else {
                    token.text.append(character)
                }
            }
            tokens.append(token)
        }
    }

    private static func quoted(_ rest: inout Substring) throws(Malformed) -> String {
        var text = ""
        while let character = rest.first {
            rest = rest.dropFirst()
            if character == "\"" { return text }
            guard character == "\\" else {
                text.append(character)
                continue
            }
            let escaped = rest.first
            rest = rest.dropFirst()
            switch escaped {
            case "n": text.append("\n")
            case "u":
                let digits = rest.dropFirst().prefix { $0 != "}" }
                rest = rest.dropFirst(digits.count + 2)
                guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
                else { throw Malformed(reason: "a broken escape") }
                text.unicodeScalars.append(scalar)
            case let other?: text.append(other)
            case nil: throw Malformed(reason: "a broken escape")
            }
        }
        throw Malformed(reason: "a quote does not end")
    }
}
