import BrokerCore
import Bytes

@testable import BrokerProtocol

/// A request that a test signs, and may spoil before or after.
struct SignedRequest {
    static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    static let token = "AQoDYXdzEPT//////////wEXAMPLE=="
    /// 2015-08-30T12:36:00Z
    static let signedAt: UInt64 = 1_440_938_160_000

    /// The keys that the verifier of these tests knows.
    static var credentials: Credentials {
        var credentials = Credentials()
        for key in [
            AccessKey(id: "AKIDEXAMPLE", secret: secret, account: AccountID(number: 1)),
            AccessKey(
                id: "ASIAEXAMPLE", secret: "other", sessionToken: token,
                account: AccountID(number: 2)),
        ] { precondition(credentials.insert(key), "each key is there once") }
        return credentials
    }

    var method = "POST"
    var path = "/"
    var query = ""
    var headers = [
        ("Host", "sqs.us-east-1.example.com"), ("X-Amz-Date", "20150830T123600Z"),
        ("X-Amz-Target", "AmazonSQS.ListQueues"),
        ("Content-Type", "application/x-amz-json-1.0"),
    ]
    var body = "{}"
    var algorithm = "AWS4-HMAC-SHA256"
    var key = "AKIDEXAMPLE"
    var secret = SignedRequest.secret
    var day = "20150830"
    var date = "20150830T123600Z"
    var region = "us-east-1"
    var service = "sqs"
    var terminator = "aws4_request"
    /// The signed headers; nil is all of them.
    var names: String?

    var credential: String { "\(key)/\(day)/\(region)/\(service)/\(terminator)" }

    private var signedNames: String {
        names ?? headers.map { $0.0.lowercased() }.sorted().joined(separator: ";")
    }

    /// The signature by this request's own secret.
    var signature: String {
        let buffer = TestBuffer(text(authorization: nil))
        guard let request = try? buffer.decodeRequest() else { return "malformed" }
        let names = TestBuffer(signedNames)
        let scope = TestBuffer(credential)
        let date = TestBuffer(date)
        var canonical = CanonicalRequest()
        guard (try? canonical.read(request)) != nil,
            (try? canonical.write(request, signedHeaders: names.bytes.view)) != nil,
            let parsed = SignedScope(scope.bytes.view)
        else { return "malformed" }
        var text = ByteWriter()
        canonical.appendStringToSign(
            date: date.bytes.view, credential: scope.bytes.view, to: &text)
        var keys = SigningKeys()
        let accessKey = AccessKey(id: key, secret: secret, account: .anonymous)
        let place = keys.derive(scope.bytes.view, parsed, service: .sqs, from: accessKey)
        var digits = ByteWriter()
        keys.authenticate(text.view, with: place).withView { digits.append(hex: $0) }
        return digits.view.string
    }

    var authorization: String {
        "\(algorithm) Credential=\(credential), SignedHeaders=\(signedNames), "
            + "Signature=\(signature)"
    }

    /// The same request as a presigned URL, with these further parameters.
    func presigned(expires: String? = nil, token: String? = nil) -> SignedRequest {
        var presigned = self
        presigned.headers.removeAll { $0.0 == "X-Amz-Date" }
        let coded = presigned.credential.split(separator: "/").joined(separator: "%2F")
        let names = presigned.signedNames.split(separator: ";").joined(separator: "%3B")
        presigned.query +=
            (query.isEmpty ? "" : "&")
            + "X-Amz-Algorithm=\(algorithm)&X-Amz-Credential=\(coded)&X-Amz-Date=\(date)"
            + (expires.map { "&X-Amz-Expires=\($0)" } ?? "") + "&X-Amz-SignedHeaders=\(names)"
        if let token {
            var writer = ByteWriter()
            token.withByteView { writer.append(percentEncoded: $0) }
            presigned.query += "&X-Amz-Security-Token=\(writer.view.string)"
        }
        presigned.query += "&X-Amz-Signature=\(presigned.signature)"
        return presigned
    }

    /// The request as it is sent; without a header of that name when it is nil.
    func text(authorization: String?) -> String {
        var text = "\(method) \(path)\(query.isEmpty ? "" : "?")\(query) HTTP/1.1\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let authorization { text += "Authorization: \(authorization)\r\n" }
        return text + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

extension SignedRequest {
    /// What the server of these tests answers: the account, or the code and text of the refusal.
    enum Answer: Equatable {
        case account(UInt64)
        case missing
        case refused(BrokerError.Code, String)
    }

    /// Sends a request.
    static func send(
        _ text: String, to verifier: SignatureVerifier, at wall: UInt64 = signedAt
    ) -> Answer {
        let buffer = TestBuffer(text)
        guard let request = try? buffer.decodeRequest() else {
            return .refused(.internalFailure, "this is no request")
        }
        switch verifier.authenticate(request, at: wall) {
        case .off: return .refused(.internalFailure, "nobody looked")
        case .missing: return .missing
        case .signed(let account): return .account(account.number)
        case .refused(let error): return .refused(error.code, error.message)
        }
    }

    /// Sends this request, signed.
    func sent(at wall: UInt64 = signedAt) -> Answer {
        SignedRequest.send(
            text(authorization: authorization),
            to: SignatureVerifier(credentials: SignedRequest.credentials), at: wall)
    }

    /// Sends this request with another header.
    func sent(authorization: String?, at wall: UInt64 = signedAt) -> Answer {
        SignedRequest.send(
            text(authorization: authorization),
            to: SignatureVerifier(credentials: SignedRequest.credentials), at: wall)
    }
}
