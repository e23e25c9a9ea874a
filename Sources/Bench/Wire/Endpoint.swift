/// Where a server listens.
struct Endpoint: Equatable {
    /// The name or address as the user gave it.
    let host: String
    /// The IPv4 address behind it.
    let address: String
    let port: UInt16

    /// The value of the `Host` header.
    var authority: String { port == 80 ? host : "\(host):\(port)" }
    var url: String { "http://\(authority)" }

    /// A server on this machine.
    init(loopback port: UInt16) {
        host = "127.0.0.1"
        address = "127.0.0.1"
        self.port = port
    }

    /// Reads `http://host[:port][/]` and looks the host up.
    init(url text: String) throws(BenchError) {
        let form = "a URL such as http://127.0.0.1:4566"
        if text.hasPrefix("https://") {
            throw BenchError(
                "\(text) is not allowed: TLS is not spoken here, put a proxy that ends it in front"
                    + "; allowed: \(form)")
        }
        guard let rest = text.suffix(afterPrefix: "http://"),
            let authority = rest.split(separator: "/", omittingEmptySubsequences: false).first
        else { throw BenchError("\(text) is not allowed; allowed: \(form)") }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty,
            let number = parts.count == 2 ? UInt16(parts[1]) : 80, number > 0
        else { throw BenchError("\(text) is not allowed; allowed: \(form)") }
        host = String(name)
        port = number
        guard let found = HostNames.address(of: String(name)) else {
            throw BenchError("\(text): the host \(name) has no IPv4 address")
        }
        address = found
    }
}
