/// Hexadecimal digits: two for each byte, the high half first.
public enum Hex {
    /// Appends the bytes that `digits` (of either case) stand for; false, with nothing appended, when
    /// they are not pairs of digits.
    public static func decode(_ digits: ByteView, into writer: inout ByteWriter) -> Bool {
        guard digits.count & 1 == 0 else { return false }
        let before = writer.count
        writer.reserve(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            let (high, low) = (value(digits[index]), value(digits[index + 1]))
            guard high | low < 16 else {
                writer.truncate(to: before)
                return false
            }
            writer.append(high << 4 | low)
        }
        return true
    }

    /// The lower-case digit of a value below 16.
    static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x57 &+ value }

    /// The upper-case digit of a value below 16.
    static func upperDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x37 &+ value }

    /// The value of a digit, or 255.
    static func value(_ digit: UInt8) -> UInt8 {
        if digit &- 0x30 < 10 { return digit &- 0x30 }
        let letter = digit | 0x20
        return letter &- 0x61 < 6 ? letter &- 0x57 : 0xFF
    }

    /// Sixteen lower-case digits of eight bytes, the first byte lowest: two words of text.
    static func spread(_ word: UInt32) -> UInt64 {
        // Each byte to 16 bits, then its halves to a byte each, the high half first.
        var wide = UInt64(word)
        wide = (wide | wide << 16) & 0x0000_FFFF_0000_FFFF
        wide = (wide | wide << 8) & 0x00FF_00FF_00FF_00FF
        wide = (wide >> 4 | wide << 8) & 0x0F0F_0F0F_0F0F_0F0F
        // 0x30 for all, and 0x27 more where the half is above 9.
        let letters = (wide &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return wide &+ 0x3030_3030_3030_3030 &+ letters &* 0x27
    }
}

extension ByteWriter {
    /// Appends the bytes as lower-case hexadecimal digits.
    public mutating func append(hex bytes: ByteView) {
        reserve(bytes.count * 2)
        let whole = bytes.count & ~3
        for index in stride(from: 0, to: whole, by: 4) {
            append(littleEndian: Hex.spread(bytes.littleEndian(at: index)))
        }
        for index in whole..<bytes.count {
            append(Hex.digit(bytes[index] >> 4))
            append(Hex.digit(bytes[index] & 15))
        }
    }

    /// Appends the eight bytes of `word`, the first byte lowest, as hexadecimal digits.
    public mutating func append(hexLittleEndian word: UInt64) {
        append(littleEndian: Hex.spread(UInt32(truncatingIfNeeded: word)))
        append(littleEndian: Hex.spread(UInt32(truncatingIfNeeded: word >> 32)))
    }

    /// Appends 128 bits as a UUID is written, the highest bits first: 8-4-4-4-12 digits.
    public mutating func append(uuid high: UInt64, low: UInt64) {
        let first = Hex.spread(UInt32(truncatingIfNeeded: high >> 32).byteSwapped)
        let second = Hex.spread(UInt32(truncatingIfNeeded: high).byteSwapped)
        let third = Hex.spread(UInt32(truncatingIfNeeded: low >> 32).byteSwapped)
        let fourth = Hex.spread(UInt32(truncatingIfNeeded: low).byteSwapped)
        append(littleEndian: first)
        append(0x2D)
        append(littleEndian: UInt32(truncatingIfNeeded: second))
        append(0x2D)
        append(littleEndian: UInt32(truncatingIfNeeded: second >> 32))
        append(0x2D)
        append(littleEndian: UInt32(truncatingIfNeeded: third))
        append(0x2D)
        append(littleEndian: UInt32(truncatingIfNeeded: third >> 32))
        append(littleEndian: fourth)
    }
}
