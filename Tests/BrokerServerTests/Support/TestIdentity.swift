import Glibc

@testable import BrokerServer

/// A key and a certificate that signs itself, made when it is needed.
struct TestIdentity: Sendable {
    let certificatePath: String
    let keyPath: String

    /// Makes both in `directory` for a subject's alternative names, such as `DNS:localhost`.
    init(_ names: String, in directory: Directory, called name: String) throws {
        certificatePath = directory.path(of: "\(name).pem")
        keyPath = directory.path(of: "\(name).key")
        let command =
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
            + " -keyout \(keyPath) -out \(certificatePath) -subj /CN=\(name)"
            + " -addext subjectAltName=\(names) 2>/dev/null"
        // Safe because the command is a whole string.
        guard unsafe system(command) == 0 else { throw SystemError("openssl", code: ENOENT) }
    }
}
