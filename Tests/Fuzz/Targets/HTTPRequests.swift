import BrokerCore
import Bytes

@testable import BrokerProtocol
@testable import BrokerServer

/// The bytes of a connection. Arriving whole or in pieces they are the same requests, and what
/// answers them is HTTP.
enum HTTPRequests {
    /// What a connection's bytes came to.
    private struct Reading: Equatable {
        var requests: [Summary] = []
        var refusal: HTTPStatus?
    }

    private struct Summary: Equatable {
        var line: [[UInt8]]
        var headers: [[UInt8]]
        var body: [UInt8]
        var keepsAlive: Bool

        init(_ request: Request) {
            line = [
                Array("\(request.method)".utf8), request.path.array, request.query.view.array,
            ]
            let known = request.headers
            headers = [
                request.headerBytes, known.host, known.contentType, known.accept,
                known.authorization, known.target, known.traceID, known.origin,
                known.forwardedScheme,
            ].map(\.array)
            body = request.body.view.array
            keepsAlive = request.keepsAlive
        }
    }

    /// Small enough for the limits to be met by small inputs.
    private static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.headByteCount = 1024
        limits.targetByteCount = 256
        limits.headerCount = 20
        limits.bodyByteCount = 1024
        limits.chunkLineByteCount = 32
        limits.trailerByteCount = 64
        return limits
    }()

    static func run(_ input: [UInt8]) {
        let whole = read([input[...]]) { answer($0) }
        let pieces = read(Array(Pieces(input)), digestStep: 16) { request in
            let digest = SHA256Digest(of: request.body.view)
            promise((request.bodyDigest ?? digest) == digest, "a digest in steps is the digest")
        }
        promise(whole.requests == pieces.requests, "whole and pieces give the same requests")
        promise(
            (whole.refusal == nil) == (pieces.refusal == nil),
            "whole and pieces are refused alike: \(whole.refusal as Any), \(pieces.refusal as Any)")
    }

    private static func read(
        _ pieces: [ArraySlice<UInt8>], digestStep: Int? = nil, each: (Request) -> Void
    ) -> Reading {
        var reading = Reading()
        var decoder = RequestDecoder(limits: limits, digestStep: digestStep)
        var buffer: [UInt8] = []
        var wanted = 0
        for piece in pieces {
            buffer += piece
            var goesOn = true
            while goesOn {
                goesOn = false
                let before = buffer.count
                let consumed = buffer.withMutableByteView { bytes -> Int? in
                    switch decoder.decode(bytes) {
                    case .incomplete(let count, _):
                        promise(count > before, "more bytes are wanted than there are")
                        wanted = count
                        return 0
                    case .digesting(let byteCount):
                        promise(byteCount == digestStep, "as much is digested as was allowed")
                        goesOn = true
                        return 0
                    case .refused(let refusal):
                        reading.refusal = refusal.status
                        return nil
                    case .request(let request, let consumed):
                        promise(consumed > 0 && consumed <= before, "a request has bytes")
                        promise(before >= wanted, "no request is there before it was expected")
                        wanted = 0
                        reading.requests.append(Summary(request))
                        each(request)
                        return consumed
                    }
                }
                guard let consumed else { return reading }
                buffer.removeFirst(consumed)
                if consumed > 0 { goesOn = true }
            }
        }
        return reading
    }

    /// Decodes the action and, where no broker is needed, reads what is answered.
    private static func answer(_ request: Request) {
        var decoder = ActionDecoder(configuration: ProtocolConfiguration())
        guard case .answer(let answer, let form) = decoder.decode(request) else { return }
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            answer, form: form, requestID: RequestID(high: 1, low: 2), into: &writer)
        guard !form.omitsBody else { return }
        var reader = ResponseReader()
        let outcome = reader.take(writer.view)
        promise(
            outcome == .complete(isReusable: form.connection != .closes),
            "an answer is one response: \(outcome)")
    }
}
