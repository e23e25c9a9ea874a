import Bytes

/// The bytes that have a meaning in HTTP and in forms.
enum Character {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let percent: UInt8 = 0x25
    static let ampersand: UInt8 = 0x26
    static let comma: UInt8 = 0x2C
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let questionMark: UInt8 = 0x3F
}

extension ByteView {
    /// Whether the bytes are exactly those of the literal.
    func `is`(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && hasPrefix(text)
    }

    /// The bytes without blanks and tabs at either end.
    var trimmed: ByteView {
        var lower = 0
        var upper = count
        while lower < upper, self[lower] == Character.space || self[lower] == Character.tab {
            lower += 1
        }
        while upper > lower, self[upper - 1] == Character.space || self[upper - 1] == Character.tab
        {
            upper -= 1
        }
        return self[lower..<upper]
    }

    /// Whether the bytes begin with the literal, which has no capitals, in any case of letters.
    func hasPrefix(lowercase text: StaticString) -> Bool {
        prefix(text.utf8CodeUnitCount).equals(lowercase: text)
    }

    /// Whether these are the characters of a header name or a method: at least one, no other.
    var isToken: Bool { count > 0 && tokenByteCount == count }

    /// The digits as a number; nil for anything else and for more than 18 digits.
    var decimalNumber: Int? {
        guard count > 0, count <= 18 else { return nil }
        var number = 0
        var index = 0
        while index < count {
            let digit = self[index] &- Character.zero
            guard digit <= 9 else { return nil }
            number = number * 10 + Int(digit)
            index += 1
        }
        return number
    }

    /// Where the literal first stands, or nil. O(n).
    func firstIndex(of text: StaticString) -> Int? {
        let expected = ByteView(text)
        var from = 0
        while let found = firstIndex(of: expected[0], from: from) {
            if dropFirst(found).hasPrefix(text) { return found }
            from = found + 1
        }
        return nil
    }

    /// Where `byte` last stands, or nil. O(n).
    func lastIndex(of byte: UInt8) -> Int? {
        var index = count
        while index > 0 {
            index -= 1
            if self[index] == byte { return index }
        }
        return nil
    }
}

extension UInt8 {
    /// Whether it may stand in a header name: a letter, a digit or one of ``!#$%&'*+-.^_`|~``.
    var isTokenCharacter: Bool {
        guard self < 128 else { return false }
        let set: UInt64 = self < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return set >> UInt64(self & 63) & 1 == 1
    }

    /// The value of a hexadecimal digit; nil for any other byte.
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x37
        case 0x61...0x66: self - 0x57
        default: nil
        }
    }
}
