import Bytes

/// One keep-alive connection: at most one request is under way.
final class LoadConnection {
    private(set) var socket: Socket
    let received = ReceiveArea()
    var request = ByteWriter(capacity: 4096)
    var sentCount = 0
    /// When the request began; in an open loop the first of an operation began when it was due.
    var sentAt: UInt64 = 0
    /// When the operation began.
    var begunAt: UInt64 = 0
    var isBusy = false
    var awaitsWriting = false

    // What the workload keeps of its operation.
    var step = Step.send
    var queue = 0
    var messageCount = 0
    var isBatch = false

    init(_ address: String, port: UInt16) throws(SystemError) {
        socket = try Socket.connected(to: address, port: port)
        socket.makeNonBlocking()
    }

    /// - Parameter accepted: A connection that somebody else has opened.
    init(_ accepted: consuming Socket) { socket = accepted }

    /// Opens another connection in its place; what was under way there is lost.
    func reconnect(_ address: String, port: UInt16) throws(SystemError) {
        received.removeAll()
        sentCount = 0
        awaitsWriting = false
        socket = try Socket.connected(to: address, port: port)
        socket.makeNonBlocking()
    }
}
