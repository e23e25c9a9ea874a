/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
public enum Base64 {
    /// Appends the bytes that `text` stands for; false, with nothing appended, when it is not base64.
    ///
    /// Strict: no white space, padding is required, and unused bits are zero, so that every value
    /// has one text only.
    public static func decode(_ text: ByteView, into writer: inout ByteWriter) -> Bool {
        // Safe because the function writes no more than this.
        guard let length = decodedCount(text) else { return false }
        return unsafe writer.append(upTo: length) { out in unsafe decode(text, to: out) }
    }

    /// Writes the bytes that `text` stands for to the front of `out`, which may be the memory of the
    /// text itself, and returns their number; nil when it is not base64 or they do not fit.
    public static func decode(_ text: ByteView, to out: MutableByteView) -> Int? {
        guard let length = decodedCount(text), length <= out.count else { return nil }
        guard let start = unsafe out.start else { return 0 }
        // Safe because there is room for the decoded bytes.
        return unsafe decode(text, to: start)
    }

    /// How many bytes a text of this length and with this padding stands for.
    private static func decodedCount(_ text: ByteView) -> Int? {
        guard text.count & 3 == 0 else { return nil }
        guard text.count > 0 else { return 0 }
        return text.count / 4 * 3 - padding(text)
    }

    private static func padding(_ text: ByteView) -> Int {
        text[text.count - 1] != 0x3D ? 0 : text[text.count - 2] != 0x3D ? 1 : 2
    }

    /// Decodes to memory with room for `decodedCount` bytes. What is written never overtakes what is
    /// read.
    private static func decode(_ text: ByteView, to out: UnsafeMutablePointer<UInt8>) -> Int? {
        guard let length = decodedCount(text) else { return nil }
        let whole = length / 3
        var invalid: UInt32 = 0
        for index in 0..<whole {
            let digits: UInt32 = text.littleEndian(at: index * 4)
            let group = group(digits)
            invalid |= group
            // Safe because a whole group stands for three bytes of the length.
            unsafe out[index * 3] = UInt8(truncatingIfNeeded: group >> 16)
            unsafe out[index * 3 + 1] = UInt8(truncatingIfNeeded: group >> 8)
            unsafe out[index * 3 + 2] = UInt8(truncatingIfNeeded: group)
        }
        guard invalid < 1 << 24 else { return nil }
        let rest = length - whole * 3
        guard rest > 0 else { return length }
        // The digits that padding stands in for count as zero.
        let padded: UInt32 = text.littleEndian(at: whole * 4)
        let last = group(
            rest == 1 ? padded & 0xFFFF | 0x4141_0000 : padded & 0xFF_FFFF | 0x4100_0000)
        guard last < 1 << 24, last & (1 << UInt32(24 - rest * 8) - 1) == 0 else { return nil }
        // Safe because the rest is part of the length.
        unsafe out[whole * 3] = UInt8(truncatingIfNeeded: last >> 16)
        if rest == 2 { unsafe out[whole * 3 + 1] = UInt8(truncatingIfNeeded: last >> 8) }
        return length
    }

    /// The 24 bits of four digits, the first lowest; more than 24 bits when one is none.
    private static func group(_ digits: UInt32) -> UInt32 {
        let first = values[Int(digits & 0xFF)]
        let second = values[Int(digits >> 8 & 0xFF)]
        let third = values[Int(digits >> 16 & 0xFF)]
        let fourth = values[Int(digits >> 24)]
        let bits =
            UInt32(first & 63) << 18 | UInt32(second & 63) << 12 | UInt32(third & 63) << 6
            | UInt32(fourth & 63)
        return bits | UInt32((first | second | third | fourth) & 0x80) << 24
    }

    /// The value of each digit; 0x80 for what is none.
    private static let values: InlineArray<256, UInt8> = [
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 62, 128, 128, 128, 63,
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 128, 128, 128, 128, 128, 128,
        128, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
        15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 128, 128, 128, 128, 128,
        128, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
        41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
        128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
    ]
}

extension ByteWriter {
    /// Appends `bytes` in padded base64.
    public mutating func append(base64 bytes: ByteView) {
        // Safe because the function writes exactly this many digits.
        unsafe append(upTo: (bytes.count + 2) / 3 * 4) { out in
            unsafe Self.encode(bytes, to: UnsafeMutableRawPointer(out))
        }
    }

    /// Puts the bytes from `start` on, which have been written, into padded base64.
    public mutating func encodeBase64(from start: Int) {
        precondition(start >= 0 && start <= count, "only written bytes are encoded")
        let length = count - start
        let whole = length / 3
        let last: UInt32? =
            switch length % 3 {
            case 1: Self.digits(UInt32(view[count - 1]) << 16) & 0xFFFF | 0x3D3D_0000
            case 2:
                Self.digits(UInt32(view[count - 2]) << 16 | UInt32(view[count - 1]) << 8)
                    & 0xFF_FFFF | 0x3D00_0000
            default: nil
            }
        while count - start < (length + 2) / 3 * 4 { append(0x3D) }
        if let last { replace(at: start + whole * 4, littleEndian: last) }
        // From the end, so that no digit takes the place of a byte that has not been read.
        for index in (0..<whole).reversed() {
            let place = start + index * 3
            let group =
                UInt32(view[place]) << 16 | UInt32(view[place + 1]) << 8 | UInt32(view[place + 2])
            replace(at: start + index * 4, littleEndian: Self.digits(group))
        }
    }

    private static func encode(_ bytes: ByteView, to out: UnsafeMutableRawPointer) -> Int {
        let whole = bytes.count / 3
        for index in 0..<whole {
            let group =
                UInt32(bytes[index * 3]) << 16 | UInt32(bytes[index * 3 + 1]) << 8
                | UInt32(bytes[index * 3 + 2])
            // Safe because there is room for four digits for each three bytes.
            unsafe out.storeBytes(of: digits(group), toByteOffset: index * 4, as: UInt32.self)
        }
        let rest = bytes.count - whole * 3
        guard rest > 0 else { return whole * 4 }
        let first = UInt32(bytes[whole * 3]) << 16
        let last =
            rest == 1
            ? digits(first) & 0xFFFF | 0x3D3D_0000
            : digits(first | UInt32(bytes[whole * 3 + 1]) << 8) & 0xFF_FFFF | 0x3D00_0000
        unsafe out.storeBytes(of: last, toByteOffset: whole * 4, as: UInt32.self)
        return whole * 4 + 4
    }

    /// Four digits, the first lowest.
    private static func digits(_ group: UInt32) -> UInt32 {
        UInt32(alphabet[Int(group >> 18 & 63)]) | UInt32(alphabet[Int(group >> 12 & 63)]) << 8
            | UInt32(alphabet[Int(group >> 6 & 63)]) << 16
            | UInt32(alphabet[Int(group & 63)]) << 24
    }

    private static let alphabet: InlineArray<64, UInt8> = [
        0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F,
        0x50,
        0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5A, 0x61, 0x62, 0x63, 0x64, 0x65,
        0x66,
        0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75,
        0x76,
        0x77, 0x78, 0x79, 0x7A, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x2B,
        0x2F,
    ]
}
