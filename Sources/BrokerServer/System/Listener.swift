import CLinux
import Glibc

/// A socket that accepts connections on one address.
struct Listener: ~Copyable {
    private let descriptor: Descriptor
    /// Where it listens.
    let address: SocketAddress
    /// The port it listens on, also when any free port was asked for.
    let port: UInt16

    /// Listens on `address`. IPv6 addresses take no IPv4 connections, so that both can be given.
    ///
    /// - Parameter sharesPort: Whether other listeners of this process have the same address, and
    ///   the kernel spreads connections over them.
    init(_ address: SocketAddress, sharesPort: Bool) throws(SystemError) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = try Descriptor(socket(address.family, kind, 0), from: "socket")
        _ = apus_set_flag(descriptor.number, SOL_SOCKET, SO_REUSEADDR)
        if sharesPort { _ = apus_set_flag(descriptor.number, SOL_SOCKET, SO_REUSEPORT) }
        if address.family == AF_INET6 {
            _ = apus_set_flag(descriptor.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY)
        }
        // Safe because the address outlives both calls.
        guard unsafe address.withSocketAddress({ unsafe bind(descriptor.number, $0, $1) }) == 0
        else {
            throw SystemError("bind")
        }
        guard listen(descriptor.number, 4096) == 0 else { throw SystemError("listen") }
        port = try Listener.boundPort(of: descriptor.number)
        self.descriptor = descriptor
        self.address = address
    }

    /// Throws when somebody listens on `address`, whether or not the port would be shared: another
    /// process of this user could otherwise take half of the connections.
    static func checkIsFree(_ address: SocketAddress) throws(SystemError) {
        _ = try Listener(address, sharesPort: false)
    }

    /// The number Linux knows it by.
    var number: Int32 { descriptor.number }

    /// The next waiting connection; nil when there is none.
    func accept() throws(SystemError) -> Socket? {
        let number = apus_accept4(descriptor.number)
        if number >= 0 { return Socket(accepted: try Descriptor(number, from: "accept4")) }
        switch errno {
        case EAGAIN, EWOULDBLOCK, ECONNABORTED, EINTR, EPROTO: return nil
        default: throw SystemError("accept4")
        }
    }

    private static func boundPort(of number: Int32) throws(SystemError) -> UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        // Safe because the larger of both address structures is given with its size, and both keep
        // the port in the same place.
        let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(number, $0, &length)
            }
        }
        guard result == 0 else { throw SystemError("getsockname") }
        return UInt16(bigEndian: address.sin6_port)
    }
}
