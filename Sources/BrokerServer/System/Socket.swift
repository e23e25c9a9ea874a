import BrokerNode
import Bytes
import CLinux
import Glibc

/// One TCP connection, non-blocking, that closes itself.
struct Socket: ~Copyable {
    private let descriptor: Descriptor

    /// Owns an accepted descriptor and sends small answers at once.
    init(accepted descriptor: consuming Descriptor) {
        self.descriptor = descriptor
        _ = apus_set_flag(self.descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY)
    }

    /// Begins to connect to `address`; the socket becomes writable when that has come to an end.
    init(connectingTo address: SocketAddress) throws(SystemError) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = try Descriptor(socket(address.family, kind, 0), from: "socket")
        _ = apus_set_flag(descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY)
        // Safe because the address outlives the call.
        let result = unsafe address.withSocketAddress { unsafe connect(descriptor.number, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else { throw SystemError("connect") }
        self.descriptor = descriptor
    }

    /// Why connecting has failed; nil when it has not.
    func connectionProblem() -> SystemError? {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // Safe because the variable has the length that is told.
        let result = unsafe getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &code, &length)
        guard result == 0 else { return SystemError("getsockopt") }
        return code == 0 ? nil : SystemError("connect", code: code)
    }

    /// The number Linux knows it by.
    var number: Int32 { descriptor.number }

    /// Reads what is there into `space`.
    func read(into space: MutableByteView) -> WireTransfer {
        precondition(!space.isEmpty, "a read has room, or its end could not be told")
        let count = unsafe space.withUnsafeMutableBytes { buffer in
            // Safe because the kernel writes at most as many bytes as the buffer holds.
            unsafe recv(descriptor.number, buffer.baseAddress, buffer.count, 0)
        }
        if count > 0 { return .bytes(count) }
        if count == 0 { return .ended }
        return isTransient(errno) ? .wouldBlock : .failed
    }

    /// Writes as much of `bytes` as the kernel takes.
    func write(_ bytes: ByteView) -> WireTransfer {
        // Safe because the kernel reads exactly the bytes of the view.
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe send(
                descriptor.number, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
        }
        if count >= 0 { return .bytes(count) }
        return isTransient(errno) ? .wouldBlock : .failed
    }

    /// Tells the peer at once that its bytes have come, instead of with the next ones sent.
    func acknowledge() { _ = apus_set_flag(descriptor.number, Int32(IPPROTO_TCP), TCP_QUICKACK) }

    /// Tells the peer that nothing more will be sent; reading goes on.
    func finishSending() { shutdown(descriptor.number, Int32(SHUT_WR)) }

    /// Ends both directions.
    func finish() { shutdown(descriptor.number, Int32(SHUT_RDWR)) }

    private func isTransient(_ code: Int32) -> Bool {
        code == EAGAIN || code == EWOULDBLOCK || code == EINTR
    }
}
