import Bytes

/// The key and certificate of notifications in the data directory: `sns-key.pem`, which only this
/// user can read, and `sns-certificate.pem`.
struct SigningFiles: Sendable {
    private static let keyName = "sns-key.pem"
    private static let certificateName = "sns-certificate.pem"

    private let directory: Directory

    /// The files in `directory`, which may not be there.
    init(directory: Directory) { self.directory = directory }

    /// What they hold; nil when one of them is not there.
    func read() throws(OptionProblem) -> SigningIdentity? {
        guard let keyPEM = try bytes(of: SigningFiles.keyName) else { return nil }
        guard let key = RSAKey(pem: keyPEM) else {
            throw problem(SigningFiles.keyName, "is no RSA key in PEM")
        }
        guard let certificate = try bytes(of: SigningFiles.certificateName) else { return nil }
        guard let digest = key.digest(ofCertificate: certificate) else {
            throw problem(SigningFiles.certificateName, "is no certificate of the key beside it")
        }
        return SigningIdentity(keyPEM: keyPEM, certificatePEM: certificate, digest: digest)
    }

    /// What a file holds; nil when it is not there. One that cannot be read is not replaced.
    private func bytes(of name: String) throws(OptionProblem) -> [UInt8]? {
        let path = directory.path(of: name)
        guard File.exists(path: path) else { return nil }
        guard let text = File.text(path: path) else { throw problem(name, "cannot be read") }
        return Array(text.utf8)
    }

    private func problem(_ name: String, _ finding: String) -> OptionProblem {
        OptionProblem(
            "--data: \(directory.path(of: name)) \(finding); allowed: the file as it was "
                + "written, or none, and a new key and certificate are made")
    }

    /// Keeps `identity`, whatever happens from now on.
    func write(_ identity: SigningIdentity) throws(SystemError) {
        // Without the certificate the key counts for nothing, so it goes first, and no other
        // key's certificate is beside it.
        try directory.remove(SigningFiles.certificateName)
        try write(identity.keyPEM, to: SigningFiles.keyName, mode: 0o600)
        try write(identity.certificatePEM, to: SigningFiles.certificateName, mode: 0o644)
    }

    private func write(_ bytes: [UInt8], to name: String, mode: UInt32) throws(SystemError) {
        var result: Result<Void, SystemError> = .success(())
        bytes.withByteView { view in
            do throws(SystemError) {
                try directory.replace(name, with: view, mode: mode)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }
}

/// The key that signs notifications, and the certificate that proves it.
struct SigningIdentity: Sendable {
    /// The host in the certificate: AWS's, which verifiers expect.
    static let hostName = "sns.amazonaws.com"
    /// How long the certificate is good for: ten years.
    static let days: Int32 = 3653

    let keyPEM: [UInt8]
    let certificatePEM: [UInt8]
    /// The SHA-256 of the certificate.
    let digest: SHA256Digest

    /// A new one, which takes some hundred milliseconds.
    static func generate() -> SigningIdentity {
        let key = RSAKey.generate()
        let certificate = key.certificate(
            name: hostName, serial: KernelEntropy.word() >> 1, days: days)
        guard let digest = key.digest(ofCertificate: certificate) else {
            preconditionFailure("a key's certificate is its own")
        }
        return SigningIdentity(keyPEM: key.pem, certificatePEM: certificate, digest: digest)
    }

    /// Where the certificate is served: `/SimpleNotificationService-<32 hexadecimal digits>.pem`.
    var certificatePath: String {
        var writer = ByteWriter(capacity: 96)
        writer.append("/SimpleNotificationService-")
        digest.withView { writer.append(hex: $0.prefix(16)) }
        writer.append(".pem")
        return writer.view.string
    }
}
