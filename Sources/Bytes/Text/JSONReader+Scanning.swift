import CLinux

/// Strings and numbers of a JSON text, byte by byte.
extension JSONReader {
    // MARK: Strings

    /// Reads the string whose quote stands at the offset.
    mutating func scanString(unescaping: Bool) throws(JSONError) -> ByteView {
        offset += 1
        let first = offset
        var end = offset
        // Safe because the offset never passes the count, and `end` never the offset.
        if unescaping { unsafe apus_json_unescape(start, count, &offset, &end) }
        while true {
            offset += unsafe apus_scan_json_read(start + offset, count - offset)
            guard offset < count else { throw .unexpectedEnd }
            switch byte(offset) {
            case 0x22:
                offset += 1
                return view(first, unescaping ? end : offset - 1)
            case 0x5C:
                try scanEscape()
            case 0x80...:
                let length = unsafe apus_utf8_length(start + offset, count - offset)
                guard length > 0 else { throw .invalidUTF8 }
                offset += length
            default:
                throw .controlCharacter
            }
            precondition(!unescaping, "unescaping stops at nothing that is sound")
        }
    }

    /// Consumes an escape; its backslash stands at the offset.
    private mutating func scanEscape() throws(JSONError) {
        guard offset + 1 < count else {
            offset = count
            throw .unexpectedEnd
        }
        switch byte(offset + 1) {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            offset += 2
            return
        case 0x75:
            break
        default:
            throw .invalidEscape
        }
        let unit = try scanUnit()
        guard unit & 0xF800 == 0xD800 else { return }
        guard unit < 0xDC00, offset + 1 < count, byte(offset) == 0x5C, byte(offset + 1) == 0x75
        else { throw .loneSurrogate }
        let low = try scanUnit()
        guard low & 0xFC00 == 0xDC00 else { throw .loneSurrogate }
    }

    /// Consumes `\uXXXX`.
    private mutating func scanUnit() throws(JSONError) -> UInt32 {
        guard count - offset >= 6 else {
            offset = count
            throw .unexpectedEnd
        }
        var unit: UInt32 = 0
        for index in 2..<6 {
            let digit = Hex.value(byte(offset + index))
            guard digit < 16 else { throw .invalidEscape }
            unit = unit << 4 | UInt32(digit)
        }
        offset += 6
        return unit
    }

    // MARK: Numbers

    mutating func scanNumber() throws(JSONError) -> JSONNumber {
        let first = offset
        var isInteger = true
        if byte(offset) == 0x2D { offset += 1 }
        let digits = offset
        try scanDigits()
        if byte(digits) == 0x30, offset - digits > 1 { throw .invalidNumber }
        if offset < count, byte(offset) == 0x2E {
            offset += 1
            isInteger = false
            try scanDigits()
        }
        if offset < count, byte(offset) | 0x20 == 0x65 {
            offset += 1
            isInteger = false
            if offset < count, byte(offset) == 0x2B || byte(offset) == 0x2D { offset += 1 }
            try scanDigits()
        }
        return JSONNumber(raw: view(first, offset), isInteger: isInteger)
    }

    /// Consumes one digit or more.
    mutating func scanDigits() throws(JSONError) {
        guard offset < count else { throw .unexpectedEnd }
        guard byte(offset) &- 0x30 < 10 else { throw .invalidNumber }
        while offset < count, byte(offset) &- 0x30 < 10 { offset += 1 }
    }
}
