import CLinux
import Glibc

/// What became of looking a name up.
enum NameAnswer: Equatable, Sendable {
    /// Numeric addresses, the best first; at least one.
    case addresses([String])
    case failed(reason: String)
}

/// The system's resolver, which blocks for as long as it likes.
enum NameLookup {
    /// The addresses of `host` for TCP.
    static func addresses(of host: String) -> NameAnswer {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        // Safe because the list is freed after the last look at it.
        let code = unsafe getaddrinfo(host, nil, &hints, &first)
        guard code == 0 else {
            return .failed(reason: unsafe String(cString: gai_strerror(code)))
        }
        defer { unsafe freeaddrinfo(first) }
        var found: [String] = []
        var next = unsafe first
        while let entry = unsafe next, found.count < CourierLimits.addressesPerName {
            if let text = unsafe numeric(entry.pointee), !found.contains(text) {
                found.append(text)
            }
            unsafe next = entry.pointee.ai_next
        }
        guard !found.isEmpty else { return .failed(reason: "the name has no address") }
        return .addresses(found)
    }

    /// The address of an entry as text; nil when it is neither IPv4 nor IPv6.
    private static func numeric(_ entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        // Safe because both lengths are told, and what is written ends with a zero byte.
        let code = unsafe text.withUnsafeMutableBufferPointer { buffer in
            unsafe getnameinfo(
                entry.ai_addr, entry.ai_addrlen, buffer.baseAddress, socklen_t(buffer.count), nil,
                0, NI_NUMERICHOST)
        }
        guard code == 0 else { return nil }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
