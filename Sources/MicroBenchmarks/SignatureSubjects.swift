import BrokerCore
import BrokerProtocol
import Bytes

/// Signatures of a send of 1 KiB are checked, with a key that has been derived before.
final class Authenticating: Subject {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    /// 2026-01-01T00:00:00Z
    private static let wall: UInt64 = 1_767_225_600_000

    private let copy: ByteCopy
    private let request: Request
    private let verifier: SignatureVerifier

    init() throws {
        var credentials = Credentials()
        _ = credentials.insert(
            AccessKey(id: "AKIDEXAMPLE", secret: Self.secret, account: .anonymous))
        verifier = SignatureVerifier(credentials: credentials)
        let body = #"{"QueueUrl":"\#(Requests.queueURL)","MessageBody":"\#(Requests.body)"}"#
        copy = Requests.json("SendMessage", body, signature: Self.signature(of: body))
            .withByteView { ByteCopy($0) }
        var head = RequestDecoder()
        guard case .request(let request, _) = head.decode(copy.bytes) else {
            throw MicroError(description: "a request is refused")
        }
        self.request = request
        try run(1)
    }

    func prepare(_ count: Int) {}

    func run(_ count: Int) throws {
        for _ in 0..<count {
            guard case .signed = verifier.authenticate(request, at: Self.wall) else {
                throw MicroError(description: "a signature is refused")
            }
        }
    }

    /// The signature of a SendMessage, made as a client makes it.
    private static func signature(of body: String) -> String {
        let canonical = """
            POST
            /

            content-type:application/x-amz-json-1.0
            host:\(Requests.host)
            x-amz-date:20260101T000000Z
            x-amz-target:AmazonSQS.SendMessage

            content-type;host;x-amz-date;x-amz-target
            \(body.withByteView { hex(SHA256Digest(of: $0)) })
            """
        let text = """
            AWS4-HMAC-SHA256
            20260101T000000Z
            20260101/us-east-1/sqs/aws4_request
            \(canonical.withByteView { hex(SHA256Digest(of: $0)) })
            """
        var key = "AWS4\(secret)".withByteView { SHA256Digest.hmac("20260101", key: $0) }
        for word: ByteView in ["us-east-1", "sqs", "aws4_request"] {
            key = key.withView { SHA256Digest.hmac(word, key: $0) }
        }
        return text.withByteView { text in
            key.withView { hex(SHA256Digest.hmac(text, key: $0)) }
        }
    }

    private static func hex(_ digest: SHA256Digest) -> String {
        var writer = ByteWriter()
        digest.withView { writer.append(hex: $0) }
        return writer.view.string
    }
}
