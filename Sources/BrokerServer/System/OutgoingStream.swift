import BrokerNode
import Bytes

/// What a step on a stream came to.
enum StreamTransfer: Equatable {
    /// This many bytes went through.
    case bytes(Int)
    /// Nothing now; go on when this is possible.
    case waits(Poller.Interest)
    /// The peer has finished.
    case ended
    case failed(reason: String)
}

/// A connection to somebody else, over TCP or over TLS on TCP.
final class OutgoingStream {
    // In this order: the session says farewell over the socket before that closes.
    private var session: TLSSession?
    private let socket: Socket

    /// Begins to connect to `address`.
    init(to address: SocketAddress) throws(SystemError) {
        socket = try Socket(connectingTo: address)
    }

    deinit { session = nil }

    /// The number Linux knows it by.
    var number: Int32 { socket.number }

    /// Why connecting has failed; nil when it has not.
    func connectionProblem() -> SystemError? { socket.connectionProblem() }

    /// Goes on under TLS with `host`.
    func secure(with context: TLSContext, host: String) throws(CourierProblem) {
        session = try context.session(with: host, over: socket.number)
    }

    /// Goes on with the handshake; nil when it is over.
    func handshake() -> StreamTransfer? { session?.handshake() }

    /// Reads what is there into `space`.
    func read(into space: MutableByteView) -> StreamTransfer {
        if let session { return session.read(into: space) }
        switch socket.read(into: space) {
        case .bytes(let count): return .bytes(count)
        case .wouldBlock: return .waits(.read)
        case .ended: return .ended
        case .failed: return .failed(reason: "\(SystemError("recv"))")
        }
    }

    /// Tells the peer at once that its bytes have come.
    func acknowledge() { socket.acknowledge() }

    /// Writes as much of `bytes` as is taken now.
    func write(_ bytes: ByteView) -> StreamTransfer {
        if let session { return session.write(bytes) }
        switch socket.write(bytes) {
        case .bytes(let count): return .bytes(count)
        case .wouldBlock: return .waits(.write)
        case .ended: return .ended
        case .failed: return .failed(reason: "\(SystemError("send"))")
        }
    }
}
