import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct RequestDecoderTests {
    static let counted = """
        POST /1/q?a=b HTTP/1.1\r
        Host: localhost:4566\r
        content-TYPE:  text/plain \t\r
        X-Amz-Target:AmazonSQS.SendMessage\r
        Content-Length: 11\r
        \r
        hello world
        """

    static let chunked = """
        POST / HTTP/1.1\r
        Host: h\r
        Transfer-Encoding: Chunked\r
        \r
        5;name="value"\r
        hello\r
        00006\r
         world\r
        0\r
        Trailer: dropped\r
        \r

        """

    @Test(arguments: [counted, chunked])
    func aRequestIsFoundAtEverySplitOfItsBytes(text: String) throws {
        let bytes = Array(text.utf8)
        for split in 0..<bytes.count {
            let buffer = TestBuffer("", capacity: bytes.count)
            var decoder = RequestDecoder()
            buffer.append(bytes[..<split])
            guard case .incomplete(let wanted, _) = decoder.decode(buffer.bytes) else {
                Issue.record("no request ends at byte \(split)")
                continue
            }
            #expect(wanted > split && wanted <= bytes.count)
            #expect(decoder.isWithinRequest == (split > 0))
            buffer.append(bytes[split...])
            try expectWhole(decoder.decode(buffer.bytes), consumed: bytes.count)
            #expect(!decoder.isWithinRequest)
        }
    }

    @Test(arguments: [counted, chunked])
    func aRequestIsFoundWhenItsBytesTrickleIn(text: String) throws {
        let bytes = Array(text.utf8)
        let buffer = TestBuffer("", capacity: bytes.count)
        var decoder = RequestDecoder()
        for index in 0..<bytes.count - 1 {
            buffer.append(bytes[index...index])
            guard case .incomplete = decoder.decode(buffer.bytes) else {
                Issue.record("no request ends at byte \(index)")
                return
            }
        }
        buffer.append(bytes[(bytes.count - 1)...])
        try expectWhole(decoder.decode(buffer.bytes), consumed: bytes.count)
    }

    private func expectWhole(_ head: DecodedHead, consumed expected: Int) throws {
        guard case .request(let request, let consumed) = head else {
            Issue.record("the request is whole")
            return
        }
        #expect(consumed == expected)
        #expect(request.method == .post)
        #expect(request.body.view.string == "hello world")
        #expect(request.keepsAlive)
    }

    @Test func theHeadIsUnderstood() throws {
        let request = try TestBuffer(Self.counted).decodeRequest()
        #expect(request.path.string == "/1/q")
        #expect(request.query.view.string == "a=b")
        #expect(request.headers.host.string == "localhost:4566")
        #expect(request.headers.contentType.string == "text/plain")
        #expect(request.headers.target.string == "AmazonSQS.SendMessage")
        #expect(request.headerBytes.hasPrefix("Host: "))
    }

    @Test func pipelinedRequestsFollowEachOther() throws {
        let text = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n\r\nHEAD /b HTTP/1.0\r\n\r\n"
        let buffer = TestBuffer(text)
        var decoder = RequestDecoder()
        guard case .request(let first, let consumed) = decoder.decode(buffer.bytes) else {
            Issue.record("the first request is whole")
            return
        }
        #expect(first.path.string == "/a")
        let rest = buffer.bytes[consumed..<buffer.count]
        guard case .request(let second, let rest) = decoder.decode(rest) else {
            Issue.record("the second request is whole")
            return
        }
        #expect(second.path.string == "/b" && second.method == .head && !second.keepsAlive)
        #expect(consumed + rest == text.utf8.count)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", Request.Connection.stays),
        ("HTTP/1.1", "Connection: close\r\n", .closes),
        ("HTTP/1.1", "Connection: te, Close\r\n", .closes),
        ("HTTP/1.0", "", .closes),
        ("HTTP/1.0", "Connection: Keep-Alive\r\n", .staysExplicitly),
        ("HTTP/1.0", "Connection: keep-alive\r\nConnection: close\r\n", .closes),
    ])
    func theConnectionStaysAsAsked(
        version: String, header: String, expected: Request.Connection
    ) throws {
        let text = "GET / \(version)\r\nHost: h\r\n\(header)\r\n"
        #expect(try TestBuffer(text).decodeRequest().connection == expected)
    }

    @Test func continueIsAskedForOnceAndOnlyWithoutBody() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        let buffer = TestBuffer(head, capacity: 1024)
        var decoder = RequestDecoder()
        guard case .incomplete(let wanted, true) = decoder.decode(buffer.bytes) else {
            Issue.record("the client waits")
            return
        }
        #expect(wanted == head.utf8.count + 2)
        guard case .incomplete(_, false) = decoder.decode(buffer.bytes) else {
            Issue.record("asked for once")
            return
        }
        let impatient = TestBuffer(head + "a")
        var other = RequestDecoder()
        guard case .incomplete(_, false) = other.decode(impatient.bytes) else {
            Issue.record("a client that sends does not wait")
            return
        }
    }

    @Test func anAbsoluteTargetNamesHostAndPath() throws {
        let text = "GET http://sqs.local:1/a/b?c HTTP/1.1\r\nHost: other\r\n\r\n"
        let request = try TestBuffer(text).decodeRequest()
        #expect(request.headers.host.string == "sqs.local:1")
        #expect(request.path.string == "/a/b" && request.query.view.string == "c")
        let bare = try TestBuffer("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").decodeRequest()
        #expect(bare.path.string == "/")
    }

    static let refusals: [(String, HTTPStatus)] = [
        ("GET\r\n\r\n", .badRequest),
        ("GET / HTTP/2.0\r\n\r\n", .versionNotSupported),
        ("PRI * HTTP/2.0\r\n\r\n", .versionNotSupported),
        ("GET / FTP/1.0\r\n\r\n", .badRequest),
        ("PUT / HTTP/1.1\r\nHost: h\r\n\r\n", .methodNotAllowed),
        ("BREW / HTTP/1.1\r\nHost: h\r\n\r\n", .notImplemented),
        ("G(T / HTTP/1.1\r\nHost: h\r\n\r\n", .badRequest),
        ("GET a HTTP/1.1\r\nHost: h\r\n\r\n", .badRequest),
        ("GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: h\r\nNoColon\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\r\nHost: h\r\nA: b\0c\r\n\r\n", .badRequest),
        ("GET / HTTP/1.1\nHost: h\n\n", .badRequest),
        ("\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", .badRequest),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            .badRequest
        ),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", .badRequest),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n", .badRequest),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\n", .badRequest),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \r\n\r\n", .badRequest),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n", .contentTooLarge),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            .badRequest
        ),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", .notImplemented),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .notImplemented),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .badRequest),
        ("POST / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n", .expectationFailed),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", .badRequest),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .badRequest),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\nab", .badRequest),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
            .badRequest
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
            .contentTooLarge
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
            .badRequest
        ),
    ]

    @Test(arguments: refusals)
    func whatIsNoRequestIsRefused(text: String, status: HTTPStatus) {
        #expect(refusalStatus(text) == status)
    }

    @Test func eachLimitIsKept() {
        var limits = HTTPLimits()
        limits.targetByteCount = 40
        limits.headByteCount = 200
        limits.headerCount = 3
        limits.bodyByteCount = 10
        limits.trailerByteCount = 10
        let head = "POST / HTTP/1.1\r\nHost: h\r\n"
        let chunks = head + "Transfer-Encoding: chunked\r\n\r\n"
        let target = String(repeating: "a", count: 39)
        #expect(refusalStatus("GET /\(target) HTTP/1.1\r\nHost: h\r\n\r\n", limits) == nil)
        #expect(refusalStatus("GET /\(target)a HTTP/1.1\r\n", limits) == nil, "line not ended")
        #expect(refusalStatus("GET /\(target)a HTTP/1.1\r\nHost: h\r\n\r\n", limits) == .uriTooLong)
        #expect(refusalStatus("GET /" + target + target, limits) == .uriTooLong)
        #expect(refusalStatus(head + "A: b\r\nC: d\r\n\r\n", limits) == nil)
        #expect(refusalStatus(head + "A: b\r\nC: d\r\nE: f\r\n\r\n", limits) == .tooManyHeaders)
        let long = String(repeating: "x", count: 200)
        #expect(refusalStatus(head + "A: \(long)", limits) == .tooManyHeaders)
        #expect(refusalStatus(head + "Content-Length: 10\r\n\r\n0123456789", limits) == nil)
        #expect(refusalStatus(head + "Content-Length: 11\r\n\r\n", limits) == .contentTooLarge)
        #expect(refusalStatus(chunks + "7\r\n0123456\r\n0\r\n\r\n", limits) == nil)
        #expect(refusalStatus(chunks + "8\r\n", limits) == .contentTooLarge)
        #expect(refusalStatus(chunks + "0\r\nA: 12345\r\n\r\n", limits) == nil)
        #expect(refusalStatus(chunks + "0\r\nA: 123456\r\n\r\n", limits) == .tooManyHeaders)
        let extended = "1;" + String(repeating: "x", count: 256)
        #expect(refusalStatus(chunks + extended, limits) == .badRequest)
    }

    private func refusalStatus(_ text: String, _ limits: HTTPLimits = HTTPLimits()) -> HTTPStatus? {
        let buffer = TestBuffer(text)
        var decoder = RequestDecoder(limits: limits)
        guard case .refused(let refusal) = decoder.decode(buffer.bytes) else { return nil }
        return refusal.status
    }

    @Test(arguments: [counted, chunked])
    func mutatedBytesNeverTrap(text: String) {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<3000 {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.insert("\r\n 0;:".utf8.randomElement(using: &generator)!, at: index)
                default: bytes.remove(at: index)
                }
            }
            let buffer = TestBuffer("", capacity: bytes.count)
            var decoder = RequestDecoder()
            var from = 0
            while from < bytes.count {
                let end = Int.random(in: from + 1...bytes.count, using: &generator)
                buffer.append(bytes[from..<end])
                from = end
                if case .incomplete = decoder.decode(buffer.bytes) { continue }
                break
            }
        }
    }
}
