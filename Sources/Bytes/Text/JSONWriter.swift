import CLinux

extension ByteWriter {
    /// Appends `text`, which is UTF-8, as the inside of a JSON string.
    public mutating func append(jsonEscaped text: ByteView) {
        var rest = text
        reserve(text.count)
        while true {
            // Safe because the scanner reads no more than the count it is given.
            let plain = unsafe rest.scan(apus_scan_json_write)
            append(rest.prefix(plain))
            guard plain < rest.count else { return }
            append(jsonEscape: rest[plain])
            rest = rest.dropFirst(plain + 1)
        }
    }

    /// Appends `text`, which is UTF-8, as a JSON string with its quotes.
    public mutating func append(jsonString text: ByteView) {
        append(0x22)
        append(jsonEscaped: text)
        append(0x22)
    }

    private mutating func append(jsonEscape byte: UInt8) {
        switch byte {
        case 0x22: append("\\\"")
        case 0x5C: append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        default:
            append("\\u00")
            append(Hex.digit(byte >> 4))
            append(Hex.digit(byte & 15))
        }
    }
}
