import BrokerNode
import Glibc
import Testing

@testable import BrokerServer

@Suite("The key of notifications")
struct KeySignerTests {
    private let log = Log(level: .error)

    /// The signatures of `texts`, once all of them are made.
    private func signatures(
        of texts: [String], version: UInt8, by signer: KeySigner, _ wake: Wake
    ) -> [[UInt8]] {
        for (index, text) in texts.enumerated() {
            signer.sign(Array(text.utf8), version: version, ticket: UInt64(index))
        }
        var found: [UInt64: [UInt8]] = [:]
        while found.count < texts.count {
            wake.sleep()
            wake.clear()
            signer.takeSignatures { found[$0] = $1 }
        }
        return texts.indices.map { found[UInt64($0), default: []] }
    }

    @Test("Signatures of both versions verify with the certificate", arguments: [1, 2])
    func verifies(version: UInt8) throws {
        let wake = try Wake()
        let signer = try KeySigner(directory: nil, wake: wake, log: log)
        #expect(signer.certificate == nil)
        let texts = ["Message\nhello\n", ""]
        let signatures = signatures(of: texts, version: version, by: signer, wake)
        let certificate = try #require(signer.certificate)
        for (text, signature) in zip(texts, signatures) {
            #expect(signature.count == 256)
            func verifies(_ text: String, version: UInt8) -> Bool {
                RSAKey.verifies(
                    signature, of: Array(text.utf8), version: version,
                    certificate: certificate.pem)
            }
            #expect(verifies(text, version: version))
            #expect(!verifies(text + "x", version: version))
            #expect(!verifies(text, version: 3 - version))
        }
        signer.close()
    }

    @Test("Key and certificate are kept, and only their owner can read the key")
    func isKept() throws {
        let temporary = try TemporaryDirectory()
        let wake = try Wake()
        let first = try KeySigner(directory: temporary.directory, wake: wake, log: log)
        let signature = signatures(of: ["a"], version: 2, by: first, wake)[0]
        first.close()
        let certificate = try #require(first.certificate)
        let second = try KeySigner(directory: temporary.directory, wake: wake, log: log)
        #expect(second.certificate?.path == certificate.path)
        #expect(second.certificate?.pem == certificate.pem)
        #expect(signatures(of: ["a"], version: 2, by: second, wake)[0] == signature)
        second.close()
        var status = stat()
        let path = temporary.directory.path(of: "sns-key.pem")
        // Safe because the variable outlives the call.
        #expect(unsafe stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let names = try temporary.directory.files().map(\.name).sorted()
        #expect(names == ["sns-certificate.pem", "sns-key.pem"])
    }

    @Test("The certificate's path has 32 hexadecimal digits")
    func path() {
        let path = SigningIdentity.generate().certificatePath
        let front = "/SimpleNotificationService-"
        #expect(path.hasPrefix(front) && path.hasSuffix(".pem"))
        let digits = path.dropFirst(front.utf8.count).dropLast(4)
        #expect(digits.utf8.count == 32 && digits.allSatisfy(\.isHexDigit))
    }

    @Test("No file is there before something is signed, and a damaged key is refused")
    func files() throws {
        let temporary = try TemporaryDirectory()
        let wake = try Wake()
        _ = try KeySigner(directory: temporary.directory, wake: wake, log: log)
        #expect(try temporary.directory.files().isEmpty)
        try temporary.directory.replace("sns-key.pem", with: "no key", mode: 0o600)
        #expect(throws: OptionProblem.self) {
            try KeySigner(directory: temporary.directory, wake: wake, log: log)
        }
    }

    @Test("A certificate of another key is refused and kept, a missing one is made anew")
    func certificates() throws {
        let temporary = try TemporaryDirectory()
        let wake = try Wake()
        let files = SigningFiles(directory: temporary.directory)
        let identity = SigningIdentity.generate()
        try files.write(identity)
        try temporary.directory.replace(
            "sns-certificate.pem", with: "no certificate", mode: 0o644)
        #expect(throws: OptionProblem.self) {
            try KeySigner(directory: temporary.directory, wake: wake, log: log)
        }
        let path = temporary.directory.path(of: "sns-certificate.pem")
        #expect(File.text(path: path) == "no certificate")
        // One character of it, which may leave it a certificate with that key.
        var bytes = identity.certificatePEM
        bytes[500] ^= 1
        bytes.withByteView { view in
            try? temporary.directory.replace("sns-certificate.pem", with: view, mode: 0o644)
        }
        #expect(throws: OptionProblem.self) { try files.read() }
        try temporary.directory.remove("sns-certificate.pem")
        #expect(try files.read()?.digest == nil)
        try files.write(identity)
        #expect(try files.read()?.digest == identity.digest)
    }
}
