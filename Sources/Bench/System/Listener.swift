import Glibc

/// A socket that others connect to on 127.0.0.1.
struct Listener: ~Copyable {
    private let descriptor: Descriptor
    let port: UInt16

    /// The number that the poller knows the listener by.
    var number: Int32 { descriptor.number }

    /// Listens at `port`, or at a free one.
    init(port wanted: UInt16 = 0) throws(SystemError) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(AF_INET, kind, 0)
        guard number >= 0 else { throw SystemError("socket") }
        let opened = Descriptor(number)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = wanted.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            // Safe because a sockaddr_in begins as a sockaddr does and its size is passed along.
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                guard unsafe bind(number, general, size) == 0, listen(number, 1024) == 0 else {
                    return Int32(-1)
                }
                return unsafe getsockname(number, general, &size)
            }
        }
        guard result == 0 else { throw SystemError("listen on 127.0.0.1:\(wanted)") }
        descriptor = opened
        port = UInt16(bigEndian: address.sin_port)
    }

    /// The next connection, which does not wait for anything; nil when nobody has come.
    func accept() throws(SystemError) -> Socket? {
        let accepted = Glibc.accept(number, nil, nil)
        if accepted >= 0 {
            let socket = Socket(accepted: Descriptor(accepted))
            socket.makeNonBlocking()
            return socket
        }
        if errno == EAGAIN || errno == EINTR || errno == ECONNABORTED { return nil }
        throw SystemError("accept")
    }
}
