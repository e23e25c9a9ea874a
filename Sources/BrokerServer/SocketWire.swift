import BrokerNode
import Bytes

/// A connection's socket, watched by its loop's poller.
final class SocketWire: Wire {
    private let socket: Socket
    private let poller: Poller
    private let key: UInt64

    /// Starts to watch `socket` under the token of its connection.
    init(_ socket: consuming Socket, token: ConnectionToken, poller: Poller) throws(SystemError) {
        try poller.add(socket.number, key: token.bits, interest: [.read, .peerFinished])
        self.socket = socket
        self.poller = poller
        key = token.bits
    }

    func read(into space: MutableByteView) -> WireTransfer { socket.read(into: space) }

    func write(_ bytes: ByteView) -> WireTransfer { socket.write(bytes) }

    func watch(_ interest: WireInterest) {
        var wanted: Poller.Interest = []
        if interest.contains(.reading) { wanted.insert(.read) }
        if interest.contains(.writing) { wanted.insert(.write) }
        if interest.contains(.end) { wanted.insert(.peerFinished) }
        poller.modify(socket.number, key: key, interest: wanted)
    }

    func finishSending() { socket.finishSending() }

    func close() {
        // The descriptor itself closes with this object; until then no event may name it.
        poller.remove(socket.number, key: key)
        socket.finish()
    }
}
