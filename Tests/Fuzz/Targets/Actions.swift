import Bytes

@testable import BrokerProtocol
@testable import BrokerServer

/// Requests to a broker, a line each: `SendMessage {…}` in JSON, `Action=…&…` in the query protocol,
/// `+1500` lets time pass. RECEIPT stands for the handle that was given out last. Every answer is one
/// response with a well-formed document, and the journal says the same again.
enum Actions {
    static func run(_ input: [UInt8]) {
        var served = ServedBroker()
        for line in input.parts(most: 40) where !line.isEmpty {
            if line[0] == 0x2B {
                served.pass(
                    milliseconds: min(
                        UInt64(line.dropFirst().prefix(8).map(\.self).text) ?? 1, 100_000_000))
            } else {
                perform(line.replacing(receipt, with: served.lastHandle.utf8), by: &served)
            }
        }
        served.checkRecovery()
    }

    private static let receipt = Array("RECEIPT".utf8)

    private static func perform(_ line: [UInt8], by served: inout ServedBroker) {
        let space = line.firstIndex(of: 0x20) ?? line.count
        let isQuery = line.prefix(space).contains(0x3D)
        var body = isQuery ? line : Array(line.dropFirst(space + 1))
        let target = isQuery ? [] : Array("AmazonSQS.".utf8) + line.prefix(space)
        target.withByteView { target in
            body.withMutableByteView { body in
                var headers = RequestHeaders()
                headers.host = "localhost:4566"
                headers.target = target
                let request = Request(
                    method: .post, path: "/", query: MutableByteView(), headerBytes: ByteView(),
                    headers: headers, body: body, connection: .stays)
                served.answer(request) { check($0, isJSON: !isQuery) }
            }
        }
    }

    private static func check(_ response: ByteView, isJSON: Bool) {
        var reader = ResponseReader()
        let outcome = reader.take(response)
        promise(outcome == .complete(isReusable: true), "an answer is one response: \(outcome)")
        let head = response.firstIndex(of: "\r\n\r\n").map { $0 + 4 } ?? response.count
        var body = response.dropFirst(head).array
        guard !body.isEmpty else { return }
        if body[0] == 0x7B {
            promise(isValidJSON(&body), "an answer is JSON: \(body.text)")
        } else {
            promise(WellFormed.check(body), "an answer is XML: \(body.text)")
        }
    }

    private static func isValidJSON(_ body: inout [UInt8]) -> Bool {
        body.withMutableByteView { bytes in
            var reader = JSONReader(bytes)
            return (try? reader.skipValue()) != nil && (try? reader.finish()) != nil
        }
    }
}
