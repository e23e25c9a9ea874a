import Bytes

/// What a receive buffer holds so far.
public enum DecodedHead: Sendable {
    /// More bytes are needed.
    ///
    /// - Parameters:
    ///   - wanted: How many bytes the region must hold before another look is worth while, counted
    ///     from its beginning; at least one more than it holds now.
    ///   - sendsContinue: The client waits for `100 Continue`: true once, in the call that first
    ///     saw the whole head.
    case incomplete(wanted: Int, sendsContinue: Bool)
    /// A whole request, of whose body so many further bytes were digested; call again in another turn.
    case digesting(byteCount: Int)
    /// A whole request, made of the first `consumed` bytes of the region.
    case request(Request, consumed: Int)
    /// No request; answer with the refusal, then close.
    case refused(HTTPRefusal)
}

/// Finds HTTP/1.0 and HTTP/1.1 requests in the bytes of a connection. One per connection.
///
/// `decode` is given the region from the first byte after the last request to the last byte
/// received, as often as bytes arrive. The region may move between calls as long as its bytes stay
/// the same: the decoder remembers offsets only. No line is searched twice however slowly its bytes
/// trickle in, and a head is parsed at most twice. A chunked body is joined in place. After
/// `.request` the next call begins the next request, at the byte after the consumed ones.
public struct RequestDecoder: Sendable {
    private enum Phase: Sendable {
        case head
        case counted(headEnd: Int, end: Int)
        case chunked(headEnd: Int, ChunkedBody)
        case digesting(Whole)
    }

    /// Where the parts of a request stand that is there to its end.
    private struct Whole: Sendable {
        let headEnd: Int
        let body: Range<Int>
        let end: Int
    }

    /// Empty lines that are skipped before a request line (RFC 9112, section 2.2).
    private static let emptyLineLimit = 4

    private let limits: HTTPLimits
    /// How many bytes of a body are digested at a time; nil when nobody wants digests.
    private let digestStep: Int?
    private var hasher = SHA256Hasher()
    /// How far the body has been digested.
    private var digested = 0
    private var phase = Phase.head
    /// Where the request line begins, after empty lines.
    private var start = 0
    /// Where the line begins whose end is looked for.
    private var lineStart = 0
    /// How far the end of that line has been looked for.
    private var scanned = 0

    /// A decoder at the beginning of a connection.
    ///
    /// - Parameter digestStep: Bodies longer than this are digested, so many bytes a call, before
    ///   their request comes out; nil when nobody wants digests.
    public init(limits: HTTPLimits = HTTPLimits(), digestStep: Int? = nil) {
        self.limits = limits
        self.digestStep = digestStep
    }

    /// Whether part of a request has been seen: then a connection without bytes is a slow one.
    public var isWithinRequest: Bool {
        if case .head = phase { return scanned > start }
        return true
    }

    /// Looks at what has been received of the current request.
    public mutating func decode(_ bytes: MutableByteView) -> DecodedHead {
        do {
            return try decodePhase(bytes)
        } catch {
            return .refused(error)
        }
    }

    private mutating func decodePhase(_ bytes: MutableByteView) throws(HTTPRefusal) -> DecodedHead {
        switch phase {
        case .head:
            guard let headEnd = try findHeadEnd(bytes.view) else {
                return .incomplete(wanted: bytes.count + 1, sendsContinue: false)
            }
            return try begin(bytes, headEnd: headEnd)
        case .counted(let headEnd, let end):
            guard bytes.count >= end else { return .incomplete(wanted: end, sendsContinue: false) }
            let head = try RequestHead(bytes[start..<headEnd], limits: limits)
            let whole = Whole(headEnd: headEnd, body: headEnd..<end, end: end)
            return try complete(bytes, whole, head)
        case .chunked(let headEnd, var body):
            guard try body.advance(bytes, limits: limits) else {
                phase = .chunked(headEnd: headEnd, body)
                return .incomplete(
                    wanted: body.wanted(received: bytes.count), sendsContinue: false)
            }
            let head = try RequestHead(bytes[start..<headEnd], limits: limits)
            let whole = Whole(headEnd: headEnd, body: body.start..<body.joined, end: body.next)
            return try complete(bytes, whole, head)
        case .digesting(let whole):
            return try digest(bytes, whole)
        }
    }

