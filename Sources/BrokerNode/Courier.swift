import Bytes

/// Something that leaves the broker for somebody who does not ask for it.
public struct Parcel: Sendable {
    /// Where it goes.
    public enum Address: Sendable {
        /// A request `POST url` with these header fields beside Host, Content-Length and Connection.
        /// User name and password in the URL are sent as Basic credentials.
        case http(url: String, headers: [(name: String, value: String)])
        /// A message of RFC 5322 (header lines, an empty line, a body) for a sendmail-compatible
        /// command, to be delivered to `recipient`.
        case mail(recipient: String)
    }

    /// By which the answer names it.
    public var number: UInt64
    public var address: Address
    public var body: [UInt8]
    /// How long the whole exchange may take, in milliseconds.
    public var timeoutMilliseconds: UInt64

    public init(
        number: UInt64, address: Address, body: [UInt8], timeoutMilliseconds: UInt64 = 15_000
    ) {
        self.number = number
        self.address = address
        self.body = body
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// What became of a parcel.
public enum ParcelResult: Sendable {
    /// An HTTP response came with this status and the beginning of its body. For mail: the
    /// command's exit status, where 0 is shown as 200 and others as 500.
    case answered(status: Int, body: [UInt8])
    /// No response came: refused, cut, timed out, a name or a certificate that is wrong.
    case failed(reason: String)
}

/// The seam to the network outside: parcels in, results out, never blocking.
///
/// A parcel is answered exactly once, unless the process ends before. A slow receiver delays nobody
/// else: connections of one address are bounded, what is beyond waits for its turn within its own
/// address only.
public protocol Courier: AnyObject {
    /// Takes a parcel. The result comes later.
    func send(_ parcel: Parcel, at now: UInt64)
    /// Hands out what has been answered since the last call.
    ///
    /// - Parameter elapsed: Milliseconds from the start of the exchange to its end.
    func takeResults(
        _ body: (_ number: UInt64, _ result: ParcelResult, _ elapsed: UInt64) -> Void)
    /// When something times out, in milliseconds of the monotonic clock; nil while nothing waits.
    var nextDeadline: UInt64? { get }
}
