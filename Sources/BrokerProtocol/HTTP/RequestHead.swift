import Bytes

/// The request line and the headers of a request, understood.
struct RequestHead {
    /// How the end of the body is found.
    enum Framing: Equatable {
        case counted(Int)
        case chunked
    }

    var method = Request.Method.get
    var path = ByteView()
    var query = MutableByteView()
    var headerBytes = ByteView()
    var headers = RequestHeaders()
    var framing = Framing.counted(0)
    var connection = Request.Connection.stays
    var expectsContinue = false

    private var isOldVersion = false
    private var hasHost = false
    private var hasHostHeader = false
    private var contentLength: Int?
    private var isChunked = false
    private var saysClose = false
    private var saysKeepAlive = false

    /// Parses a whole head: lines that each end in CR LF, of which the last is empty. O(n).
    init(_ bytes: MutableByteView, limits: HTTPLimits) throws(HTTPRefusal) {
        let text = bytes.view
        guard text.firstIndex(of: 0) == nil else {
            throw HTTPRefusal(.badRequest, "A NUL byte in the head.")
        }
        var lineStart = try parseRequestLine(bytes, limits: limits)
        let headerStart = lineStart
        var headerCount = 0
        // Every LF follows a CR, so the first CR ends the line unless it is a bare one.
        while let end = text.firstIndex(of: Character.carriageReturn, from: lineStart) {
            guard end + 1 < text.count, text[end + 1] == Character.lineFeed else {
                throw HTTPRefusal(.badRequest, "A header holds a bare carriage return.")
            }
            if end == lineStart { break }
            headerCount += 1
            guard headerCount <= limits.headerCount else {
                throw HTTPRefusal(.tooManyHeaders, "More than \(limits.headerCount) headers.")
            }
            try parseHeader(text[lineStart..<end])
            lineStart = end + 2
        }
        headerBytes = text[headerStart..<lineStart]
        try settle()
    }

    /// Parses the first line and returns where the next one begins.
    private mutating func parseRequestLine(
        _ bytes: MutableByteView, limits: HTTPLimits
    ) throws(HTTPRefusal) -> Int {
        let text = bytes.view
        let malformed = HTTPRefusal(.badRequest, "The request line is malformed.")
        guard let lineFeed = text.firstIndex(of: Character.lineFeed), lineFeed > 0 else {
            throw malformed
        }
        let line = bytes[0..<lineFeed - 1]
        guard let first = line.view.firstIndex(of: Character.space),
            let last = line.view.lastIndex(of: Character.space), last > first
        else { throw malformed }
        let version = line.view[last + 1..<line.count]
        isOldVersion = version.is("HTTP/1.0")
        guard isOldVersion || version.is("HTTP/1.1") else {
            guard version.hasPrefix("HTTP/") else { throw malformed }
            throw HTTPRefusal(.versionNotSupported, "Only HTTP/1.0 and HTTP/1.1 are spoken here.")
        }
        method = try Self.method(line.view[0..<first])
        guard last - first - 1 <= limits.targetByteCount else {
            throw HTTPRefusal(
                .uriTooLong, "The target is longer than \(limits.targetByteCount) bytes.")
        }
        try parseTarget(line[first + 1..<last])
        return lineFeed + 1
    }

    private static func method(_ name: ByteView) throws(HTTPRefusal) -> Request.Method {
        if name.is("POST") { return .post }
        if name.is("GET") { return .get }
        if name.is("HEAD") { return .head }
        if name.is("OPTIONS") { return .options }
        if name.is("PUT") || name.is("DELETE") || name.is("PATCH") || name.is("TRACE")
            || name.is("CONNECT")
        {
            throw HTTPRefusal(.methodNotAllowed, "Allowed are GET, HEAD, POST and OPTIONS.")
        }
        guard name.isToken else { throw HTTPRefusal(.badRequest, "The method is malformed.") }
        throw HTTPRefusal(.notImplemented, "The method is unknown.")
    }

    /// Splits the target into path and query; a target with a host of its own names the host.
    private mutating func parseTarget(_ target: MutableByteView) throws(HTTPRefusal) {
        let text = target.view
        var index = 0
        while index < text.count {
            guard text[index] > Character.space, text[index] != 0x7F else {
                throw HTTPRefusal(.badRequest, "The target holds a blank or a control character.")
            }
            index += 1
        }
        var pathStart = 0
        if !text.isEmpty, text[0] != Character.slash {
            if text.is("*"), method == .options {
                path = text
                return
            }
            guard text.hasPrefix(lowercase: "http://") || text.hasPrefix(lowercase: "https://"),
                let host = text.firstIndex(of: "://").map({ $0 + 3 })
            else { throw HTTPRefusal(.badRequest, "The target begins with no slash.") }
            pathStart = text.firstIndex(of: Character.slash, from: host) ?? text.count
            try setHost(text[host..<pathStart])
        }
        let mark = text.firstIndex(of: Character.questionMark, from: pathStart) ?? text.count
        path = mark > pathStart ? text[pathStart..<mark] : "/"
        query = target[min(mark + 1, text.count)..<text.count]
    }

