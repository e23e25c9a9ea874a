import Bytes

/// Finding things in answers.
extension ByteView {
    /// The decimal number that the digits among these bytes form.
    func reduceDigits() -> Int {
        var value = 0
        for index in 0..<count where self[index] >= 0x30 && self[index] <= 0x39 {
            value = value &* 10 &+ Int(self[index] - 0x30)
        }
        return value
    }

    /// The hexadecimal number at the front, at most 2^32.
    func reduceHexDigits() -> Int {
        var value = 0
        for index in 0..<Swift.min(count, 8) {
            switch self[index] {
            case let byte where byte >= 0x30 && byte <= 0x39: value = value << 4 | Int(byte - 0x30)
            case let byte where byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66:
                value = value << 4 | Int((byte | 0x20) - 0x57)
            default: return value
            }
        }
        return value
    }

    /// Whether the bytes begin with those of a literal without capitals, in any case of letters.
    func hasLowerPrefix(_ text: StaticString) -> Bool {
        let wanted = ByteView(text)
        guard count >= wanted.count else { return false }
        for index in 0..<wanted.count {
            let byte = self[index]
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if lower != wanted[index] { return false }
        }
        return true
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

    /// Calls `body` with each value that stands between `before` and the next `end`.
    func forEachValue(after before: ByteView, upTo end: UInt8 = 0x22, _ body: (ByteView) -> Void) {
        var start = 0
        while let label = firstRange(of: before, from: start) {
            guard let stop = firstIndex(of: end, from: label.upperBound) else { return }
            body(self[label.upperBound..<stop])
            start = stop + 1
        }
    }
}

/// Finding values of JSON, with or without spaces around the colon.
extension ByteView {
    /// Calls `body` with each text that is the value of a member; `name` ends with its quote.
    func forEachText(of name: ByteView, _ body: (ByteView) -> Void) {
        var start = 0
        while let label = firstRange(of: name, from: start) {
            guard let open = firstIndex(of: 0x22, from: label.upperBound),
                let close = firstIndex(of: 0x22, from: open + 1)
            else { return }
            body(self[(open + 1)..<close])
            start = close + 1
        }
    }

    /// The first text that is the value of a member; `name` ends with its quote.
    func firstText(of name: ByteView) -> ByteView? {
        guard let label = firstRange(of: name),
            let open = firstIndex(of: 0x22, from: label.upperBound),
            let close = firstIndex(of: 0x22, from: open + 1)
        else { return nil }
        return self[(open + 1)..<close]
    }
}
