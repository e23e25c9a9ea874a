import BrokerCore
import Bytes

/// Writes the response to a receive message by message, for those that return so much that they are
/// written over several turns.
///
/// The writer may be another one for each message; together they are the response, and the first
/// one gets the length of its body in the end. The bytes are those of `OutcomeEncoder`.
public struct ReceivedEncoder {
    private enum Fields {
        case json(JSONFieldWriter)
        case xml(XMLFieldWriter)
    }

    private let form: ResponseForm
    private let requestID: RequestID
    private let response: OpenResponse
    private var fields: Fields
    private var isEmpty = true

    /// Begins a response in `writer`, which is empty.
    public init(form: ResponseForm, requestID: RequestID, into writer: inout ByteWriter) {
        precondition(writer.count == 0, "the head of a response has a writer for itself")
        self.form = form
        self.requestID = requestID
        response = OpenResponse(
            status: .ok, contentType: form.wire.contentType, form: form, requestID: requestID,
            into: &writer)
        OutcomeEncoder.openDocument(form, into: &writer)
        fields =
            switch form.wire {
            case .json: .json(JSONFieldWriter())
            case .query: .xml(XMLFieldWriter())
            case .queryAsJSON: .json(JSONFieldWriter(rendersMapsAsLists: true))
            }
    }

    /// Appends a message.
    ///
    /// - Parameter longTexts: Where the texts are noted that are too long to be written at once; nil
    ///   to write them.
    /// - Throws: When its payload is damaged; then the response is of no use.
    public mutating func append(
        _ message: ReceivedMessage, payload: ByteView, links: NotificationLinks,
        signature: ByteView, leavingOut longTexts: LongTexts?, into writer: inout ByteWriter
    ) throws(ByteReader.EndOfBytes) {
        switch fields {
        case .json(var json):
            json.longTexts = longTexts
            if isEmpty { json.beginMessages(into: &writer) }
            try json.write(message, form.selection, payload, links, signature, into: &writer)
            fields = .json(json)
        case .xml(var xml):
            xml.longTexts = longTexts
            if isEmpty { xml.beginMessages(into: &writer) }
            try xml.write(message, form.selection, payload, links, signature, into: &writer)
            fields = .xml(xml)
        }
        isEmpty = false
    }

    /// Appends a part of a text that was left out. The parts but the last are multiples of three
    /// bytes long.
    public func append(
        _ part: Range<Int>, of text: LongTexts.Text, into writer: inout ByteWriter
    ) {
        let bytes = text.bytes[part]
        switch fields {
        case _ where text.isBinary: writer.append(base64: bytes)
        case .json: writer.append(jsonEscaped: bytes)
        case .xml: writer.append(xmlEscaped: bytes)
        }
    }

    /// Appends what stands behind the messages. Without any, this is the first writer.
    public mutating func end(into writer: inout ByteWriter) {
        switch fields {
        case .json(var json): if !isEmpty { json.endMessages(into: &writer) }
        case .xml(var xml): if !isEmpty { xml.endMessages(into: &writer) }
        }
        OutcomeEncoder.closeDocument(form, requestID, isEmpty: isEmpty, into: &writer)
    }

    /// Sets the length of the body in the first writer, when all of them have `byteCount` bytes.
    ///
    /// - Returns: How many bytes of the response are sent: without the body when only the head is
    ///   wanted.
    public func setLength(of byteCount: Int, in first: inout ByteWriter) -> Int {
        response.setLength(of: byteCount, in: &first)
        return form.omitsBody ? response.bodyStart : byteCount
    }
}
