import Bytes

/// The key and certificate of notifications in the data directory: `sns-key.pem`, which only this
/// user can read, and `sns-certificate.pem`.
struct SigningFiles: Sendable {
    private static let keyName = "sns-key.pem"
    private static let certificateName = "sns-certificate.pem"

    private let directory: Directory

    /// The files in `directory`, which may not be there.
    init(directory: Directory) { self.directory = directory }

    /// What they hold; nil when there is no key.
    func read() throws(OptionProblem) -> SigningIdentity? {
        guard let text = File.text(path: directory.path(of: SigningFiles.keyName)) else {
            return nil
        }
        let pem = Array(text.utf8)
        guard let key = RSAKey(pem: pem) else {
            throw OptionProblem(
                "--data: \(directory.path(of: SigningFiles.keyName)) is no RSA key in PEM; "
                    + "allowed: the file as it was written, or none")
        }
        let path = directory.path(of: SigningFiles.certificateName)
        guard let certificate = File.text(path: path).map({ Array($0.utf8) }),
            let digest = key.digest(ofCertificate: certificate)
        else { return nil }
        return SigningIdentity(keyPEM: pem, certificatePEM: certificate, digest: digest)
    }

    /// Keeps `identity`, whatever happens from now on.
    func write(_ identity: SigningIdentity) throws(SystemError) {
        // Without the certificate the key counts for nothing, so it goes first.
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