    private mutating func setHost(_ host: ByteView) throws(HTTPRefusal) {
        var index = 0
        while index < host.count {
            let byte = host[index]
            // A name, an address or a bracketed address, and a port.
            guard byte.isTokenCharacter || byte == Character.colon || byte == 0x5B || byte == 0x5D,
                byte != Character.ampersand, byte != 0x27
            else { throw HTTPRefusal(.badRequest, "The host is malformed.") }
            index += 1
        }
        headers.host = host
        hasHost = true
    }

    private mutating func parseHeader(_ line: ByteView) throws(HTTPRefusal) {
        let colon = line.tokenByteCount
        guard colon > 0, colon < line.count, line[colon] == Character.colon else {
            throw HTTPRefusal(.badRequest, "A header line is malformed.")
        }
        let name = line[0..<colon]
        let value = line[colon + 1..<line.count].trimmed
        switch name.count {
        case 4 where name.equals(lowercase: "host"): try takeHost(value)
        case 6 where name.equals(lowercase: "accept"): Self.keep(value, in: &headers.accept)
        case 6 where name.equals(lowercase: "origin"): Self.keep(value, in: &headers.origin)
        case 6 where name.equals(lowercase: "expect"): try takeExpectation(value)
        case 10 where name.equals(lowercase: "connection"): takeConnection(value)
        case 12 where name.equals(lowercase: "content-type"):
            Self.keep(value, in: &headers.contentType)
        case 12 where name.equals(lowercase: "x-amz-target"): Self.keep(value, in: &headers.target)
        case 13 where name.equals(lowercase: "authorization"):
            Self.keep(value, in: &headers.authorization)
        case 14 where name.equals(lowercase: "content-length"): try takeContentLength(value)
        case 15 where name.equals(lowercase: "x-amzn-trace-id"):
            Self.keep(value, in: &headers.traceID)
        case 17 where name.equals(lowercase: "transfer-encoding"): try takeTransferCoding(value)
        case 17 where name.equals(lowercase: "x-forwarded-proto"):
            Self.keep(value, in: &headers.forwardedScheme)
        default: break
        }
    }

    private static func keep(_ value: ByteView, in field: inout ByteView) {
        if field.isEmpty { field = value }
    }

    private mutating func takeHost(_ value: ByteView) throws(HTTPRefusal) {
        // The host of an absolute target wins over the header (RFC 9112, section 3.2.2), yet two
        // headers are refused: a proxy before us might have believed the other one.
        guard !hasHostHeader else { throw HTTPRefusal(.badRequest, "More than one Host header.") }
        hasHostHeader = true
        if !hasHost { try setHost(value) }
    }

    private mutating func takeExpectation(_ value: ByteView) throws(HTTPRefusal) {
        guard value.equals(lowercase: "100-continue") else {
            throw HTTPRefusal(.expectationFailed, "Only 100-continue can be expected.")
        }
        expectsContinue = true
    }

    private mutating func takeContentLength(_ value: ByteView) throws(HTTPRefusal) {
        guard contentLength == nil, let number = value.decimalNumber else {
            throw HTTPRefusal(.badRequest, "Content-Length must be one number.")
        }
        contentLength = number
    }

    private mutating func takeTransferCoding(_ value: ByteView) throws(HTTPRefusal) {
        guard !isChunked else { throw HTTPRefusal(.badRequest, "More than one Transfer-Encoding.") }
        guard value.equals(lowercase: "chunked") else {
            throw HTTPRefusal(.notImplemented, "The only transfer coding is chunked.")
        }
        isChunked = true
    }

    private mutating func takeConnection(_ value: ByteView) {
        var rest = value
        while !rest.isEmpty {
            let comma = rest.firstIndex(of: Character.comma) ?? rest.count
            let option = rest[0..<comma].trimmed
            if option.equals(lowercase: "close") { saysClose = true }
            if option.equals(lowercase: "keep-alive") { saysKeepAlive = true }
            rest = rest.dropFirst(comma + 1)
        }
    }

    /// Draws the conclusions of all headers together.
    private mutating func settle() throws(HTTPRefusal) {
        guard isOldVersion || hasHostHeader else {
            throw HTTPRefusal(.badRequest, "HTTP/1.1 requires a Host header.")
        }
        if isChunked {
            guard contentLength == nil, !isOldVersion else {
                throw HTTPRefusal(
                    .badRequest, "Transfer-Encoding excludes Content-Length and HTTP/1.0.")
            }
            framing = .chunked
        } else {
            framing = .counted(contentLength ?? 0)
        }
        if isOldVersion {
            expectsContinue = false
            connection = saysKeepAlive && !saysClose ? .staysExplicitly : .closes
        } else {
            connection = saysClose ? .closes : .stays
        }
    }
}
