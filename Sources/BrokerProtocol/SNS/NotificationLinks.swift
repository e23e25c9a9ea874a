import Bytes

/// The URLs that notifications print: they lead to this server unless configured otherwise.
public struct NotificationLinks: Sendable {
    /// Scheme, host and port, without a slash at the end, such as `http://localhost:4566`.
    public var base: String
    /// The path of the certificate, `/SimpleNotificationService-<hex>.pem`.
    public var certificatePath: String

    public init(base: String, certificatePath: String) {
        self.base = base
        self.certificatePath = certificatePath
    }

    /// What SigningCertURL shows.
    public var certificateURL: String { base + certificatePath }

    /// Appends what SigningCertURL shows as a JSON string.
    func appendCertificateURL(into writer: inout ByteWriter) {
        writer.append(0x22)
        base.withByteView { writer.append(jsonEscaped: $0) }
        certificatePath.withByteView { writer.append(jsonEscaped: $0) }
        writer.append(0x22)
    }

    /// Whether `path` can be that of a certificate.
    static func isCertificatePath(_ path: ByteView) -> Bool {
        path.hasPrefix("/SimpleNotificationService-") && path.hasSuffix(".pem")
    }
}
