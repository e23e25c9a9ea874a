import CLinux

extension ByteView {
    /// Bytes of this text, which is UTF-8, inside a JSON string, as `ByteWriter` writes it. O(n).
    public var jsonEscapedCount: Int {
        // Safe because the function reads no more than the count it is given.
        unsafe scan(apus_json_escaped_count)
    }
}

extension ByteWriter {
    /// Appends `text`, which is UTF-8, as the inside of a JSON string.
    ///
    /// Escaped are quotes, backslashes and controls, these as `\b`, `\t`, `\n`, `\f`, `\r` or
    /// `\u00XX`; everything else stays as it is.
    public mutating func append(jsonEscaped text: ByteView) {
        unsafe escape(text) { out, bytes, count in unsafe apus_json_escape(out, bytes, count) }
    }

    /// Appends `text`, which is UTF-8, as a JSON string with its quotes.
    public mutating func append(jsonString text: ByteView) {
        append(0x22)
        append(jsonEscaped: text)
        append(0x22)
    }

    /// Appends what `function` makes of `text`: six bytes of each and sixteen more at most.
    mutating func escape(
        _ text: ByteView,
        _ function: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>?, Int) -> Int
    ) {
        // A piece at a time, because room for the worst case is six times the length.
        var from = 0
        while from < text.count {
            let piece = text[from..<min(from + 2048, text.count)]
            // Safe because the function writes no more than this.
            unsafe append(upTo: piece.count * 6 + 16) { out in
                unsafe piece.withUnsafeBytes { bytes in
                    unsafe function(
                        out, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
                }
            }
            from += piece.count
        }
    }
}
