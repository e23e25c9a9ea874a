import Bytes

@testable import BrokerServer

/// What a subscriber's server answers. Arriving whole or in pieces it is the same response.
enum HTTPResponses {
    private enum Reading: Equatable {
        case response(status: Int, body: [UInt8])
        case unfinished
        case invalid
    }

    static func run(_ input: [UInt8]) {
        let whole = read([input[...]])
        let pieces = read(Array(Pieces(input)))
        let bytes = read(input.prefix(512).indices.map { input[$0...$0] })
        promise(whole == pieces, "whole \(whole) and pieces \(pieces) are the same")
        if input.count <= 512 { promise(whole == bytes, "byte by byte it is the same") }
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> Reading {
        var reader = ResponseReader()
        for piece in pieces {
            switch Array(piece).withByteView({ reader.take($0) }) {
            case .needsMore: continue
            case .invalid(let reason):
                promise(!reason.isEmpty, "a reason is given")
                return .invalid
            case .complete: return response(reader)
            }
        }
        switch reader.end() {
        case .complete(let isReusable):
            promise(!isReusable, "a closed connection carries nothing more")
            return response(reader)
        case .invalid: return .unfinished
        case .needsMore: preconditionFailure("an end decides")
        }
    }

    private static func response(_ reader: ResponseReader) -> Reading {
        promise((200...999).contains(reader.status), "a final status has three digits")
        promise(reader.body.count <= CourierLimits.bodyBytes, "a body is kept up to its limit")
        return .response(status: reader.status, body: reader.body)
    }
}
