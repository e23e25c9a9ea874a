import CLinux

/// The length of the UTF-8 sequence at the front of `count` bytes, or 0 when it is not valid.
func utf8SequenceLength(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    // Safe because each byte is read only after `count` was found to reach it.
    guard count > 0 else { return 0 }
    let lead = unsafe bytes[0]
    if lead < 0x80 { return 1 }
    guard lead >= 0xC2, lead <= 0xF4, count > 1 else { return 0 }
    let second = unsafe bytes[1]
    guard second & 0xC0 == 0x80 else { return 0 }
    if lead < 0xE0 { return 2 }
    guard count > 2, unsafe bytes[2] & 0xC0 == 0x80 else { return 0 }
    if lead < 0xF0 {
        // No overlong forms, no surrogates.
        if lead == 0xE0, second < 0xA0 { return 0 }
        if lead == 0xED, second > 0x9F { return 0 }
        return 3
    }
    guard count > 3, unsafe bytes[3] & 0xC0 == 0x80 else { return 0 }
    // No overlong forms, nothing above U+10FFFF.
    if lead == 0xF0, second < 0x90 { return 0 }
    if lead == 0xF4, second > 0x8F { return 0 }
    return 4
}

extension Unicode.UTF8 {
    /// Whether the bytes are valid UTF-8. O(n), fast over ASCII.
    public static func validate(_ bytes: ByteView) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            else { return true }
            var offset = 0
            // Safe because the offset never passes the count.
            while true {
                offset += unsafe apus_scan_ascii(start + offset, buffer.count - offset)
                guard offset < buffer.count else { return true }
                let length = unsafe utf8SequenceLength(start + offset, buffer.count - offset)
                guard length > 0 else { return false }
                offset += length
            }
        }
    }
}

/// The characters that SQS takes in message bodies: those of XML 1.0.
///
///     #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF
public enum XMLCharacters {
    /// Whether the bytes are valid UTF-8 and hold none but these characters. O(n).
    public static func isAllowed(_ bytes: ByteView) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            else { return true }
            var offset = 0
            // Safe because the offset never passes the count.
            while true {
                offset += unsafe apus_scan_text(start + offset, buffer.count - offset)
                guard offset < buffer.count else { return true }
                let length = unsafe allowedLength(start + offset, buffer.count - offset)
                guard length > 0 else { return false }
                offset += length
            }
        }
    }

    /// The length of the character at the front, or 0 when it is none or not allowed.
    private static func allowedLength(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let length = unsafe utf8SequenceLength(bytes, count)
        // Safe because a sequence of this length was just found.
        if length == 1 {
            let byte = unsafe bytes[0]
            return byte >= 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D ? 1 : 0
        }
        // U+FFFE and U+FFFF are EF BF BE and EF BF BF.
        if length == 3, unsafe bytes[0] == 0xEF, unsafe bytes[1] == 0xBF, unsafe bytes[2] >= 0xBE {
            return 0
        }
        return length
    }
}
