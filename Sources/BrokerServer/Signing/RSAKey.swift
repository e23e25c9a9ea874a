import Bytes
import COpenSSL

/// An RSA key of OpenSSL's that signs. For one thread.
@safe
final class RSAKey {
    private let key: OpaquePointer

    private init(owning key: OpaquePointer) { unsafe self.key = key }

    deinit { unsafe EVP_PKEY_free(key) }

    /// A new key of 2,048 bits, which takes some hundred milliseconds.
    static func generate() -> RSAKey {
        guard let key = unsafe apus_rsa_generate() else {
            preconditionFailure("OpenSSL makes keys as long as there is memory")
        }
        return unsafe RSAKey(owning: key)
    }

    /// The key in `pem`; nil when there is none.
    init?(pem: [UInt8]) {
        // Safe because the function reads that many bytes.
        guard let key = unsafe apus_rsa_read(pem, pem.count) else { return nil }
        unsafe self.key = key
    }

    /// The key in PEM.
    var pem: [UInt8] {
        // Safe because the function writes no more than it is given room for.
        unsafe RSAKey.filled { out, capacity in unsafe apus_rsa_write(key, out, capacity) }
    }

    /// A certificate for this key, signed by itself, in PEM.
    ///
    /// - Parameter name: Of the host that it is for.
    func certificate(name: String, serial: UInt64, days: Int32) -> [UInt8] {
        unsafe RSAKey.filled { out, capacity in
            // Safe because the function writes no more than it is given room for.
            unsafe apus_certificate_write(key, name, "DNS:\(name)", serial, days, out, capacity)
        }
    }

    /// The digest of a certificate in PEM; nil when it is none of this key.
    func digest(ofCertificate pem: [UInt8]) -> SHA256Digest? {
        var bytes = [UInt8](repeating: 0, count: 32)
        // Safe because there is room for the digest.
        guard unsafe apus_certificate_digest(pem, pem.count, key, &bytes) == 1 else { return nil }
        return bytes.withByteView { SHA256Digest(bytes: $0) }
    }

    /// The signature of `text`: version 1 is SHA1withRSA, 2 is SHA256withRSA.
    func sign(_ text: [UInt8], version: UInt8) -> [UInt8] {
        unsafe RSAKey.filled { out, capacity in
            // Safe because the function reads the text and writes no more than it has room for.
            unsafe apus_rsa_sign(key, Int32(version), text, text.count, out, capacity)
        }
    }

    /// Whether `signature` is that of `text`, by the key of the certificate in `pem`.
    static func verifies(
        _ signature: [UInt8], of text: [UInt8], version: UInt8, certificate pem: [UInt8]
    ) -> Bool {
        // Safe because the function reads that many bytes of each.
        unsafe apus_rsa_verify(
            pem, pem.count, Int32(version), text, text.count, signature, signature.count) == 1
    }

    private static func filled(_ fill: (UnsafeMutablePointer<UInt8>, Int) -> Int) -> [UInt8] {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            // Safe because the buffer has that much room.
            unsafe count = fill(buffer.baseAddress.unsafelyUnwrapped, buffer.count)
        }
        precondition(!bytes.isEmpty, "OpenSSL signs and writes as long as there is memory")
        return bytes
    }
}
