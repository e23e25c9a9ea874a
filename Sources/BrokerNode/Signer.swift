/// The certificate with which subscribers check signatures.
public struct SigningCertificate: Sendable {
    /// Where it is served, `/SimpleNotificationService-<hex>.pem`.
    public var path: String
    /// The certificate in PEM.
    public var pem: [UInt8]

    /// The certificate `pem`, served at `path`.
    public init(path: String, pem: [UInt8]) {
        self.path = path
        self.pem = pem
    }
}

/// The seam to the key that signs notifications: texts in, signatures out, never blocking.
public protocol Signer: AnyObject {
    /// The certificate of the key. Nil while there is no key yet; it is there before the first
    /// signature is handed out.
    var certificate: SigningCertificate? { get }
    /// Takes a text to be signed: version 1 is SHA1withRSA, version 2 is SHA256withRSA.
    func sign(_ text: [UInt8], version: UInt8, ticket: UInt64)
    /// Hands out the signatures made since the last call, one for each text.
    func takeSignatures(_ body: (_ ticket: UInt64, _ signature: [UInt8]) -> Void)
}
