import BrokerCore
import Bytes

/// Writes whole responses for what the broker answered.
public enum OutcomeEncoder {
    /// Appends the response that carries `outcome`, which must not be `.parked`.
    ///
    /// - Parameter payload: The payload of the record of the received message with this index.
    public static func encode(
        _ outcome: Outcome, form: ResponseForm, requestID: RequestID,
        payload: (Int) -> ByteView, into writer: inout ByteWriter
    ) {
        let start = writer.count
        let response = OpenResponse(
            status: .ok, contentType: form.wire.contentType, form: form, requestID: requestID,
            into: &writer)
        do throws(ByteReader.EndOfBytes) {
            switch form.wire {
            case .json:
                var fields = JSONFieldWriter()
                writer.append(0x7B)
                try outcome.write(form, payload, to: &fields, into: &writer)
                writer.append(0x7D)
            case .query:
                try encodeXML(outcome, form, requestID, payload, into: &writer)
            case .queryAsJSON:
                try encodeRendering(outcome, form, requestID, payload, into: &writer)
            }
            response.close(form: form, into: &writer)
        } catch {
            // A record that cannot be read is damage of ours, not of the client's making.
            writer.truncate(to: start)
            encode(
                error: BrokerError(.internalFailure), form: form, requestID: requestID,
                into: &writer)
        }
    }

    private static func encodeXML(
        _ outcome: Outcome, _ form: ResponseForm, _ requestID: RequestID,
        _ payload: (Int) -> ByteView, into writer: inout ByteWriter
    ) throws(ByteReader.EndOfBytes) {
        let name = form.wireName
        var fields = XMLFieldWriter()
        writer.append("<?xml version=\"1.0\"?><")
        writer.append(name)
        writer.append("Response xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">")
        if form.action?.hasResult == true {
            writer.append(0x3C)
            writer.append(name)
            writer.append("Result>")
            let before = writer.count
            try outcome.write(form, payload, to: &fields, into: &writer)
            if writer.count == before {
                writer.truncate(to: before - 1)
                writer.append("/>")
            } else {
                writer.append("</")
                writer.append(name)
                writer.append("Result>")
            }
        }
        writer.append("<ResponseMetadata><RequestId>")
        writer.append(uuid: requestID.high, low: requestID.low)
        writer.append("</RequestId></ResponseMetadata></")
        writer.append(name)
        writer.append("Response>")
    }

    /// The same document as JSON, for query requests that accept it.
    private static func encodeRendering(
        _ outcome: Outcome, _ form: ResponseForm, _ requestID: RequestID,
        _ payload: (Int) -> ByteView, into writer: inout ByteWriter
    ) throws(ByteReader.EndOfBytes) {
        let name = form.wireName
        writer.append("{\"")
        writer.append(name)
        writer.append("Response\":{")
        if form.action?.hasResult == true {
            writer.append("\"")
            writer.append(name)
            writer.append("Result\":{")
            var fields = JSONFieldWriter(rendersMapsAsLists: true)
            try outcome.write(form, payload, to: &fields, into: &writer)
            writer.append("},")
        }
        writer.append("\"ResponseMetadata\":{\"RequestId\":\"")
        writer.append(uuid: requestID.high, low: requestID.low)
        writer.append("\"}}}")
    }

    /// Appends the response that carries `error`.
    public static func encode(
        error: BrokerError, form: ResponseForm, requestID: RequestID, into writer: inout ByteWriter
    ) {
        let code = ErrorCode(error.code)
        var response = OpenResponse(
            status: code.status, form: form, requestID: requestID, into: &writer)
        let text = error.text(for: form.wire)
        switch form.wire {
        case .json:
            writer.append("x-amzn-query-error: ")
            writer.append(code.query)
            writer.append(Character.semicolon)
            writer.append(code.fault.name)
            writer.append("\r\n")
            response.endHead(contentType: form.wire.contentType, into: &writer)
            writer.append("{\"__type\":\"")
            writer.append(code.type)
            writer.append("\",\"message\":\"")
            text.withByteView { writer.append(jsonEscaped: $0) }
            writer.append("\"}")
        case .query:
            response.endHead(contentType: form.wire.contentType, into: &writer)
            encodeXML(code, text: text, requestID, into: &writer)
        case .queryAsJSON:
            response.endHead(contentType: form.wire.contentType, into: &writer)
            writer.append("{\"Error\":{\"Type\":\"")
            writer.append(code.fault.name)
            writer.append("\",\"Code\":\"")
            writer.append(code.query)
            writer.append("\",\"Message\":\"")
            text.withByteView { writer.append(jsonEscaped: $0) }
            writer.append("\"},\"RequestId\":\"")
            writer.append(uuid: requestID.high, low: requestID.low)
            writer.append("\"}")
        }
        response.close(form: form, into: &writer)
    }

    private static func encodeXML(
        _ code: ErrorCode, text: String, _ requestID: RequestID, into writer: inout ByteWriter
    ) {
        writer.append(
            """
            <?xml version="1.0"?>\
            <ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>
            """)
        writer.append(code.fault.name)
        writer.append("</Type><Code>")
        writer.append(code.query)
        writer.append("</Code><Message>")
        writer.append(xmlText: text)
        writer.append("</Message><Detail/></Error><RequestId>")
        writer.append(uuid: requestID.high, low: requestID.low)
        writer.append("</RequestId></ErrorResponse>")
    }

    /// Appends an answer that needed no broker.
    public static func encode(
        _ answer: DirectAnswer, form: ResponseForm, requestID: RequestID,
        into writer: inout ByteWriter
    ) {
        switch answer {
        case .refused(let error):
            encode(error: error, form: form, requestID: requestID, into: &writer)
        case .preflight:
            ResponseEncoder.encodePreflight(form: form, requestID: requestID, into: &writer)
        case .unknownOperation:
            ResponseEncoder.encode(
                status: .notFound, contentType: "text/xml", body: "<UnknownOperationException/>",
                form: form, requestID: requestID, into: &writer)
        }
    }
}

extension ResponseForm {
    fileprivate var wireName: StaticString { action?.wireName ?? "" }
}

extension ResponseForm.Wire {
    /// The Content-Type of an answer.
    var contentType: StaticString {
        switch self {
        case .json: "application/x-amz-json-1.0"
        case .query: "text/xml"
        case .queryAsJSON: "application/json"
        }
    }
}
