/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
public enum Base64 {
    private static let invalid: UInt8 = 0xFF

    /// Appends the bytes that `text` stands for; false, with nothing appended, when it is not base64.
    ///
    /// Strict: no white space, padding is required, and unused bits are zero, so that every value
    /// has one text only.
    public static func decode(_ text: ByteView, into writer: inout ByteWriter) -> Bool {
        guard text.count & 3 == 0 else { return false }
        guard text.count > 0 else { return true }
        let before = writer.count
        writer.reserve(text.count / 4 * 3)
        for index in stride(from: 0, to: text.count - 4, by: 4) {
            guard let group = group(text, index, digits: 4) else {
                writer.truncate(to: before)
                return false
            }
            writer.append(UInt8(truncatingIfNeeded: group >> 16))
            writer.append(bigEndian: UInt16(truncatingIfNeeded: group))
        }
        guard decodeLast(text.dropFirst(text.count - 4), into: &writer) else {
            writer.truncate(to: before)
            return false
        }
        return true
    }

    /// Decodes the last group, the one that may be padded.
    private static func decodeLast(_ text: ByteView, into writer: inout ByteWriter) -> Bool {
        let padding = text[3] != 0x3D ? 0 : text[2] != 0x3D ? 1 : 2
        guard let group = group(text, 0, digits: 4 - padding) else { return false }
        guard group & (1 << UInt32(padding * 8) - 1) == 0 else { return false }
        for index in 0..<(3 - padding) {
            writer.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - index * 8)))
        }
        return true
    }

    /// The 24 bits of a group of which only the first `digits` count.
    @inline(__always)
    private static func group(_ text: ByteView, _ index: Int, digits: Int) -> UInt32? {
        let first = value(text[index])
        let second = value(text[index + 1])
        let third = digits > 2 ? value(text[index + 2]) : 0
        let fourth = digits > 3 ? value(text[index + 3]) : 0
        guard first | second | third | fourth < 64 else { return nil }
        return UInt32(first) << 18 | UInt32(second) << 12 | UInt32(third) << 6 | UInt32(fourth)
    }

    @inline(__always)
    private static func value(_ digit: UInt8) -> UInt8 {
        switch digit {
        case 0x41...0x5A: digit &- 0x41
        case 0x61...0x7A: digit &- 0x47
        case 0x30...0x39: digit &+ 4
        case 0x2B: 62
        case 0x2F: 63
        default: invalid
        }
    }
}

extension ByteWriter {
    /// Appends `bytes` in padded base64.
    public mutating func append(base64 bytes: ByteView) {
        reserve((bytes.count + 2) / 3 * 4)
        let alphabet: ByteView = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let whole = bytes.count - bytes.count % 3
        for index in stride(from: 0, to: whole, by: 3) {
            let group =
                UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8
                | UInt32(bytes[index + 2])
            append(littleEndian: Self.text(group, alphabet))
        }
        switch bytes.count - whole {
        case 1:
            let text = Self.text(UInt32(bytes[whole]) << 16, alphabet)
            append(littleEndian: text & 0xFFFF | 0x3D3D_0000)
        case 2:
            let group = UInt32(bytes[whole]) << 16 | UInt32(bytes[whole + 1]) << 8
            append(littleEndian: Self.text(group, alphabet) & 0xFF_FFFF | 0x3D00_0000)
        default:
            break
        }
    }

    /// Four digits, the first lowest.
    @inline(__always)
    private static func text(_ group: UInt32, _ alphabet: ByteView) -> UInt32 {
        UInt32(alphabet[Int(group >> 18 & 63)]) | UInt32(alphabet[Int(group >> 12 & 63)]) << 8
            | UInt32(alphabet[Int(group >> 6 & 63)]) << 16
            | UInt32(alphabet[Int(group & 63)]) << 24
    }
}
