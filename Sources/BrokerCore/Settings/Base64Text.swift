import Bytes

/// Base64 of text, for the opaque tokens of the control plane.
enum Base64Text {
    /// The base64 of the text's UTF-8.
    static func encode(_ text: String) -> String {
        var plain = ByteWriter()
        plain.append(text)
        var encoded = ByteWriter()
        encoded.append(base64: plain.view)
        return encoded.view.string
    }

    /// The text whose base64 this is; nil when it is not the base64 of any.
    static func decode(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var group: UInt32 = 0
        var bitCount = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "=") { break }
            guard let digit = value(of: byte) else { return nil }
            group = group << 6 | UInt32(digit)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bitCount)))
            }
        }
        // Only the canonical form is accepted: padding and spare bits are as `encode` writes them.
        guard let result = String(validating: bytes, as: UTF8.self), encode(result) == text else {
            return nil
        }
        return result
    }

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
