import Bytes

/// Compares the patterns of one policy with values.
struct FilterMatcher {
    let tables: FilterTables
    /// `tables.bytes`, held in place.
    let bytes: ByteView

    /// Whether the value is what one of the patterns asks for.
    func matches(anyOf patterns: FilterPattern.Operand, _ value: FilterValue) -> Bool {
        for index in patterns.range where matches(tables.patterns[index], value) { return true }
        return false
    }

    private func matches(_ pattern: FilterPattern, _ value: FilterValue) -> Bool {
        switch pattern.kind {
        case .text, .prefix, .suffix, .ignoringCase, .wildcard, .addressIPv4, .addressIPv6:
            return value.kind == .string && matches(pattern, value.text)
        case .number, .range:
            return value.isNumeric && value.number >= pattern.low && value.number <= pattern.high
        case .digits: return value.kind == .number && value.text == text(pattern.operand)
        case .true: return value.kind == .true
        case .false: return value.kind == .false
        case .null: return value.kind == .null
        case .exists:
            return value.kind != .null && !(value.kind == .string && value.text.isEmpty)
        case .absent: return false
        case .anythingBut:
            for index in pattern.operand.range
            where matches(tables.exceptions[index], value) { return false }
            return true
        }
    }

    private func matches(_ pattern: FilterPattern, _ value: ByteView) -> Bool {
        switch pattern.kind {
        case .text: return value == text(pattern.operand)
        case .prefix:
            let operand = text(pattern.operand)
            return value.count >= operand.count && value.prefix(operand.count) == operand
        case .suffix:
            let operand = text(pattern.operand)
            return value.count >= operand.count
                && value.dropFirst(value.count - operand.count) == operand
        case .ignoringCase: return isEqualIgnoringCase(value, text(pattern.operand))
        case .wildcard: return matchesWildcard(value, pattern.operand.range)
        default: return isAddress(value, of: pattern)
        }
    }

    /// The bytes of an operand or a name.
    func text(_ operand: FilterPattern.Operand) -> ByteView { bytes[operand.range] }

    private func isAddress(_ value: ByteView, of block: FilterPattern) -> Bool {
        guard let address = NetworkAddress(value),
            address.isIPv6 == (block.kind == .addressIPv6)
        else { return false }
        let network = address.masked(Int(block.operand.count))
        return Int64(bitPattern: network.high) == block.high
            && Int64(bitPattern: network.low) == block.low
    }

    /// `lower` is in lower case. Outside ASCII both are compared as text.
    private func isEqualIgnoringCase(_ value: ByteView, _ lower: ByteView) -> Bool {
        var index = 0
        while index < value.count {
            var byte = value[index]
            if byte >= 0x80 {
                return value.string.lowercased().utf8.elementsEqual(lower.string.utf8)
            }
            if byte &- 0x41 < 26 { byte |= 0x20 }
            if index == lower.count || byte != lower[index] { return false }
            index += 1
        }
        return value.count == lower.count
    }
}

/// Wildcards.
extension FilterMatcher {
    /// Whether the value is the first literal, then the others in order with anything between them,
    /// the last one at its end.
    private func matchesWildcard(_ value: ByteView, _ literals: Range<Int>) -> Bool {
        let first = text(tables.literals[literals.lowerBound].text)
        guard literals.count > 1 else { return value == first }
        let last = text(tables.literals[literals.upperBound - 1].text)
        guard value.count >= first.count + last.count, value.prefix(first.count) == first,
            value.dropFirst(value.count - last.count) == last
        else { return false }
        // The leftmost place for each literal leaves the most to the others.
        var rest = value[first.count..<value.count - last.count]
        for index in literals.dropFirst().dropLast() {
            guard let end = endOfFirst(tables.literals[index], in: rest) else { return false }
            rest = rest.dropFirst(end)
        }
        return true
    }

    /// Where the first occurrence of a literal ends. O(n), by Knuth, Morris and Pratt.
    private func endOfFirst(_ literal: WildcardLiteral, in text: ByteView) -> Int? {
        let wanted = self.text(literal.text)
        var matched = 0
        var index = 0
        while index < text.count {
            if matched == 0 {
                guard let next = text.firstIndex(of: wanted[0], from: index) else { return nil }
                index = next
            }
            let byte = text[index]
            while matched > 0, byte != wanted[matched] {
                matched = Int(tables.failures[literal.failures + matched - 1])
            }
            if byte == wanted[matched] { matched += 1 }
            index += 1
            if matched == wanted.count { return index }
        }
        return nil
    }
}
