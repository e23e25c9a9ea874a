/// The wildcard operator: `*` is any run of characters, `\*` an asterisk, `\\` a backslash.
extension PolicyCompiler {
    mutating func wildcard(
        _ pattern: String, at offset: Int
    ) throws(FilterPolicyError) -> FilterPattern {
        let asterisk = UInt8(ascii: "*")
        let backslash = UInt8(ascii: "\\")
        let characters = Array(pattern.utf8)
        var parts: [[UInt8]] = [[]]
        var index = 0
        while index < characters.count {
            let following = index + 1 < characters.count ? characters[index + 1] : nil
            // AWS counts from the quote before the pattern.
            switch characters[index] {
            case asterisk:
                guard following != asterisk else {
                    throw source.fault(
                        "Consecutive wildcard characters at pos \(index + 1)", at: offset)
                }
                parts.append([])
            case backslash:
                guard let following, following == asterisk || following == backslash else {
                    throw source.fault("Invalid escape character at pos \(index + 1)", at: offset)
                }
                parts[parts.count - 1].append(following)
                index += 1
            default:
                parts[parts.count - 1].append(characters[index])
            }
            index += 1
        }
        let wildcards = parts.count - 1
        wildcardPoints += wildcards > 1 ? 3 * wildcards : 1
        let first = tables.literals.count
        for part in parts { appendLiteral(part) }
        return FilterPattern(
            kind: .wildcard, operand: FilterPattern.Operand(first..<tables.literals.count))
    }

    private mutating func appendLiteral(_ text: [UInt8]) {
        let first = tables.bytes.count
        tables.bytes += text
        tables.literals.append(
            WildcardLiteral(
                text: FilterPattern.Operand(first..<tables.bytes.count),
                failures: tables.failures.count))
        var border = 0
        for index in text.indices {
            if index > 0 {
                while border > 0, text[index] != text[border] {
                    border = Int(tables.failures[tables.failures.count - index + border - 1])
                }
                if text[index] == text[border] { border += 1 }
            }
            tables.failures.append(UInt32(border))
        }
    }
}
