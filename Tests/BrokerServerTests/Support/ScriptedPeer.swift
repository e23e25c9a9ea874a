import BrokerNode
import Bytes
import COpenSSL
import Glibc

@testable import BrokerServer

/// One connection of a scripted server, whose reads and writes block.
@safe
final class ScriptedPeer: @unchecked Sendable {
    private let socket: Socket
    private var session: OpaquePointer?
    private let space = ReadSpace(byteCount: 4_096)
    private var received: [UInt8] = []

    init(_ socket: consuming Socket) {
        self.socket = socket
        unsafe session = nil
    }

    // Safe because the session is this object's own.
    deinit { unsafe SSL_free(session) }

    /// Serves TLS as `identity`; false when the client does not want that.
    func secure(_ identity: TestIdentity) -> Bool {
        // Safe because the session holds its context, and this object closes the socket after it.
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else { return false }
        defer { unsafe SSL_CTX_free(context) }
        guard
            unsafe SSL_CTX_use_certificate_chain_file(context, identity.certificatePath) == 1,
            unsafe SSL_CTX_use_PrivateKey_file(context, identity.keyPath, SSL_FILETYPE_PEM) == 1
        else { return false }
        unsafe session = SSL_new(context)
        guard unsafe SSL_set_fd(session, socket.number) == 1 else { return false }
        return unsafe SSL_accept(session) == 1
    }

    /// The next request with its body; nil when the client has closed before it was complete.
    func readRequest() -> String? {
        while true {
            let text = String(decoding: received, as: UTF8.self)
            if let length = ScriptedPeer.length(of: text), received.count >= length {
                received.removeFirst(length)
                return String(text.utf8.prefix(length)) ?? text
            }
            guard readMore() else { return nil }
        }
    }

    /// How many bytes the first request has; nil while its head is not complete.
    private static func length(of text: String) -> Int? {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.upperBound]
        guard let field = head.firstRange(of: "Content-Length: ") else { return head.utf8.count }
        let digits = head[field.upperBound...].prefix { $0.isNumber }
        return head.utf8.count + (Int(digits) ?? 0)
    }

    func write(_ text: String) {
        text.withByteView { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = writeSome(rest)
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    func readToEnd() { while readMore() {} }

    /// Has the end of the connection be a reset.
    func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        // Safe because the variable has the length that is told.
        _ = unsafe setsockopt(
            socket.number, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    private func readMore() -> Bool {
        let count: Int
        if let session = unsafe session {
            count = unsafe space.space.withUnsafeMutableBytes { buffer in
                // Safe because OpenSSL writes at most as many bytes as the buffer holds.
                Int(unsafe SSL_read(session, buffer.baseAddress, Int32(buffer.count)))
            }
        } else if case .bytes(let some) = socket.read(into: space.space) {
            count = some
        } else {
            count = 0
        }
        guard count > 0 else { return false }
        received += space.view(count).array
        return true
    }

    private func writeSome(_ bytes: ByteView) -> Int {
        if let session = unsafe session {
            // Safe because OpenSSL reads exactly the bytes of the view.
            return unsafe bytes.withUnsafeBytes { buffer in
                Int(unsafe SSL_write(session, buffer.baseAddress, Int32(buffer.count)))
            }
        }
        guard case .bytes(let count) = socket.write(bytes) else { return 0 }
        return count
    }
}
