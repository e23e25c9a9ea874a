import Bytes
import COpenSSL
import Glibc

/// TLS over one connected, non-blocking socket: handshake with verification, then bytes.
@safe
final class TLSSession {
    private let session: OpaquePointer
    /// Whether the handshake is over and nothing has failed: only then the end is announced.
    private var isSound = false

    /// Owns `session`, and verifies that its peer is `host`.
    init(
        owning session: OpaquePointer, with host: String, over number: Int32
    ) throws(CourierProblem) {
        unsafe self.session = session
        // Safe because OpenSSL copies the names, and the caller keeps the socket open.
        guard unsafe SSL_set_fd(session, number) == 1, unsafe TLSSession.expect(host, session)
        else { throw CourierProblem(reason: TLSError.reason(or: "TLS cannot be set up")) }
        unsafe SSL_set_connect_state(session)
    }

    deinit {
        // Safe because the session is this object's own; the socket is still open.
        if isSound { _ = unsafe SSL_shutdown(session) }
        unsafe SSL_free(session)
    }

    /// Has the certificate checked for `host`: an address by address, a name by name, which is also
    /// told to the server.
    private static func expect(_ host: String, _ session: OpaquePointer) -> Bool {
        if SocketAddress(host: host, port: 0) != nil, host != "localhost" {
            return unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1
        }
        unsafe SSL_set_hostflags(session, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard unsafe SSL_set1_host(session, host) == 1 else { return false }
        return unsafe apus_tls_name_server(session, host) == 1
    }

    /// Goes on with the handshake; nil when it is over.
    func handshake() -> StreamTransfer? {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(session)
        if result == 1 {
            isSound = true
            return nil
        }
        let transfer = outcome(of: result)
        guard case .failed(let reason) = transfer else { return transfer }
        let verdict = unsafe SSL_get_verify_result(session)
        guard verdict == Int(X509_V_OK) else {
            // Safe because OpenSSL's texts are constants.
            let text = unsafe String(cString: X509_verify_cert_error_string(verdict))
            return .failed(reason: "certificate verify failed: \(text)")
        }
        return .failed(reason: "TLS handshake failed: \(reason)")
    }

    /// Reads what is there into `space`.
    func read(into space: MutableByteView) -> StreamTransfer {
        var count = 0
        ERR_clear_error()
        let result = unsafe space.withUnsafeMutableBytes { buffer in
            // Safe because OpenSSL writes at most as many bytes as the buffer holds.
            unsafe SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        }
        return result == 1 ? .bytes(count) : outcome(of: result)
    }

    /// Writes as much of `bytes` as goes into one record.
    func write(_ bytes: ByteView) -> StreamTransfer {
        var count = 0
        ERR_clear_error()
        let result = unsafe bytes.withUnsafeBytes { buffer in
            // Safe because OpenSSL reads exactly the bytes of the view.
            unsafe SSL_write_ex(session, buffer.baseAddress, buffer.count, &count)
        }
        return result == 1 ? .bytes(count) : outcome(of: result)
    }

    private func outcome(of result: Int32) -> StreamTransfer {
        let code = errno
        switch unsafe SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return .waits(.read)
        case SSL_ERROR_WANT_WRITE: return .waits(.write)
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL where ERR_peek_last_error() == 0:
            isSound = false
            guard code != 0 else { return .failed(reason: "the connection was closed") }
            return .failed(reason: "\(SystemError("recv", code: code))")
        default:
            isSound = false
            return .failed(reason: TLSError.reason(or: "the peer does not speak TLS"))
        }
    }
}
