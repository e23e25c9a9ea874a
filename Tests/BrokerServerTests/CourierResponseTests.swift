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
        let fields = String(repeating: "A: b\r\n", count: 2_700)
        #expect(read("HTTP/1.1 204 OK\r\n\(fields)\r\n", pieces: 1).outcome == kept)
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

    @Test func whateverComesInWhateverPiecesIsReadTheSame() {
        let texts = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503 Later\r\nA: b\r\n c\r\n\r\nlater",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x\r\nlo\r\n0\r\n\r\n",
        ].map { Array($0.utf8) }
        let alphabet = Array("\r\n :;,0159aFxHTP/.\u{0}é".utf8)
        var random = SeededNumbers(seed: 20_261_121)
        for round in 0..<20_000 {
            var bytes = texts[round % texts.count]
            for _ in 0..<(round % 4) {
                let index = Int(random.next(below: UInt64(bytes.count)))
                let byte = alphabet[Int(random.next(below: UInt64(alphabet.count)))]
                switch random.next(below: 3) {
                case 0: bytes[index] = byte
                case 1: bytes.insert(byte, at: index)
                default: bytes.remove(at: index)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let whole = read(text)
            let pieces = read(text, pieces: Int(random.next(below: 5)) + 1)
            #expect(whole.reader.status == pieces.reader.status)
            #expect(whole.reader.body == pieces.reader.body)
            // Bytes that come after the response are seen only when they come with its last ones.
            if case .complete = whole.outcome, case .complete = pieces.outcome { continue }
            #expect(whole.outcome == pieces.outcome, "\(text.debugDescription)")
        }
    }
}

/// Numbers that are the same in every run.
private struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(below bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }
}
