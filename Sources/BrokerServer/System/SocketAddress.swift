import Glibc

/// An IPv4 or IPv6 address with a port.
struct SocketAddress: Equatable {
    /// The address, as the kernel keeps it.
    private enum Storage {
        case version4(sockaddr_in)
        case version6(sockaddr_in6)
    }

    private var storage: Storage
    /// As it is written, IPv6 without brackets.
    let host: String
    let port: UInt16

    /// Reads a numeric address, or `localhost`; nil for anything else.
    init?(host: String, port: UInt16) {
        var version4 = sockaddr_in()
        version4.sin_family = sa_family_t(AF_INET)
        version4.sin_port = port.bigEndian
        var version6 = sockaddr_in6()
        version6.sin6_family = sa_family_t(AF_INET6)
        version6.sin6_port = port.bigEndian
        let bare = SocketAddress.withoutBrackets(host)
        // Safe because inet_pton writes exactly one address of the family it is told.
        if unsafe inet_pton(AF_INET, bare, &version4.sin_addr) == 1 {
            storage = .version4(version4)
        } else if unsafe inet_pton(AF_INET6, bare, &version6.sin6_addr) == 1 {
            storage = .version6(version6)
        } else {
            return nil
        }
        self.host = bare
        self.port = port
    }

    private static func withoutBrackets(_ host: String) -> String {
        if host == "localhost" { return "127.0.0.1" }
        guard host.hasPrefix("["), host.hasSuffix("]") else { return host }
        return String(host.dropFirst().dropLast())
    }

    static func == (left: SocketAddress, right: SocketAddress) -> Bool {
        left.host == right.host && left.port == right.port
    }

    /// AF_INET or AF_INET6.
    var family: Int32 {
        switch storage {
        case .version4: AF_INET
        case .version6: AF_INET6
        }
    }

    /// Whether only this machine can reach it.
    var isLoopback: Bool {
        switch storage {
        case .version4(let address):
            return UInt32(bigEndian: address.sin_addr.s_addr) >> 24 == 127
        case .version6(let address):
            var bytes = address.sin6_addr
            // Safe because only the sixteen bytes of the address are read.
            return unsafe withUnsafeBytes(of: &bytes) { bytes in
                unsafe bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
            }
        }
    }

    /// As the authority of a URL: `127.0.0.1:4566`, `[::1]:4566`.
    func authority(port: UInt16) -> String {
        switch storage {
        case .version4: "\(host):\(port)"
        case .version6: "[\(host)]:\(port)"
        }
    }

    /// Calls `body` with the address as socket calls want it.
    func withSocketAddress<Value>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        // Safe because both structures begin as sockaddr does and the length says which it is.
        switch storage {
        case .version4(var address):
            return unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .version6(var address):
            return unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
    }
}
