import CLinux
import Glibc

/// Strings and numbers of a JSON text, byte by byte.
extension JSONReader {
    // MARK: Strings

    /// Reads the string whose quote stands at the offset.
    mutating func scanString(unescaping: Bool) throws(JSONError) -> ByteView {
        offset += 1
        let first = offset
        var end = offset
        while true {
            // Safe because the offset never passes the count, and `end` never the offset.
            if unescaping {
                unsafe apus_json_unescape(start, count, &offset, &end)
            } else {
                offset += unsafe apus_scan_json_read(start + offset, count - offset)
            }
            guard offset < count else { throw .unexpectedEnd }
            let next = byte(offset)
            switch next {
            case 0x22:
                offset += 1
                return view(first, unescaping ? end : offset - 1)
            case 0x5C:
                let scalar = try scanEscape()
                if unescaping { put(scalar, to: &end) }
            case 0x80...:
                try scanMultibyte(to: &end, moving: unescaping)
            default:
                throw .controlCharacter
            }
        }
    }

    /// Consumes bytes and closes the gap that escapes have left before them.
    mutating func take(_ length: Int, to end: inout Int, moving: Bool) {
        if moving, end != offset {
            // Safe because the source is what was just scanned and the target lies before it.
            unsafe memmove(start + end, start + offset, length)
        }
        end += length
        offset += length
    }

    mutating func scanMultibyte(to end: inout Int, moving: Bool) throws(JSONError) {
        repeat {
            // Safe because the offset is below the count.
            let length = unsafe utf8SequenceLength(start + offset, count - offset)
            guard length > 0 else { throw .invalidUTF8 }
            take(length, to: &end, moving: moving)
        } while offset < count && byte(offset) >= 0x80
    }

    /// Consumes an escape; its backslash stands at the offset.
    mutating func scanEscape() throws(JSONError) -> UInt32 {
        guard offset + 1 < count else {
            offset = count
            throw .unexpectedEnd
        }
        let letter = byte(offset + 1)
        guard letter == 0x75 else {
            guard let scalar = Self.unescaped(letter) else { throw .invalidEscape }
            offset += 2
            return scalar
        }
        let unit = try scanUnit()
        guard unit & 0xF800 == 0xD800 else { return unit }
        guard unit < 0xDC00, offset + 1 < count, byte(offset) == 0x5C, byte(offset + 1) == 0x75
        else { throw .loneSurrogate }
        let low = try scanUnit()
        guard low & 0xFC00 == 0xDC00 else { throw .loneSurrogate }
        return 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }

    static func unescaped(_ letter: UInt8) -> UInt32? {
        switch letter {
        case 0x22, 0x5C, 0x2F: UInt32(letter)
        case 0x62: 0x08
        case 0x66: 0x0C
        case 0x6E: 0x0A
        case 0x72: 0x0D
        case 0x74: 0x09
        default: nil
        }
    }

    /// Consumes `\uXXXX`.
    mutating func scanUnit() throws(JSONError) -> UInt32 {
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

    /// Writes a scalar; its escape was longer than it, so this stays behind what was read.
    func put(_ scalar: UInt32, to end: inout Int) {
        func write(_ byte: UInt32) {
            precondition(end < offset, "an unescaped string is shorter than its text")
            // Safe because the place was just checked and the memory may be written.
            unsafe start[end] = UInt8(truncatingIfNeeded: byte)
            end += 1
        }
        if scalar < 0x80 {
            write(scalar)
        } else if scalar < 0x800 {
            write(0xC0 | scalar >> 6)
            write(0x80 | scalar & 0x3F)
        } else if scalar < 0x10000 {
            write(0xE0 | scalar >> 12)
            write(0x80 | scalar >> 6 & 0x3F)
            write(0x80 | scalar & 0x3F)
        } else {
            write(0xF0 | scalar >> 18)
            write(0x80 | scalar >> 12 & 0x3F)
            write(0x80 | scalar >> 6 & 0x3F)
            write(0x80 | scalar & 0x3F)
        }
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
