import COpenSSL

/// What all TLS connections to others have in common: whom they trust, and nothing below TLS 1.2.
@safe
final class TLSContext {
    private let context: OpaquePointer

    /// A context that trusts the authorities in the file `authorities`, or those of the system.
    init(authorities: String?) throws(CourierProblem) {
        ERR_clear_error()
        // Safe because the results are checked, and OpenSSL copies what it is given.
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw CourierProblem(reason: TLSError.reason(or: "there is no memory for TLS"))
        }
        unsafe self.context = context
        guard unsafe apus_tls_prepare(context) == 1 else {
            throw CourierProblem(reason: TLSError.reason(or: "there is no TLS 1.2"))
        }
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        let result =
            if let authorities {
                unsafe SSL_CTX_load_verify_locations(context, authorities, nil)
            } else {
                unsafe SSL_CTX_set_default_verify_paths(context)
            }
        guard result == 1 else {
            throw CourierProblem(reason: TLSError.reason(or: "there are no certificates"))
        }
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// A session with `host` over the connected socket `number`, which outlives it.
    func session(with host: String, over number: Int32) throws(CourierProblem) -> TLSSession {
        ERR_clear_error()
        // Safe because the context lives as long as this object, and sessions hold it as well.
        guard let session = unsafe SSL_new(context) else {
            throw CourierProblem(reason: TLSError.reason(or: "there is no memory for TLS"))
        }
        return try unsafe TLSSession(owning: session, with: host, over: number)
    }
}

/// What OpenSSL says about its last failure on this thread.
enum TLSError {
    /// The reason of the latest error, or `other` when there is none.
    static func reason(or other: String) -> String {
        let code = ERR_peek_last_error()
        // Safe because OpenSSL's texts are constants.
        guard code != 0, let text = unsafe ERR_reason_error_string(code) else { return other }
        return unsafe String(cString: text)
    }
}
