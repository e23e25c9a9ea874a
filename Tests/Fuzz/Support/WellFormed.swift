/// Whether a text is XML as the query protocol writes it: elements, attributes, text and the entities
/// it knows; no more than a parser needs that trusts nothing.
struct WellFormed {
    private var rest: Substring.UnicodeScalarView

    static func check(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        var reader = WellFormed(rest: text.unicodeScalars[...])
        if reader.take("<?") {
            guard reader.skip(past: "?>") else { return false }
            reader.skipSpace()
        }
        guard reader.element(depth: 0) else { return false }
        reader.skipSpace()
        return reader.rest.isEmpty
    }

    private mutating func element(depth: Int) -> Bool {
        guard depth < 50, take("<"), let name = name() else { return false }
        while true {
            skipSpace()
            if take("/>") { return true }
            if take(">") { break }
            guard self.name() != nil, take("=\""), text(until: "\""), take("\"") else {
                return false
            }
        }
        while true {
            guard text(until: "<") else { return false }
            if take("</") {
                return self.name() == name && take(">")
            }
            guard element(depth: depth + 1) else { return false }
        }
    }

    private mutating func text(until end: Unicode.Scalar) -> Bool {
        while let scalar = rest.first, scalar != end {
            rest.removeFirst()
            switch scalar {
            case "&":
                let known = ["amp;", "lt;", "gt;", "quot;", "apos;", "#xD;", "#xA;", "#x9;"]
                guard known.contains(where: { take($0) }) else { return false }
            case "<", ">": return false
            case "\t", "\n", "\r": continue
            default:
                guard scalar.value >= 0x20, scalar.value & 0xFFFE != 0xFFFE else { return false }
            }
        }
        return !rest.isEmpty
    }

    private mutating func name() -> String? {
        let name = rest.prefix {
            $0.properties.isAlphabetic || ($0.value >= 0x30 && $0.value < 0x3B)
        }
        rest = rest.dropFirst(name.count)
        return name.isEmpty ? nil : String(String.UnicodeScalarView(name))
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.unicodeScalars) else { return false }
        rest = rest.dropFirst(text.unicodeScalars.count)
        return true
    }

    private mutating func skip(past text: String) -> Bool {
        while !rest.isEmpty {
            if take(text) { return true }
            rest.removeFirst()
        }
        return false
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" }
    }
}
