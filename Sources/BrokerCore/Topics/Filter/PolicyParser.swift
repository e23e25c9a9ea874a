/// Reads the JSON text of a policy into nodes that know where they stand.
///
/// Not `JSONParser`, because AWS tells where and what the fault is, and clients compare the text.
struct PolicyParser {
    let source: PolicySource
    var offset = 0

    init(_ source: PolicySource) { self.source = source }

    /// The value that the whole text is.
    static func parse(_ source: PolicySource) throws(FilterPolicyError) -> PolicyNode {
        var parser = PolicyParser(source)
        parser.skipSpace()
        guard parser.peek != nil else {
            throw source.malformed("No content to map due to end-of-input", at: 0)
        }
        let node = try parser.value(depth: 1)
        parser.skipSpace()
        guard parser.peek == nil else { throw parser.unexpected(Self.expectedValue) }
        return node
    }

    private static let expectedValue =
        "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or "
        + "'false')"

    private mutating func value(depth: Int) throws(FilterPolicyError) -> PolicyNode {
        guard depth <= FilterLimits.depth else { throw FilterPolicyError.tooComplex }
        skipSpace()
        let first = offset
        let content: PolicyNode.Content
        switch peek {
        case UInt8(ascii: "{"): content = .object(try members(depth: depth))
        case UInt8(ascii: "["): content = .array(try elements(depth: depth))
        case UInt8(ascii: "\""): content = .string(try string(" for a string value"))
        case UInt8(ascii: "-"), .some(0x30...0x39): content = .number(try number())
        case .some(let byte): content = try word(byte)
        case nil: throw source.unfinished("")
        }
        return PolicyNode(content: content, first: first, end: offset)
    }

    private mutating func members(
        depth: Int
    ) throws(FilterPolicyError) -> [PolicyNode.Member] {
        let first = offset
        var members: [PolicyNode.Member] = []
        offset += 1
        skipSpace()
        if take(UInt8(ascii: "}")) { return [] }
        while true {
            skipSpace()
            guard let byte = peek else { throw unclosed("Object", first) }
            guard byte == UInt8(ascii: "\"") else {
                throw unexpected("was expecting double-quote to start field name")
            }
            let name = try string(" in field name")
            skipSpace()
            guard take(UInt8(ascii: ":")) else {
                guard peek != nil else { throw source.unfinished(" within/between Object entries") }
                throw unexpected("was expecting a colon to separate field name and value")
            }
            members.append(PolicyNode.Member(name: name, value: try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else {
                guard peek != nil else { throw unclosed("Object", first) }
                throw unexpected("was expecting comma to separate Object entries")
            }
        }
    }

    private mutating func elements(depth: Int) throws(FilterPolicyError) -> [PolicyNode] {
        let first = offset
        var elements: [PolicyNode] = []
        offset += 1
        skipSpace()
        if take(UInt8(ascii: "]")) { return [] }
        while true {
            skipSpace()
            guard peek != nil else { throw unclosed("Array", first) }
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else {
                guard peek != nil else { throw unclosed("Array", first) }
                throw unexpected("was expecting comma to separate Array entries")
            }
        }
    }

    /// `true`, `false` or `null`, of which `byte` would be the first.
    private mutating func word(_ byte: UInt8) throws(FilterPolicyError) -> PolicyNode.Content {
        let first = offset
        guard Self.isWordByte(byte) else { throw unexpected(Self.expectedValue) }
        while let next = peek, Self.isWordByte(next) { offset += 1 }
        let word = String(decoding: source.bytes[first..<offset], as: UTF8.self)
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default:
            throw source.malformed(
                "Unrecognized token '\(word)': was expecting (JSON String, Number, Array, Object "
                    + "or token 'null', 'true' or 'false')", at: first)
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F
            || byte >= 0x80
    }

    private mutating func number() throws(FilterPolicyError) -> String {
        let first = offset
        _ = take(UInt8(ascii: "-"))
        let digits = offset
        try skipDigits("expected digit (0-9) to follow minus sign, for valid numeric value")
        if source.bytes[digits] == 0x30, offset - digits > 1 {
            throw source.malformed(
                "Invalid numeric value: Leading zeroes not allowed", at: digits)
        }
        if take(UInt8(ascii: ".")) {
            try skipDigits("Decimal point not followed by a digit")
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits("Exponent indicator not followed by a digit")
        }
        return String(decoding: source.bytes[first..<offset], as: UTF8.self)
    }

    private mutating func skipDigits(_ fault: String) throws(FilterPolicyError) {
        let first = offset
        while let byte = peek, byte >= 0x30, byte <= 0x39 { offset += 1 }
        guard offset == first else { return }
        guard peek != nil else { throw source.unfinished("") }
        throw source.malformed(
            "Unexpected character (\(source.character(at: offset))) in numeric value: \(fault)",
            at: offset)
    }

    private func unclosed(_ kind: String, _ first: Int) -> FilterPolicyError {
        source.unfinished(": expected close marker for \(kind) \(source.startMarker(first))")
    }

    func unexpected(_ what: String) -> FilterPolicyError {
        source.malformed(
            "Unexpected character (\(source.character(at: offset))): \(what)", at: offset)
    }

    var peek: UInt8? { offset < source.bytes.count ? source.bytes[offset] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            offset += 1
        }
    }
}
