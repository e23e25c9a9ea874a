import Bytes

/// Writes the requests that the courier sends.
enum RequestText {
    /// Fields that the courier writes itself.
    private static let own: Set<String> = [
        "host", "content-length", "connection", "transfer-encoding",
    ]

    /// The bytes of `POST address` with these fields and this body.
    ///
    /// Nothing that a subscriber chose can end a line: names must be tokens (RFC 9110, section
    /// 5.6.2), and values have no controls beside tabs.
    static func post(
        to address: WebAddress, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(CourierProblem) -> [UInt8] {
        var writer = ByteWriter(capacity: 512 + body.count)
        writer.append("POST ")
        writer.append(address.target)
        writer.append(" HTTP/1.1\r\nHost: ")
        writer.append(address.endpoint.authority)
        var isAuthorized = false
        for (name, value) in headers {
            try check(name, value)
            writer.append("\r\n")
            writer.append(name)
            writer.append(": ")
            writer.append(value)
            if name.lowercased() == "authorization" { isAuthorized = true }
        }
        if let credentials = address.credentials, !isAuthorized {
            writer.append("\r\nAuthorization: Basic ")
            credentials.withByteView { writer.append(base64: $0) }
        }
        writer.append("\r\nContent-Length: ")
        writer.append(decimal: UInt64(body.count))
        writer.append("\r\nConnection: keep-alive\r\n\r\n")
        writer.append(body)
        return writer.array
    }

    private static func check(_ name: String, _ value: String) throws(CourierProblem) {
        guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
            throw CourierProblem(reason: "the name of a header field is not valid")
        }
        guard !own.contains(name.lowercased()) else {
            throw CourierProblem(reason: "the header field \(name) cannot be chosen")
        }
        guard value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            throw CourierProblem(reason: "the header field \(name) has a control character")
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