    /// Looks for the empty line after the headers and returns where the body begins.
    private mutating func findHeadEnd(_ text: ByteView) throws(HTTPRefusal) -> Int? {
        while true {
            if lineStart > start { scanned = text.skippingLines(from: scanned, line: &lineStart) }
            guard let lineFeed = text.firstIndex(of: Character.lineFeed, from: scanned) else {
                break
            }
            scanned = lineFeed + 1
            guard lineFeed > lineStart, text[lineFeed - 1] == Character.carriageReturn else {
                throw HTTPRefusal(.badRequest, "A line ends without a carriage return.")
            }
            let isEmptyLine = lineFeed == lineStart + 1
            let isFirstLine = lineStart == start
            if isFirstLine, !isEmptyLine { try checkRequestLine(length: lineFeed - start) }
            lineStart = scanned
            if isEmptyLine, isFirstLine {
                start = scanned
                guard start <= 2 * Self.emptyLineLimit else {
                    throw HTTPRefusal(.badRequest, "The request begins with empty lines.")
                }
            } else if isEmptyLine {
                try checkHead(length: scanned - start)
                return scanned
            }
        }
        scanned = text.count
        if lineStart == start { try checkRequestLine(length: scanned - start) }
        try checkHead(length: scanned - start)
        return nil
    }

    private func checkRequestLine(length: Int) throws(HTTPRefusal) {
        // The longest method and the version take less than 32 bytes beside the target.
        guard length <= limits.targetByteCount + 32 else {
            throw HTTPRefusal(
                .uriTooLong, "The target is longer than \(limits.targetByteCount) bytes.")
        }
    }

    private func checkHead(length: Int) throws(HTTPRefusal) {
        guard length <= limits.headByteCount else {
            throw HTTPRefusal(
                .tooManyHeaders, "The head is longer than \(limits.headByteCount) bytes.")
        }
    }

    /// The head is whole: decides how the body is read, and ends the request if it is there too.
    private mutating func begin(
        _ bytes: MutableByteView, headEnd: Int
    ) throws(HTTPRefusal) -> DecodedHead {
        let head = try RequestHead(bytes[start..<headEnd], limits: limits)
        let sendsContinue = head.expectsContinue && bytes.count == headEnd
        switch head.framing {
        case .counted(let length):
            guard length <= limits.bodyByteCount else {
                throw HTTPRefusal(
                    .contentTooLarge, "The body is longer than \(limits.bodyByteCount) bytes.")
            }
            let end = headEnd + length
            if bytes.count >= end {
                let whole = Whole(headEnd: headEnd, body: headEnd..<end, end: end)
                return try complete(bytes, whole, head)
            }
            phase = .counted(headEnd: headEnd, end: end)
            return .incomplete(wanted: end, sendsContinue: sendsContinue)
        case .chunked:
            var body = ChunkedBody(start: headEnd)
            if try body.advance(bytes, limits: limits) {
                let whole = Whole(headEnd: headEnd, body: body.start..<body.joined, end: body.next)
                return try complete(bytes, whole, head)
            }
            phase = .chunked(headEnd: headEnd, body)
            return .incomplete(
                wanted: body.wanted(received: bytes.count), sendsContinue: sendsContinue)
        }
    }

    /// The request is there: hands it out, or begins with the digest of its body.
    private mutating func complete(
        _ bytes: MutableByteView, _ whole: Whole, _ head: RequestHead
    ) throws(HTTPRefusal) -> DecodedHead {
        if let digestStep, whole.body.count > digestStep {
            hasher = SHA256Hasher()
            digested = whole.body.lowerBound
            return try digest(bytes, whole)
        }
        return handOut(bytes, whole, head, digest: nil)
    }

    /// Goes on with the digest of the body.
    private mutating func digest(
        _ bytes: MutableByteView, _ whole: Whole
    ) throws(HTTPRefusal) -> DecodedHead {
        let end = min(digested + (digestStep ?? .max), whole.body.upperBound)
        hasher.update(bytes.view[digested..<end])
        defer { digested = end }
        if end < whole.body.upperBound {
            phase = .digesting(whole)
            return .digesting(byteCount: end - digested)
        }
        let head = try RequestHead(bytes[start..<whole.headEnd], limits: limits)
        return handOut(bytes, whole, head, digest: hasher.finish())
    }

    private mutating func handOut(
        _ bytes: MutableByteView, _ whole: Whole, _ head: RequestHead, digest: SHA256Digest?
    ) -> DecodedHead {
        phase = .head
        start = 0
        lineStart = 0
        scanned = 0
        return .request(
            Request(
                method: head.method, path: head.path, query: head.query,
                headerBytes: head.headerBytes, headers: head.headers, body: bytes[whole.body],
                bodyDigest: digest, connection: head.connection),
            consumed: whole.end)
    }
}
