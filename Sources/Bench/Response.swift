import Bytes

/// An answer on the wire: its status and its body.
struct Response {
    let status: Int
    let body: ByteView
    /// The length of head and body together.
    let count: Int

    /// Reads an answer from the front of `bytes`; nil when it is not there as a whole.
    ///
    /// The client is ours and meets few servers, so it reads what they send: a status line, headers,
    /// `Content-Length`, a body.
    init?(_ bytes: ByteView) {
        guard bytes.count > 16 else { return nil }
        var bodyCount = 0
        var lineStart = 0
        while true {
            guard let lineEnd = bytes.firstIndex(of: 0x0A, from: lineStart) else { return nil }
            if lineEnd - lineStart <= 1 {
                lineStart = lineEnd + 1
                break
            }
            if let count = Response.contentLength(bytes, from: lineStart, to: lineEnd) {
                bodyCount = count
            }
            lineStart = lineEnd + 1
        }
        guard bytes.count >= lineStart + bodyCount else { return nil }
        status = bytes[9..<12].reduceDigits()
        body = bytes[lineStart..<(lineStart + bodyCount)]
        count = lineStart + bodyCount
    }

    /// The number after `Content-Length:`, when the line is that header.
    static func contentLength(_ bytes: ByteView, from start: Int, to end: Int) -> Int? {
        let name: StaticString = "content-length:"
        guard end - start > 15, bytes[start] | 0x20 == 0x63, bytes[start + 14] == 0x3A,
            bytes[start + 8] | 0x20 == 0x6C
        else { return nil }
        let wanted = ByteView(name)
        for index in 0..<15 where bytes[start + index] | 0x20 != wanted[index] | 0x20 { return nil }
        return bytes[(start + 15)..<end].reduceDigits()
    }
}

extension ByteView {
    /// The decimal number that the digits among these bytes form.
    func reduceDigits() -> Int {
        var value = 0
        for index in 0..<count where self[index] >= 0x30 && self[index] <= 0x39 {
            value = value * 10 + Int(self[index] - 0x30)
        }
        return value
    }

    /// Where `needle` first stands at or after `from`, or nil. O(n), by its first byte.
    func firstRange(of needle: ByteView, from: Int = 0) -> Range<Int>? {
        var start = from
        while let found = firstIndex(of: needle[0], from: start) {
            guard found + needle.count <= count else { return nil }
            if self[found..<(found + needle.count)] == needle {
                return found..<(found + needle.count)
            }
            start = found + 1
        }
        return nil
    }

    /// Calls `body` with each value that stands between `before` and the next quote.
    func forEachValue(after before: ByteView, _ body: (ByteView) -> Void) {
        var start = 0
        while let label = firstRange(of: before, from: start) {
            guard let end = firstIndex(of: 0x22, from: label.upperBound) else { return }
            body(self[label.upperBound..<end])
            start = end + 1
        }
    }
}
