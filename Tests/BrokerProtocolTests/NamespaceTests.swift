import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct NamespaceTests {
    static let locations: [(String, String)] = [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/q", "123456789012 eu-west-1 q"),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/q/", "123456789012 eu-west-1 q"),
        ("https://eu-west-1.queue.amazonaws.com/123456789012/q", "123456789012 eu-west-1 q"),
        ("https://queue.amazonaws.com/123456789012/q.fifo", "123456789012 us-east-1 q.fifo"),
        ("http://h:1/queue/eu-west-1/123456789012/q", "123456789012 eu-west-1 q"),
        ("http://h:1/prefix/queue/local/123456789012/q", "123456789012 local q"),
        ("http://localhost:4566/123456789012/q", "123456789012  q"),
        ("http://sqs.localhost:4566/123456789012/q", "123456789012  q"),
        ("http://sqs.eu-west-1.localhost:4566/123456789012/q", "123456789012 eu-west-1 q"),
        ("/123456789012/q", "123456789012  q"),
        ("123456789012/q", "123456789012  q"),
        ("http://host/queue/q", "nil  q"),
        ("http://host/q", "nil  q"),
        ("q", "nil  q"),
        ("http://host", "nil  "),
        ("http://host/", "nil  "),
        ("", "nil  "),
        ("///", "nil  "),
        ("://", "nil  "),
        ("http://sqs.eu-west-1", "nil  "),
    ]

    @Test(arguments: locations)
    func everyFormOfQueueURLIsUnderstood(url: String, expected: String) {
        let location = QueueLocation(url: TestBuffer(url).bytes.view)
        let account = location.account.map { "\($0)" } ?? "nil"
        #expect("\(account) \(location.region.string) \(location.name.string)" == expected)
    }

    @Test func everyWrittenURLIsUnderstoodAgain() {
        let queue = QueueIdentity(
            account: AccountID(number: 12), region: "eu-west-1", name: "q.fifo")
        for style in QueueURLForm.Style.allCases {
            let form = OutcomeEncoderTests.form(.json, .createQueue, style: style)
            let body = OutcomeEncoderTests.body(OutcomeEncoderTests.encode(.queue(queue), form))
            let url = body.split(separator: "\"")[3].split(separator: "\"")[0]
            let location = QueueLocation(url: TestBuffer(String(url)).bytes.view)
            #expect(location.account == queue.account && location.name.is("q.fifo"))
            #expect(location.region.string == (style == .off ? "" : "eu-west-1"))
        }
    }

    private func caller(_ headers: String, path: String = "/") throws -> Caller {
        try TestBuffer.json("ListQueues", "{}", path: path, headers: headers).decodeAction().caller
    }

    private func signed(_ key: String, _ region: String) -> String {
        "Authorization: AWS4-HMAC-SHA256 Credential=\(key)/20261121/\(region)/sqs/aws4_request, "
            + "SignedHeaders=host, Signature=00\r\n"
    }

    @Test func theCallerComesFromTheKeyOfAQuery() throws {
        let form = TestBuffer.form("Action=ListQueues&AWSAccessKeyId=123456789012")
        #expect(try form.decodeAction().caller.account == AccountID(number: 123_456_789_012))
    }

    @Test func theCallerComesFromTheSignature() throws {
        let known = try caller(signed("123456789012", "eu-central-1"))
        #expect(known.account.description == "123456789012" && known.region == "eu-central-1")
        let other = try caller(signed("AKIAIOSFODNN7EXAMPLE", "eu-central-1"))
        #expect(other.account == .anonymous && other.region == "eu-central-1")
        let unsigned = try caller("")
        #expect(unsigned.account == .anonymous && unsigned.region == "us-east-1")
        let odd = try caller(signed("123456789012", "EU_%"))
        #expect(odd.region == "us-east-1")
    }

    @Test func anAsymmetricSignatureNamesNoRegion() throws {
        let caller = try caller(
            "Authorization: AWS4-ECDSA-P256-SHA256 "
                + "Credential=123456789012/20261121/sqs/aws4_request, Signature=00\r\n")
        #expect(caller.account.description == "123456789012" && caller.region == "us-east-1")
    }

    @Test func aPresignedQueryNamesTheCaller() throws {
        let scope = "123456789012%2F20261121%2Feu-west-3%2Fsqs%2Faws4_request"
        let buffer = TestBuffer(
            "GET /?Action=ListQueues&X-Amz-Credential=\(scope) HTTP/1.1\r\nHost: h\r\n\r\n")
        let caller = try buffer.decodeAction().caller
        #expect(caller.account.description == "123456789012" && caller.region == "eu-west-3")
    }

    @Test func withoutSignatureHostAndPathTellTheRegion() throws {
        let host = TestBuffer(
            "GET /?Action=ListQueues HTTP/1.1\r\nHost: sqs.eu-west-2.localhost:4566\r\n\r\n")
        #expect(try host.decodeAction().caller.region == "eu-west-2")
        let path = try caller("", path: "/queue/eu-west-3/123456789012/q")
        #expect(path.region == "eu-west-3")
    }

    @Test func theConfigurationTellsTheRest() throws {
        var configuration = ProtocolConfiguration()
        configuration.region = "ap-south-1"
        configuration.account = AccountID(number: 5)
        configuration.queueURLStyle = .standard
        let buffer = TestBuffer(
            "GET /?Action=ListQueues HTTP/1.1\r\nHost: sqs.ap-south-1.local:1\r\n"
                + "X-Forwarded-Proto: https\r\n\r\n")
        let decoded = try buffer.decodeAction(configuration)
        #expect(decoded.caller.account == configuration.account)
        #expect(decoded.form.queueURLs?.host == "local:1")
        #expect(decoded.form.queueURLs?.isSecure == true)
        let old = TestBuffer("GET /?Action=ListQueues HTTP/1.0\r\n\r\n")
        let form = try old.decodeAction(configuration).form
        #expect(form.queueURLs?.host == "localhost:4566" && form.connection == .closes)
    }

    private func queue(_ parameter: String, path: String, headers: String = "") throws -> String {
        let buffer = TestBuffer.form(
            "Action=DeleteQueue\(parameter)", path: path, headers: headers)
        guard case .deleteQueue(let fields) = try buffer.decodeAction().action else { return "" }
        return fields.queue.map { "\($0.account) \($0.region) \($0.name.string)" } ?? "nil"
    }

    @Test func theParameterOverridesThePath() throws {
        let one = "/111111111111/one"
        #expect(try queue("", path: one) == "111111111111 us-east-1 one")
        #expect(try queue("", path: "/queue/eu-west-1\(one)/") == "111111111111 eu-west-1 one")
        #expect(
            try queue("&QueueUrl=http://x/222222222222/two", path: one)
                == "222222222222 us-east-1 two")
        #expect(
            try queue("&QueueUrl=two", path: one, headers: signed("333333333333", "eu-west-1"))
                == "333333333333 eu-west-1 two")
        #expect(try queue("", path: "/") == "nil")
        #expect(try queue("&QueueUrl=", path: "/") == "nil")
        #expect(try queue("&QueueUrl=http://x/", path: one) == "000000000000 us-east-1 ")
    }
}
