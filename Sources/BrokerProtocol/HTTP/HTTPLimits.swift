/// The bounds of one HTTP request.
public struct HTTPLimits: Sendable {
    /// Request line and header lines together; more is answered 431.
    public var headByteCount = 16 * 1024
    /// The request target; more is answered 414. Half of the head, so that headers still fit.
    public var targetByteCount = 8 * 1024
    /// Header lines; more is answered 431.
    public var headerCount = 100
    /// The body as it is sent, with the framing of chunks; more is answered 413.
    ///
    /// A batch carries 1 MiB at most. Its costliest coding is a binary attribute in a form: base64
    /// makes 4 bytes of 3 and percent coding 3 of each, hence four times the bytes. 256 KiB are for
    /// the names, identifiers and receipt handles of the fields around.
    public var bodyByteCount = 4 * 1024 * 1024 + 256 * 1024
    /// One chunk-size line with its extensions; more is answered 400.
    public var chunkLineByteCount = 256
    /// The trailer after the last chunk, which is read and dropped; more is answered 431.
    public var trailerByteCount = 8 * 1024

    /// The limits of the server.
    public init() {}
}
