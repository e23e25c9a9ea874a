import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

/// The published test suite of AWS for Signature Version 4: requests and their signatures, for the key
/// `AKIDEXAMPLE` on 30 August 2015.
@Suite struct SignatureVectorTests {
    /// A request of the suite; it has the headers `Host` and `X-Amz-Date` besides.
    struct Vector: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var method = Request.Method.get
        var target = "/"
        var headers = ""
        var names = "host;x-amz-date"
        var body = ""
        var signature: String

        init(
            _ name: String, _ method: Request.Method = .get, target: String = "/",
            headers: String = "", names: String = "host;x-amz-date", body: String = "",
            signature: String
        ) {
            testDescription = name
            self.method = method
            self.target = target
            self.headers = headers
            self.names = names
            self.body = body
            self.signature = signature
        }
    }

    static let form = "Content-Type: application/x-www-form-urlencoded\r\n"
    static let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    static let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    static let vectors = [
        Vector("get-vanilla", signature: vanilla),
        Vector("get-relative", target: "/example/..", signature: vanilla),
        Vector("get-relative-relative", target: "/example1/example2/../..", signature: vanilla),
        Vector("get-slash", target: "//", signature: vanilla),
        Vector("get-slash-dot-slash", target: "/./", signature: vanilla),
        Vector(
            "get-slash-pointless-dot", target: "/./example",
            signature: "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"),
        Vector(
            "get-slashes", target: "//example//",
            signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        Vector(
            "get-space", target: "/example space/",
            signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
        Vector(
            "get-utf8", target: "/\u{1234}",
            signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
        Vector(
            "get-unreserved", target: "/" + unreserved,
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        Vector(
            "get-vanilla-query-order-key-case", target: "/?Param2=value2&Param1=value1",
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Vector(
            "get-vanilla-query-order-key", target: "/?Param1=value2&Param1=Value1",
            signature: "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"),
        Vector(
            "get-vanilla-query-order-value", target: "/?Param1=value2&Param1=value1",
            signature: "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        Vector(
            "get-vanilla-empty-query-key", target: "/?Param1=value1",
            signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        Vector(
            "get-vanilla-query-unreserved", target: "/?\(unreserved)=\(unreserved)",
            signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
        Vector(
            "get-vanilla-utf8-query", target: "/?\u{1234}=bar",
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        Vector(
            "get-header-key-duplicate",
            headers: "My-Header1:value2\r\nMy-Header1:value2\r\nMy-Header1:value1\r\n",
            names: "host;my-header1;x-amz-date",
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        Vector(
            "get-header-value-order",
            headers: "My-Header1:value4\r\nMy-Header1:value1\r\nMy-Header1:value3\r\n"
                + "My-Header1:value2\r\n", names: "host;my-header1;x-amz-date",
            signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
        Vector(
            "get-header-value-trim",
            headers: "My-Header1: value1\r\nMy-Header2: \"a   b   c\"\r\n",
            names: "host;my-header1;my-header2;x-amz-date",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        Vector(
            "post-vanilla", .post,
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            "post-header-key-case", .post,
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            "post-header-key-sort", .post, headers: "My-Header1:value1\r\n",
            names: "host;my-header1;x-amz-date",
            signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
        Vector(
            "post-header-value-case", .post, headers: "My-Header1:VALUE1\r\n",
            names: "host;my-header1;x-amz-date",
            signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
        Vector(
            "post-vanilla-query", .post, target: "/?Param1=value1",
            signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
        Vector(
            "post-x-www-form-urlencoded", .post, headers: form,
            names: "content-type;host;x-amz-date", body: "Param1=value1",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        Vector(
            "post-x-www-form-urlencoded-parameters", .post,
            headers: "Content-Type: application/x-www-form-urlencoded; charset=utf8\r\n",
            names: "content-type;host;x-amz-date", body: "Param1=value1",
            signature: "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"),
    ]

    @Test(arguments: vectors)
    func thePublishedSignatureIsMet(_ vector: Vector) throws {
        let signature = try Self.signature(
            vector, host: "example.amazonaws.com", region: "us-east-1", service: "service")
        #expect(signature == vector.signature)
    }

    @Test func theExampleOfTheGuideIsMet() throws {
        let vector = Vector(
            "iam", target: "/?Action=ListUsers&Version=2010-05-08",
            headers: "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n",
            names: "content-type;host;x-amz-date",
            signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
        let signature = try Self.signature(
            vector, host: "iam.amazonaws.com", region: "us-east-1", service: "iam")
        #expect(signature == vector.signature)
    }

    private static func signature(
        _ vector: Vector, host: String, region: String, service: String
    ) throws -> String {
        let credential = "AKIDEXAMPLE/20150830/\(region)/\(service)/aws4_request"
        let parts = vector.target.split(separator: "?", omittingEmptySubsequences: false)
        let path = TestBuffer(String(parts[0]))
        let query = TestBuffer(parts.count > 1 ? String(parts[1]) : "")
        let headers = TestBuffer(
            "Host:\(host)\r\n\(vector.headers)X-Amz-Date:20150830T123600Z\r\n")
        let request = Request(
            method: vector.method, path: path.bytes.view, query: query.bytes,
            headerBytes: headers.bytes.view, headers: RequestHeaders(),
            body: TestBuffer(vector.body).bytes, connection: .stays)
        let names = TestBuffer(vector.names)
        let scope = TestBuffer(credential)
        var canonical = CanonicalRequest()
        try canonical.read(request)
        try canonical.write(request, signedHeaders: names.bytes.view)
        var text = ByteWriter()
        canonical.appendStringToSign(
            date: "20150830T123600Z", credential: scope.bytes.view, to: &text)
        var keys = SigningKeys()
        let key = AccessKey(
            id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            account: .anonymous)
        let parsed = try #require(SignedScope(scope.bytes.view))
        let place = keys.derive(scope.bytes.view, parsed, service: .sqs, from: key)
        var digits = ByteWriter()
        keys.authenticate(text.view, with: place).withView { digits.append(hex: $0) }
        return digits.view.string
    }
}
