import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct ReceivedEncoderTests {
    typealias Encoding = OutcomeEncoderTests
    typealias Fields = ReceivedFieldsTests

    /// The response that is written message by message, each into a writer of its own, and how many
    /// bytes of it are sent.
    private static func pieces(
        _ payloads: [ByteView], _ form: ResponseForm
    ) throws -> (bytes: [UInt8], sent: Int) {
        var head = ByteWriter()
        var encoder = ReceivedEncoder(form: form, requestID: Encoding.requestID, into: &head)
        var rest: [UInt8] = []
        for (index, payload) in payloads.enumerated() {
            var piece = ByteWriter()
            try encoder.append(
                Fields.received(), payload: payload, links: Encoding.links, signature: ByteView(),
                leavingOut: nil, into: &piece)
            if index == payloads.count - 1 { encoder.end(into: &piece) }
            rest += piece.array
        }
        if payloads.isEmpty { encoder.end(into: &head) }
        let sent = encoder.setLength(of: head.count + rest.count, in: &head)
        return (head.array + rest, sent)
    }

    @Test(arguments: [ResponseForm.Wire.json, .query, .queryAsJSON], 0..<4)
    func itWritesWhatTheEncoderOfOutcomesWrites(wire: ResponseForm.Wire, count: Int) throws {
        var form = Encoding.form(wire, .receiveMessage)
        form.selection.system = .all
        form.selection.message = .all
        let payloads = (0..<count).map { _ in
            Fields.payload(groupID: "g", attributes: Fields.attributes, body: "a<\"\r\nü")
        }
        let whole = Encoding.encode(
            .received(payloads.map { _ in Fields.received() }), form, payloads: payloads)
        let pieces = try Self.pieces(payloads, form)
        #expect(String(decoding: pieces.bytes, as: UTF8.self) == whole)
        #expect(pieces.sent == pieces.bytes.count)
        form.omitsBody = true
        let head = Encoding.encode(
            .received(payloads.map { _ in Fields.received() }), form, payloads: payloads)
        let headPieces = try Self.pieces(payloads, form)
        #expect(headPieces.bytes.prefix(headPieces.sent) == Array(head.utf8)[...])
    }

    @Test func aRecordThatCannotBeReadIsReported() {
        let form = Encoding.form(.json, .receiveMessage)
        #expect(throws: ByteReader.EndOfBytes.self) { try Self.pieces(["too short"], form) }
    }
}
