import BrokerNode
import Bytes
import CLinux
import Glibc

/// One accepted TCP connection, non-blocking, that closes itself.
struct Socket: ~Copyable {
    private let descriptor: Descriptor

    /// Owns an accepted descriptor and sends small answers at once.
    init(accepted descriptor: consuming Descriptor) {
        self.descriptor = descriptor
        _ = apus_set_flag(self.descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY)
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

    /// Tells the peer that nothing more will be sent; reading goes on.
    func finishSending() { shutdown(descriptor.number, Int32(SHUT_WR)) }

    /// Ends both directions.
    func finish() { shutdown(descriptor.number, Int32(SHUT_RDWR)) }

    private func isTransient(_ code: Int32) -> Bool {
        code == EAGAIN || code == EWOULDBLOCK || code == EINTR
    }
}
