import Bytes
import Testing

@testable import BrokerServer

/// What reading `text` in pieces of `size` bytes came to.
private func read(
    _ text: String, pieces size: Int = .max
) -> (reader: ResponseReader, outcome: ResponseReader.Outcome) {
    var reader = ResponseReader()
    var outcome = ResponseReader.Outcome.needsMore
    text.withByteView { bytes in
        var rest = bytes
        while !rest.isEmpty, outcome == .needsMore {
            outcome = reader.take(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
    }
    return (reader, outcome)
}

private func outcome(_ text: String) -> ResponseReader.Outcome { read(text).outcome }

private let kept = ResponseReader.Outcome.complete(isReusable: true)
private let spent = ResponseReader.Outcome.complete(isReusable: false)

@Suite struct CourierResponseTests {
    @Test(arguments: [1, 2, 3, 7, Int.max])
    func piecesOfAnySizeMakeTheSameResponse(size: Int) {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length:5\r\n\r\nhello",
            "HTTP/1.1 200\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3\r\nhel\r\n02;x\r\nlo\r\n0\r\nA: b\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Length: 5\nA: b\n c\n\nhello",
        ] {
            let (reader, outcome) = read(text, pieces: size)
            #expect(outcome == kept)
            #expect(reader.status == 200)
            #expect(String(decoding: reader.body, as: UTF8.self) == "hello")
        }
    }

    @Test func aResponseWithoutABodyEndsWithItsHead() {
        #expect(outcome("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n") == kept)
        #expect(outcome("HTTP/1.1 304 Not Modified\r\n\r\n") == kept)
        #expect(outcome("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") == kept)
    }

    @Test func aConnectionIsKeptWhenBothVersionAndFieldsAllowIt() {
        let length = "Content-Length: 0\r\n"
        #expect(outcome("HTTP/1.0 200 OK\r\n\(length)\r\n") == spent)
        #expect(outcome("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\(length)\r\n") == kept)
        #expect(outcome("HTTP/1.1 200 OK\r\nConnection: close\r\n\(length)\r\n") == spent)
        #expect(
            outcome("HTTP/1.1 200 OK\r\nConnection: close, keep-alive\r\n\(length)\r\n") == spent)
        #expect(outcome("HTTP/1.1 200 OK\r\n\(length)\r\nmore") == spent)
        #expect(
            outcome("HTTP/1.1 200 OK\r\n\(length)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                == spent)
    }

    @Test func withoutALengthTheEndOfTheConnectionIsTheEnd() {
        for head in ["", "Transfer-Encoding: gzip\r\n"] {
            let (reader, outcome) = read("HTTP/1.1 200 OK\r\n\(head)\r\nhello")
            #expect(outcome == .needsMore)
            #expect(reader.end() == spent)
            #expect(reader.body == Array("hello".utf8))
        }
    }

    @Test func theEndTooEarlyIsNoResponse() {
        #expect(
            ResponseReader().end()
                == .invalid(reason: "the connection was closed without a response"))
        #expect(
            read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell").reader.end()
                == .invalid(reason: "the connection was closed in the middle of the response"))
    }

    @Test func whatIsNoHTTPIsToldAtTheFirstByte() {
        let reason = ResponseReader.Outcome.invalid(reason: "the response is not HTTP/1.1")
        for text in [
            "h", "HTTP/2", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1  200 OK\r\n",
            "HTTP/1.2 200 OK\r\n", "HTTP/1.1 2000\r\n", "\r\n", "\u{0}\u{1}\u{2}",
        ] {
            #expect(outcome(text) == reason, "\(text)")
        }
    }

    @Test func malformedPartsAreNamed() {
        let head = "HTTP/1.1 200 OK\r\n"
        let length = ResponseReader.Outcome.invalid(
            reason: "the response has an invalid Content-Length")
        #expect(outcome("\(head)Content-Length: 5x\r\n\r\n") == length)
        #expect(outcome("\(head)Content-Length: -1\r\n\r\n") == length)
        #expect(outcome("\(head)Content-Length: 1\r\nContent-Length: 2\r\n\r\n") == length)
        #expect(outcome("\(head)Content-Length: 9999999999999999999\r\n\r\n") == length)
        #expect(outcome("\(head)Content-Length: 1\r\nContent-Length: 1\r\n\r\nx") == kept)
        #expect(
            outcome("\(head)nonsense\r\n")
                == .invalid(reason: "the response has a malformed header field"))
        let chunk = ResponseReader.Outcome.invalid(reason: "the response has a malformed chunk")
        let chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
        #expect(outcome("\(chunked)x\r\n") == chunk)
        #expect(outcome("\(chunked)\r\n") == chunk)
        #expect(outcome("\(chunked)5y\r\n") == chunk)
        #expect(outcome("\(chunked)FFFFFFFFFFFFFFFF\r\n") == chunk)
        #expect(outcome("\(chunked)1\r\nab\r\n") == chunk)
        #expect(
            outcome("HTTP/1.1 101 Switching\r\n")
                == .invalid(reason: "the response has the status 101, which was not asked for"))
    }

    @Test func headsHaveALimitWithAllInterimResponses() {
        let reason = ResponseReader.Outcome.invalid(
            reason: "the head of the response is longer than 16384 bytes")
        #expect(outcome("HTTP/1.1 200 " + String(repeating: "x", count: 20_000)) == reason)
        #expect(
            outcome("HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 4_000)) == reason)
        #expect(outcome(String(repeating: "HTTP/1.1 100 \r\n\r\n", count: 2_000)) == reason)
        let chunk = ResponseReader.Outcome.invalid(reason: "the response has a malformed chunk")
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(outcome(chunked + "1;" + String(repeating: "x", count: 2_000)) == chunk)
        #expect(
            outcome(chunked + "0\r\n" + String(repeating: "A: b\r\n", count: 4_000)) == reason)
    }

    @Test func ofALongBodyTheFrontIsKeptAndTheRestIsDrainedToALimit() {
        let body = String(repeating: "x", count: 60_000)
        let (reader, outcome) = read("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n\(body)")
        #expect(outcome == kept)
        #expect(reader.body.count == CourierLimits.bodyBytes)
        let longer = String(repeating: "x", count: 70_000)
        #expect(
            read("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n\(longer)").outcome == spent)
        #expect(read("HTTP/1.1 200 OK\r\n\r\n\(longer)").outcome == spent)
        let chunks = String(
            repeating: "3E8\r\n\(String(repeating: "x", count: 1_000))\r\n", count: 70)
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(read(chunked + chunks).outcome == spent)
    }
}
