import Bytes

/// The header lines of a request, by name. Kept between requests for its memory.
struct HeaderLines {
    private struct Line {
        let name: ByteView
        let value: ByteView
    }

    private var lines: [Line] = []

    /// Reads lines that end in CR LF each and were found well-formed before. O(n).
    mutating func read(_ bytes: ByteView) {
        lines.removeAll(keepingCapacity: true)
        var start = 0
        while let end = bytes.firstIndex(of: Character.carriageReturn, from: start) {
            let line = bytes[start..<end]
            let colon = line.tokenByteCount
            if colon < line.count {
                lines.append(
                    Line(name: line.prefix(colon), value: line.dropFirst(colon + 1).trimmed))
            }
            start = end + 2
        }
    }

    /// The value of the first header called `name`, which has no capitals.
    func value(of name: StaticString) -> ByteView? {
        for line in lines where line.name.equals(lowercase: name) { return line.value }
        return nil
    }

    /// Appends `name:value` of a header, the values of several joined by commas, and a line feed.
    func append(_ name: ByteView, to canonical: inout ByteWriter) {
        canonical.append(name)
        var separator = Character.colon
        for line in lines where line.name.isLowercased(name) {
            canonical.append(separator)
            HeaderLines.append(value: line.value, to: &canonical)
            separator = Character.comma
        }
        // A header that was signed and has not arrived.
        if separator == Character.colon { canonical.append(separator) }
        canonical.append(Character.lineFeed)
    }

    /// Appends a value with one space where there are several.
    private static func append(value: ByteView, to canonical: inout ByteWriter) {
        var start = 0
        while let space = value.firstIndex(of: Character.space, from: start) {
            canonical.append(value[start..<space + 1])
            start = space + 1
            while start < value.count, value[start] == Character.space { start += 1 }
        }
        canonical.append(value.dropFirst(start))
    }
}

extension ByteView {
    /// Whether these bytes are `other`, which has no capitals, in any case of letters.
    fileprivate func isLowercased(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count {
            let byte = self[index]
            let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
            guard lower == other[index] else { return false }
        }
        return true
    }
}
