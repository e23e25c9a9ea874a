import Bytes
import Testing

@testable import Bench

/// The key and the time of AWS's published test suite for Signature Version 4.
private func suiteSigner(_ service: String = "service", token: String? = nil) -> Signer {
    let signer = Signer(
        Credentials(
            accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            sessionToken: token), region: "us-east-1", service: service)
    // 2015-08-30T12:36:00Z
    signer.setTime(seconds: 1_440_938_160)
    return signer
}

private func signature(
    _ method: StaticString, headers: StaticString, names: StaticString, body: StaticString
) -> String {
    var writer = ByteWriter()
    let text = body.utf8CodeUnitCount == 0 ? ByteView() : ByteView(body)
    suiteSigner().appendSignature(
        method: method, path: "/", headers: ByteView(headers), names: ByteView(names),
        digest: SHA256Digest(of: text), to: &writer)
    return writer.view.string
}

/// The `Authorization` header of a request as the load generator writes it.
private func authorization(
    _ service: RequestWriter.Service, _ wireProtocol: WireProtocol, _ action: String,
    path: ByteView = "/", body: ByteView, token: String? = nil
) -> String? {
    let writer = RequestWriter(
        host: "127.0.0.1:4566", service: service, wireProtocol: wireProtocol,
        signer: suiteSigner(service.rawValue, token: token))
    var request = ByteWriter()
    RequestHead(writer, action).write(path: path, body: body, digest: nil, into: &request)
    return request.view.string.split(separator: "\r\n").first { $0.hasPrefix("Authorization: ") }
        .map { String($0.dropFirst("Authorization: ".count)) }
}

private let front = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"

@Suite struct SignerTests {
    @Test func theDateIsWrittenInBothForms() {
        let signer = suiteSigner()
        #expect(signer.date == "20150830T123600Z")
        #expect(signer.scope == "20150830/us-east-1/service/aws4_request")
    }

    @Test func thePublishedVectorsOfAWSAreMet() {
        let plain: StaticString = "host:example.amazonaws.com\nx-amz-date:20150830T123600Z\n"
        // get-vanilla, post-vanilla and post-x-www-form-urlencoded of the suite.
        #expect(
            signature("GET", headers: plain, names: "host;x-amz-date", body: "")
                == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
        #expect(
            signature("POST", headers: plain, names: "host;x-amz-date", body: "")
                == "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")
        #expect(
            signature(
                "POST",
                headers: """
                    content-type:application/x-www-form-urlencoded
                    host:example.amazonaws.com
                    x-amz-date:20150830T123600Z

                    """, names: "content-type;host;x-amz-date", body: "Param1=value1")
                == "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")
    }

    // The expected headers below are what botocore 1.43.11 makes of the same requests.

    @Test func requestsOfTheJSONProtocolAreSignedAsBotocoreSignsThem() {
        #expect(
            authorization(.sqs, .json, "SendMessage", body: "{\"QueueUrl\":\"u\"}") == front
                + "sqs/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
                + "Signature=f54f79081a150371ffbdecc914d743e77fc84b5bbba1a0242e498acba68d389d")
    }

    @Test func theTokenOfASessionIsSigned() {
        let header = authorization(
            .sqs, .json, "SendMessage", body: "{\"QueueUrl\":\"u\"}", token: "TOKEN")
        #expect(
            header == front + "sqs/aws4_request, SignedHeaders=content-type;host;x-amz-date;"
                + "x-amz-security-token;x-amz-target, "
                + "Signature=986187a0b4dc9f75de40f3cbae48ba5a11c5394565ad9f9adcbc16382c98098c")
    }

    @Test func requestsOfTheQueryProtocolAreSignedWithTheirPath() {
        #expect(
            authorization(.sns, .json, "Publish", body: "Action=Publish") == front
                + "sns/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=d2d1caaa606cda00ff588ac36ed108da20fa6727a5528a94b2566c1653371001")
        #expect(
            authorization(
                .sqs, .query, "SendMessage", path: "/000000000000/q", body: "Action=SendMessage")
                == front + "sqs/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
                + "Signature=8f8ee705281fd66ea257e121a77a61b9efd54db5b621a81f90e26e9507af2691")
    }

    @Test func aHeadFollowsTheDateOfItsSigner() {
        let signer = suiteSigner("sqs")
        let head = RequestHead(RequestWriter(host: "h", signer: signer), "SendMessage")
        var first = ByteWriter()
        head.write(path: "/", body: "{}", digest: nil, into: &first)
        signer.setTime(seconds: 1_440_938_160 + 86_400)
        var second = ByteWriter()
        head.write(path: "/", body: "{}", digest: nil, into: &second)
        #expect(first.view.string.contains("X-Amz-Date: 20150830T123600Z\r\n"))
        #expect(second.view.string.contains("X-Amz-Date: 20150831T123600Z\r\n"))
        #expect(second.view.string.contains("/20150831/us-east-1/sqs/aws4_request"))
    }
}
