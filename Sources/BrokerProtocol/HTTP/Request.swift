import Bytes

/// One whole HTTP request, as views into the connection's receive buffer.
///
/// It is valid until it has been answered. `query` and `body` may be changed in place: decoding the
/// action undoes escapes and percent coding there, so a request is decoded once.
public struct Request: Sendable {
    /// The methods this server answers.
    public enum Method: Sendable {
        case get
        case head
        case post
        case options
    }

    /// What happens to the connection after the answer.
    public enum Connection: Sendable {
        /// HTTP/1.1 stays open without a word.
        case stays
        /// HTTP/1.0 stays open because the client asked, and is told so.
        case staysExplicitly
        /// The client asked to close, or speaks HTTP/1.0.
        case closes
    }

    /// The method of the request line.
    public var method: Method
    /// The path of the target, from its slash up to the question mark.
    public var path: ByteView
    /// What follows the question mark; empty without one.
    public var query: MutableByteView
    /// The header lines, each with its line end.
    public var headerBytes: ByteView
    /// The headers the protocol needs.
    public var headers: RequestHeaders
    /// The body, without the framing of chunks.
    public var body: MutableByteView
    /// The digest of a body so long that it was made in steps.
    public var bodyDigest: SHA256Digest?
    /// Whether the connection stays open after the answer.
    public var connection: Connection

    /// Whether the connection stays open after the answer.
    public var keepsAlive: Bool { connection != .closes }

    /// Whether it speaks AWS JSON, by its head.
    var isJSON: Bool {
        method == .post
            && (!headers.target.isEmpty
                || headers.contentType.hasPrefix(lowercase: "application/x-amz-json-"))
    }
}

/// The headers that choose how a request is understood, each empty when absent.
///
/// Values are without surrounding blanks. Of a header sent more than once the first counts.
public struct RequestHeaders: Sendable {
    /// `Host`: host and port as the client names this server.
    public var host = ByteView()
    /// `Content-Type`.
    public var contentType = ByteView()
    /// `Accept`.
    public var accept = ByteView()
    /// `Authorization`.
    public var authorization = ByteView()
    /// `X-Amz-Target`.
    public var target = ByteView()
    /// `X-Amzn-Trace-Id`.
    public var traceID = ByteView()
    /// `Origin`: a browser asks on behalf of that page.
    public var origin = ByteView()
    /// `X-Forwarded-Proto`: the scheme the client used towards a proxy.
    public var forwardedScheme = ByteView()

    /// No headers.
    public init() {}
}
