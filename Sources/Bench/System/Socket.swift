import Bytes
import Glibc

/// A connected stream socket over IPv4.
struct Socket: ~Copyable {
    private let descriptor: Descriptor

    /// The number that the poller knows the socket by.
    var number: Int32 { descriptor.number }

    /// A connection that a listener has accepted.
    init(accepted descriptor: consuming Descriptor) { self.descriptor = descriptor }

    private init(descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Connects to an address such as `127.0.0.1`, blocking until it is done.
    static func connected(to address: String, port: UInt16) throws(SystemError) -> Socket {
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        guard unsafe inet_pton(AF_INET, address, &target.sin_addr) == 1 else {
            throw SystemError("address \(address)", number: EINVAL)
        }
        let number = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Socket.closeOnExec, 0)
        guard number >= 0 else { throw SystemError("socket") }
        let socket = Socket(descriptor: Descriptor(number))
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafePointer(to: &target) { pointer in
            // Safe because a sockaddr_in begins as a sockaddr does and its size is passed along.
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(number, $0, size)
            }
        }
        let failure = errno
        var on: Int32 = 1
        // Safe because the size is that of the value pointed to.
        _ = unsafe setsockopt(
            number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        guard result == 0 else {
            throw SystemError("connect to \(address):\(port)", number: failure)
        }
        return socket
    }

    private static let closeOnExec = Int32(SOCK_CLOEXEC.rawValue)

    /// From now on no call waits.
    func makeNonBlocking() { _ = fcntl(number, F_SETFL, O_NONBLOCK) }

    /// Sends what the kernel takes and returns how much that was; 0 when it takes nothing now.
    func send(_ bytes: ByteView) throws(SystemError) -> Int {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            // Safe because the buffer's own address and count are passed.
            unsafe Glibc.send(number, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return count }
        if errno == EAGAIN || errno == EINTR { return 0 }
        throw SystemError("send")
    }

    /// Receives into `area` and returns how much; nil when there is nothing now.
    func receive(into area: ReceiveArea) throws(SystemError) -> Int? {
        let count = unsafe area.fill { buffer in
            // Safe because the buffer's own address and count are passed.
            unsafe recv(number, buffer.baseAddress, buffer.count, 0)
        }
        if count > 0 { return count }
        if count == 0 { throw SystemError("the server closed the connection", number: ECONNRESET) }
        if errno == EAGAIN || errno == EINTR { return nil }
        throw SystemError("recv")
    }
}
