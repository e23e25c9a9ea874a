/// Strings of a policy's text.
extension PolicyParser {
    /// The string whose quote comes next; `place` tells of which kind, when its end is missing.
    mutating func string(_ place: String) throws(FilterPolicyError) -> String {
        var text: [UInt8] = []
        offset += 1
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                offset += 1
                try escape(into: &text, place)
            case 0..<0x20:
                throw source.malformed(
                    "Illegal unquoted character (\(source.character(at: offset))): has to be "
                        + "escaped using backslash to be included in string value", at: offset)
            default:
                text.append(byte)
                offset += 1
            }
        }
        throw unclosed(place)
    }

    private func unclosed(_ place: String) -> FilterPolicyError {
        source.unfinished(
            place == " in field name" ? place : ": was expecting closing quote\(place)")
    }

    private mutating func escape(
        into text: inout [UInt8], _ place: String
    ) throws(FilterPolicyError) {
        guard let byte = peek else { throw unclosed(place) }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            offset += 1
            text += try scalar(place).utf8
            return
        default:
            throw source.malformed(
                "Unrecognized character escape \(source.character(at: offset))", at: offset)
        }
        offset += 1
    }

    /// The character of `\uXXXX`, or of two of them that form a surrogate pair. A half without the
    /// other stands for nothing that a message can hold, and so for U+FFFD.
    private mutating func scalar(_ place: String) throws(FilterPolicyError) -> Character {
        let first = try codeUnit(place)
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        let behind = offset
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            offset = behind
            return "\u{FFFD}"
        }
        let second = try codeUnit(place)
        guard second >= 0xDC00, second <= 0xDFFF else {
            offset = behind
            return "\u{FFFD}"
        }
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        return Unicode.Scalar(value).map(Character.init) ?? "\u{FFFD}"
    }

    private mutating func codeUnit(_ place: String) throws(FilterPolicyError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek else { throw unclosed(place) }
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("expected a hex-digit for character escape sequence")
            }
            value = value << 4 | UInt16(digit)
            offset += 1
        }
        return value
    }
}
