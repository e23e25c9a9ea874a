import Bytes

/// One byte stream to a client: a socket, or the simulator's wire.
///
/// Nothing blocks. A wire that was closed is not used again.
public protocol Wire: AnyObject {
    /// Reads what is there into `space`, which has room for at least one byte.
    func read(into space: MutableByteView) -> WireTransfer
    /// Writes as much of `bytes` as is taken now.
    func write(_ bytes: ByteView) -> WireTransfer
    /// Says which events shall be reported from now on. A new wire reports reading and end.
    func watch(_ interest: WireInterest)
    /// Tells the client that nothing more will be sent; reading goes on.
    func finishSending()
    /// Ends both directions.
    func close()
}

/// The events of a wire that its connection waits for.
public struct WireInterest: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8

    /// The events of these bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Bytes can be read.
    public static let reading = WireInterest(rawValue: 1)
    /// Bytes can be written.
    public static let writing = WireInterest(rawValue: 2)
    /// The client has finished sending.
    public static let end = WireInterest(rawValue: 4)
}

/// What a read or a write came to.
public enum WireTransfer: Equatable, Sendable {
    /// This many bytes went through.
    case bytes(Int)
    /// Nothing now; an event will tell.
    case wouldBlock
    /// The client has finished sending.
    case ended
    /// The stream is broken.
    case failed
}
