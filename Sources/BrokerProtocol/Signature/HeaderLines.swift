import Bytes

/// The header lines of a request, by name. Kept between requests for its memory.
struct HeaderLines {
    private var lines: [ByteView] = []

    /// `X-Amz-Date`.
    private(set) var signingDate: ByteView?
    /// `Date`.
    private(set) var date: ByteView?
    /// `X-Amz-Security-Token`.
    private(set) var securityToken: ByteView?
    /// `X-Amz-Content-Sha256`.
    private(set) var bodyDigest: ByteView?

    /// Reads lines that end in CR LF each and were found well-formed before. O(n).
    mutating func read(_ bytes: ByteView) {
        lines.removeAll(keepingCapacity: true)
        signingDate = nil
        date = nil
        securityToken = nil
        bodyDigest = nil
        var start = 0
        while let end = bytes.firstIndex(of: Character.carriageReturn, from: start) {
            let line = bytes[start..<end]
            lines.append(line)
            keep(line)
            start = end + 2
        }
    }

    /// Keeps the value of a header that signatures need; of several the first.
    private mutating func keep(_ line: ByteView) {
        guard !line.isEmpty else { return }
        switch line[0] {
        case UInt8(ascii: "X"), UInt8(ascii: "x"):
            if let value = line.value(of: "x-amz-date") {
                signingDate = signingDate ?? value
            } else if let value = line.value(of: "x-amz-security-token") {
                securityToken = securityToken ?? value
            } else if let value = line.value(of: "x-amz-content-sha256") {
                bodyDigest = bodyDigest ?? value
            }
        case UInt8(ascii: "D"), UInt8(ascii: "d"):
            date = date ?? line.value(of: "date")
        default:
            break
        }
    }

    /// Appends `name:value` of a header, the values of several joined by commas, and a line feed.
    ///
    /// - Parameter name: The name, without capitals.
    func append(_ name: ByteView, to canonical: inout ByteWriter) {
        canonical.append(name)
        var separator = Character.colon
        for line in lines {
            guard let value = line.value(of: name) else { continue }
            canonical.append(separator)
            HeaderLines.append(value: value, to: &canonical)
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
    /// The value of this header line, if its name is `name`, which has no capitals, in any case of
    /// letters.
    fileprivate func value(of name: ByteView) -> ByteView? {
        let length = name.count
        guard count > length, self[length] == Character.colon,
            self[0..<length].equals(lowercased: name)
        else { return nil }
        return self[length + 1..<count].trimmed
    }
}
