import BrokerCore
import Bytes

@testable import BrokerProtocol

/// Signed requests: what is signed is what the plainest reading says, and whoever is let in has
/// signed with a key.
enum Signatures {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    /// 2015-08-30T12:36:00Z
    private static let wall: UInt64 = 1_440_938_160_000
    private static let date = "20150830T123600Z"

    private static var verifier: SignatureVerifier {
        var credentials = Credentials()
        let lasting = AccessKey(id: "AKIDEXAMPLE", secret: secret, account: AccountID(number: 1))
        let temporary = AccessKey(
            id: "ASIAEXAMPLE", secret: "other", sessionToken: "token",
            account: AccountID(number: 2))
        promise(credentials.insert(lasting) && credentials.insert(temporary), "two keys")
        return SignatureVerifier(credentials: credentials)
    }

    static func run(_ input: [UInt8]) {
        var bytes = input
        bytes.withMutableByteView { bytes in
            var decoder = RequestDecoder()
            guard case .request(let request, _) = decoder.decode(bytes) else { return }
            let first = verifier
            let answer = outcome(first.authenticate(request, at: wall))
            promise(outcome(first.authenticate(request, at: wall)) == answer, "it stays the same")
            promise(outcome(verifier.authenticate(request, at: wall)) == answer, "by any verifier")
            promise(answer.count <= 20_000, "what is told of a signature has a bound")
            promise(!answer.contains(secret), "no secret is told")
            compare(request, isSigned: answer.hasPrefix("signed"))
        }
    }

    private static func outcome(_ authentication: Authentication) -> String {
        switch authentication {
        case .off: "off"
        case .missing: "missing"
        case .signed(let account): "signed \(account)"
        case .refused(let error): "refused \(error.code) \(error.message)"
        }
    }

    /// Signs the request with all its headers, and looks whether that is taken.
    private static func compare(_ request: Request, isSigned: Bool) {
        let naive = NaiveSignature(
            method: method(request), path: request.path.array, query: request.query.view.array,
            lines: lines(request.headerBytes.array), body: request.body.view.array)
        let names = naive.headers.keys.sorted { $0.lexicographicallyPrecedes($1) }
        let canonical = naive.canonical(names: names)
        var compared = CanonicalRequest()
        let isWritten = Array(names.joined(separator: [0x3B])).withByteView { names in
            (try? compared.read(request)) != nil
                && (try? compared.write(request, signedHeaders: names)) != nil
        }
        // More parameters than are read, a digest that does not agree, or no host.
        guard isWritten else { return promise(!isSigned, "what is not understood is not signed") }
        promise(compared.view.array == canonical, "it is signed as the plainest reading says")
        guard compared.date.string == date, compared.securityToken.isEmpty else { return }
        let service = request.isJSON ? "sqs" : "sns"
        let signature = NaiveSignature.signature(
            of: canonical, date: date, region: "eu-west-1", service: service, secret: secret)
        let front =
            "AWS4-HMAC-SHA256 Signature=\(String(decoding: signature, as: UTF8.self)), "
            + "Credential=AKIDEXAMPLE/20150830/eu-west-1/\(service)/aws4_request,SignedHeaders="
        let authorization = Array(front.utf8) + Array(names.joined(separator: [0x3B]))
        authorization.withByteView { authorization in
            var signed = request
            signed.headers.authorization = authorization
            promise(
                outcome(verifier.authenticate(signed, at: wall)) == "signed 000000000001",
                "who signs with a key is let in")
        }
    }

    private static func method(_ request: Request) -> String {
        switch request.method {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .options: "OPTIONS"
        }
    }

    private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: 0x0A).map { $0.filter { $0 != 0x0D } }
    }
}
