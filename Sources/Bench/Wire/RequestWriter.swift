import Bytes

/// The two protocols that servers of SQS speak.
enum WireProtocol: String, CaseIterable {
    case json
    case query
}

/// What requests to one service have in common: protocol, host and who signs.
struct RequestWriter {
    /// The services that are spoken to.
    enum Service: String {
        case sqs
        case sns

        /// The version of the API, which every request of the query protocol names.
        var version: String { self == .sqs ? "2012-11-05" : "2010-03-31" }
    }

    let host: String
    let service: Service
    let wireProtocol: WireProtocol
    /// Nil for requests that only look as if they were signed.
    let signer: Signer?

    init(
        host: String, service: Service = .sqs, wireProtocol: WireProtocol = .json,
        signer: Signer? = nil
    ) {
        self.host = host
        self.service = service
        // SNS has no other protocol.
        self.wireProtocol = service == .sns ? .query : wireProtocol
        self.signer = signer
    }

    /// Replaces what `request` holds by a request for the action with the body.
    func write(_ action: StaticString, body: ByteView, into request: inout ByteWriter) {
        request.removeAll()
        RequestHead(self, "\(action)").write(path: "/", body: body, digest: nil, into: &request)
    }
}

/// All of a request but its path and its body, for one action: the headers that an SDK sends.
final class RequestHead {
    private let writer: RequestWriter
    private let action: String
    /// The bytes between the path and the signature, and those between it and the body's length.
    private var middle: [UInt8] = []
    private let tail: [UInt8]
    /// The signed headers and their names.
    private var signedHeaders: [UInt8] = []
    private let signedNames: [UInt8]
    private var version = -1

    init(_ writer: RequestWriter, _ action: String) {
        self.writer = writer
        self.action = action
        var names = ["content-type", "host", "x-amz-date"]
        if writer.signer?.credentials.sessionToken != nil { names.append("x-amz-security-token") }
        if writer.wireProtocol == .json { names.append("x-amz-target") }
        signedNames = Array(names.joined(separator: ";").utf8)
        let mode = writer.wireProtocol == .json ? "x-amzn-query-mode: true\r\n" : ""
        tail = Array(
            """
            \r
            amz-sdk-invocation-id: 1d5d7ab8-9f1f-4d3c-8c5e-7d1a1f7b2a60\r
            amz-sdk-request: attempt=1\r
            \(mode)Content-Length: 
            """.utf8)
        make()
    }

    /// Whether requests carry a signature that somebody may verify.
    var isSigned: Bool { writer.signer != nil }

    /// Appends a whole request. `digest` is that of the body, when it is known already.
    func write(
        path: ByteView, body: ByteView, digest: SHA256Digest?, into request: inout ByteWriter
    ) {
        request.append("POST ")
        request.append(path)
        if let signer = writer.signer {
            if version != signer.version { make() }
            request.append(middle)
            signedHeaders.withByteView { headers in
                signedNames.withByteView { names in
                    signer.appendSignature(
                        path: path, headers: headers, names: names,
                        digest: digest ?? SHA256Digest(of: body), to: &request)
                }
            }
        } else {
            request.append(middle)
            request.append("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
        }
        request.append(tail)
        request.append(decimal: body.count)
        request.append("\r\n\r\n")
        request.append(body)
    }

    /// Makes what depends on the date.
    private func make() {
        let signer = writer.signer
        if let signer, signer.version == 0 { signer.refresh() }
        version = signer?.version ?? 0
        let date = signer?.date ?? "20260101T000000Z"
        let scope = signer?.scope ?? "20260101/us-east-1/\(writer.service.rawValue)/aws4_request"
        let isJSON = writer.wireProtocol == .json
        let type =
            isJSON
            ? "application/x-amz-json-1.0" : "application/x-www-form-urlencoded; charset=utf-8"
        let target = "AmazonSQS.\(action)"
        let token = signer?.credentials.sessionToken
        let tokenLine = token.map { "X-Amz-Security-Token: \($0)\r\n" } ?? ""
        middle = Array(
            """
             HTTP/1.1\r
            Host: \(writer.host)\r
            \(isJSON ? "X-Amz-Target: \(target)\r\n" : "")Accept-Encoding: identity\r
            Content-Type: \(type)\r
            User-Agent: aws-sdk/1.43.11 md/core#1.43.11 ua/2.1 os/linux#6.1 md/arch#x86_64 \
            lang/any#1.0 md/impl#bench cfg/retry-mode#standard\r
            X-Amz-Date: \(date)\r
            \(tokenLine)Authorization: AWS4-HMAC-SHA256 \
            Credential=\(signer?.credentials.accessKey ?? "AKIDEXAMPLE")/\(scope), \
            SignedHeaders=\(String(decoding: signedNames, as: UTF8.self)), Signature=
            """.utf8)
        signedHeaders = Array(
            ("content-type:\(type)\nhost:\(writer.host)\nx-amz-date:\(date)\n"
                + (token.map { "x-amz-security-token:\($0)\n" } ?? "")
                + (isJSON ? "x-amz-target:\(target)\n" : "")).utf8)
    }
}
