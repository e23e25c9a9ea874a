import Bytes

/// What the header fields of a response say about its body and its connection.
struct ResponseFields {
    /// What the version means for the connection, unless a field says otherwise.
    private let isPersistentByVersion: Bool
    private var saysClose = false
    private var saysKeepAlive = false
    /// Whether the last transfer coding is `chunked`.
    private(set) var isChunked = false
    private(set) var hasTransferCoding = false
    private(set) var contentLength: UInt64?

    init(isPersistentByVersion: Bool) { self.isPersistentByVersion = isPersistentByVersion }

    /// Whether the connection stays open afterwards.
    var isPersistent: Bool { !saysClose && (saysKeepAlive || isPersistentByVersion) }

    /// Both framings were given: the body is read by the transfer coding, and the connection is not
    /// trusted any further (RFC 9112, section 6.3).
    var isAmbiguous: Bool { hasTransferCoding && contentLength != nil }

    /// Takes a line of the head; a reason when the response cannot be read.
    mutating func take(_ line: ByteView) -> String? {
        // A folded line goes on with a field; none that matters here is ever folded.
        if line[0] == 0x20 || line[0] == 0x09 { return nil }
        guard let colon = line.firstIndex(of: 0x3A), colon > 0 else {
            return "the response has a malformed header field"
        }
        let value = ResponseFields.trimmed(line.dropFirst(colon + 1))
        switch line.prefix(colon).string.lowercased() {
        case "connection": take(connection: value)
        case "transfer-encoding":
            hasTransferCoding = true
            isChunked = ResponseFields.words(value).last == "chunked"
        case "content-length":
            guard let length = ResponseFields.number(value),
                contentLength == nil || contentLength == length
            else { return "the response has an invalid Content-Length" }
            contentLength = length
        default: break
        }
        return nil
    }

    private mutating func take(connection value: ByteView) {
        for word in ResponseFields.words(value) {
            if word == "close" { saysClose = true }
            if word == "keep-alive" { saysKeepAlive = true }
        }
    }

    /// The words of a comma-separated list, in lower case.
    private static func words(_ value: ByteView) -> [String] {
        value.string.lowercased().split(separator: ",").map { OptionText.trimmed(String($0)) }
    }

    private static func number(_ digits: ByteView) -> UInt64? {
        guard digits.count > 0, digits.count <= 18 else { return nil }
        var number: UInt64 = 0
        for index in 0..<digits.count {
            guard digits[index] >= 0x30 && digits[index] <= 0x39 else { return nil }
            number = number * 10 + UInt64(digits[index] - 0x30)
        }
        return number
    }

    private static func trimmed(_ value: ByteView) -> ByteView {
        var (start, end) = (0, value.count)
        while start < end, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
        while start < end, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
        return value[start..<end]
    }
}
