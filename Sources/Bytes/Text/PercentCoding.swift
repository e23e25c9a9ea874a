import CLinux

/// Percent-encoding of URLs and forms (RFC 3986, section 2.1).
public enum PercentCoding {
    /// Appends what `text` stands for; false, with nothing appended, when a percent sign is not
    /// followed by two hexadecimal digits.
    public static func decode(
        _ text: ByteView, plusIsSpace: Bool, into writer: inout ByteWriter
    ) -> Bool {
        let before = writer.count
        writer.reserve(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == 0x25 {
                guard let decoded = escape(text, index) else {
                    writer.truncate(to: before)
                    return false
                }
                writer.append(decoded)
                index += 3
            } else {
                writer.append(plusIsSpace && byte == 0x2B ? 0x20 : byte)
                index += 1
            }
        }
        return true
    }

    /// The value of a form's field, decoded in place: the front of `text`, with plus signs as spaces.
    ///
    /// A percent sign without two hexadecimal digits stands for itself. O(n), a block at a time.
    public static func decodeForm(_ text: MutableByteView) -> MutableByteView {
        guard let start = unsafe text.start else { return text }
        // Safe because the function stays within the text.
        return unsafe text[0..<apus_form_decode(start, text.count)]
    }

    /// The byte that the escape at `index` stands for.
    private static func escape(_ text: ByteView, _ index: Int) -> UInt8? {
        guard text.count - index >= 3 else { return nil }
        let (high, low) = (Hex.value(text[index + 1]), Hex.value(text[index + 2]))
        return high | low < 16 ? high << 4 | low : nil
    }

    /// Whether a byte stands for itself: letters, digits and `-._~`.
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }
}

extension ByteWriter {
    /// Appends `bytes` with everything escaped but letters, digits and `-._~`, in upper case.
    public mutating func append(percentEncoded bytes: ByteView) {
        reserve(bytes.count)
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if PercentCoding.isUnreserved(byte) {
                append(byte)
            } else {
                append(0x25)
                append(Hex.upperDigit(byte >> 4))
                append(Hex.upperDigit(byte & 15))
            }
        }
    }
}
