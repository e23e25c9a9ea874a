import CLinux

extension Unicode.UTF8 {
    /// Whether the bytes are valid UTF-8. O(n).
    public static func validate(_ bytes: ByteView) -> Bool {
        // Safe because the scanner reads no more than the count it is given.
        unsafe bytes.scan(apus_scan_utf8) == bytes.count
    }
}

/// The characters that SQS takes in message bodies: those of XML 1.0.
///
///     #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF
public enum XMLCharacters {
    /// Whether the bytes are valid UTF-8 and hold none but these characters. O(n).
    public static func isAllowed(_ bytes: ByteView) -> Bool {
        // Safe because the scanner reads no more than the count it is given.
        unsafe bytes.scan(apus_scan_text) == bytes.count
    }
}
