import CLinux

/// Lines and names of text protocols, found many bytes at a time.
extension ByteView {
    /// How many characters of a token of HTTP stand in front: of a header name or a method.
    public var tokenByteCount: Int { unsafe scan(apus_scan_token) }

    /// Passes over lines that end in CR LF and are not empty, from `offset` on, which lies in the line
    /// that begins at `line`. Returns where the first line feed stands that ends another line, or the
    /// count; `line` becomes the beginning of the line that holds it.
    public func skippingLines(from offset: Int, line: inout Int) -> Int {
        precondition(line >= 0 && line <= offset && offset <= count, "within the view")
        return unsafe withUnsafeBytes { bytes in
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            else { return 0 }
            // Safe because the scan covers the bytes from `line`, which is behind none of them.
            return unsafe apus_skip_lines(start, bytes.count, offset, &line)
        }
    }

    /// Whether the bytes are the literal, which has no capitals, in any case of letters.
    public func equals(lowercase text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return unsafe withUnsafeBytes { bytes in
            guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            else { return true }
            // Safe because both have `count` bytes, and a literal of some has an address.
            return unsafe apus_equals_lower(start, text.utf8Start, bytes.count) != 0
        }
    }

    /// Whether the bytes are those of `other`, which has no capitals, in any case of letters.
    public func equals(lowercased other: ByteView) -> Bool {
        guard count == other.count else { return false }
        return unsafe withUnsafeBytes { bytes in
            unsafe other.withUnsafeBytes { others in
                guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    let other = unsafe others.baseAddress?.assumingMemoryBound(to: UInt8.self)
                else { return true }
                // Safe because both have `count` bytes.
                return unsafe apus_equals_lower(start, other, bytes.count) != 0
            }
        }
    }
}
