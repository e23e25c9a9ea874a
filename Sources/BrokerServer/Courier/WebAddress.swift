import Bytes

/// An http or https URL, taken apart and found to be safe to send.
struct WebAddress: Equatable, Sendable {
    /// Who answers: requests to the same endpoint share connections.
    struct Endpoint: Hashable, Sendable, CustomStringConvertible {
        /// Whether it is reached over TLS.
        let isSecure: Bool
        /// In lower case; IPv6 without brackets.
        let host: String
        let port: UInt16

        /// As the Host field names it: the port only when it is not the scheme's own.
        var authority: String {
            let name = host.utf8.contains(0x3A) ? "[\(host)]" : host
            return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
        }

        var description: String { (isSecure ? "https://" : "http://") + authority }
    }

    /// Longer URLs are refused.
    static let byteLimit = 8_192

    let endpoint: Endpoint
    /// Path and query, as they stand in the request line.
    let target: String
    /// `name:password` of the URL, percent-decoded; nil when it names no user.
    let credentials: [UInt8]?

    /// Reads a URL. White space, controls and anything outside ASCII are refused.
    init(_ text: String) throws(CourierProblem) {
        guard text.utf8.count <= WebAddress.byteLimit else {
            throw CourierProblem(reason: "the URL is longer than \(WebAddress.byteLimit) bytes")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw CourierProblem(reason: "the URL has a character that has to be percent-encoded")
        }
        let isSecure: Bool
        let rest: Substring
        let scheme = text.prefix { $0 != ":" }.lowercased()
        switch scheme {
        case "http" where text.dropFirst(4).hasPrefix("://"):
            isSecure = false
            rest = text.dropFirst(7)
        case "https" where text.dropFirst(5).hasPrefix("://"):
            isSecure = true
            rest = text.dropFirst(8)
        default:
            throw CourierProblem(reason: "the URL begins neither with http:// nor with https://")
        }
        var authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let path = rest.dropFirst(authority.count).prefix { $0 != "#" }
        target = path.hasPrefix("/") ? String(path) : "/" + path
        if let at = authority.lastIndex(of: "@") {
            credentials = try WebAddress.credentials(authority[..<at])
            authority = authority[authority.index(after: at)...]
        } else {
            credentials = nil
        }
        let (host, port) = try WebAddress.split(authority)
        endpoint = Endpoint(
            isSecure: isSecure, host: try WebAddress.checked(host),
            port: try WebAddress.port(port, isSecure: isSecure))
    }

    /// The name or address, and the digits after the colon.
    private static func split(
        _ authority: Substring
    ) throws(CourierProblem) -> (host: Substring, port: Substring?) {
        guard authority.hasPrefix("[") else {
            guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
            return (authority[..<colon], authority[authority.index(after: colon)...])
        }
        guard let end = authority.firstIndex(of: "]") else {
            throw CourierProblem(reason: "the URL's IPv6 address has no closing bracket")
        }
        let host = authority[...end]
        let rest = authority[authority.index(after: end)...]
        if rest.isEmpty { return (host, nil) }
        guard rest.hasPrefix(":") else {
            throw CourierProblem(reason: "the URL's host is not valid")
        }
        return (host, rest.dropFirst())
    }

    private static func checked(_ host: Substring) throws(CourierProblem) -> String {
        if host.hasPrefix("[") {
            let bare = String(host.dropFirst().dropLast()).lowercased()
            guard bare.utf8.contains(0x3A), SocketAddress(host: bare, port: 0) != nil else {
                throw CourierProblem(reason: "the URL's IPv6 address is not valid")
            }
            return bare
        }
        guard !host.isEmpty else { throw CourierProblem(reason: "the URL has no host") }
        guard host.utf8.count <= 253, host.utf8.allSatisfy(isHostByte) else {
            throw CourierProblem(reason: "the URL's host is not valid")
        }
        return host.lowercased()
    }

    private static func port(_ digits: Substring?, isSecure: Bool) throws(CourierProblem) -> UInt16
    {
        // A colon with nothing after it is allowed (RFC 3986, section 3.2.3).
        guard let digits, !digits.isEmpty else { return isSecure ? 443 : 80 }
        guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = UInt16(digits),
            port > 0
        else { throw CourierProblem(reason: "the URL's port is not valid") }
        return port
    }

    private static func credentials(_ text: Substring) throws(CourierProblem) -> [UInt8] {
        let colon = text.firstIndex(of: ":")
        let name = colon.map { text[..<$0] } ?? text
        let password = colon.map { text[text.index(after: $0)...] } ?? ""
        var writer = ByteWriter()
        guard
            String(name).withByteView({
                PercentCoding.decode($0, plusIsSpace: false, into: &writer)
            })
        else { throw CourierProblem(reason: "the URL's user name is not valid") }
        writer.append(0x3A)
        guard
            String(password).withByteView({
                PercentCoding.decode($0, plusIsSpace: false, into: &writer)
            })
        else { throw CourierProblem(reason: "the URL's password is not valid") }
        return writer.array
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}
