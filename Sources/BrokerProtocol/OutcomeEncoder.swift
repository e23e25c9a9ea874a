import BrokerCore
import Bytes

/// Writes whole responses for what the broker answered.
public enum OutcomeEncoder {
    /// Appends the response that carries `outcome`, which must not be `.parked`.
    ///
    /// - Parameters:
    ///   - payload: The payload of the record of the received message with this index.
    ///   - links: What the envelopes of notifications lead to.
    ///   - signature: The signature of the received message with this index, in base64; empty when
    ///     it is not signed.
    public static func encode(
        _ outcome: Outcome, form: ResponseForm, requestID: RequestID,
        payload: (Int) -> ByteView, links: NotificationLinks, signature: (Int) -> ByteView,
        into writer: inout ByteWriter
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
                try outcome.write(form, payload, links, signature, to: &fields, into: &writer)
                writer.append(0x7D)
            case .query:
                try encodeXML(outcome, form, requestID, payload, links, signature, into: &writer)
            case .queryAsJSON:
                try encodeRendering(
                    outcome, form, requestID, payload, links, signature, into: &writer)
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
        _ payload: (Int) -> ByteView, _ links: NotificationLinks, _ signature: (Int) -> ByteView,
        into writer: inout ByteWriter
    ) throws(ByteReader.EndOfBytes) {
        let name = form.wireName
        writer.append(form.service.documentStart)
        writer.append(name)
        writer.append("Response xmlns=\"")
        writer.append(form.service.namespace)
        writer.append("\">")
        if form.hasResult {
            writer.append(0x3C)
            writer.append(name)
            writer.append("Result>")
            let before = writer.count
            if form.service == .sqs {
                var fields = XMLFieldWriter()
                try outcome.write(form, payload, links, signature, to: &fields, into: &writer)
            } else {
                var fields = NestedXMLFieldWriter()
                try outcome.write(form, payload, links, signature, to: &fields, into: &writer)
            }
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
        _ payload: (Int) -> ByteView, _ links: NotificationLinks, _ signature: (Int) -> ByteView,
        into writer: inout ByteWriter
    ) throws(ByteReader.EndOfBytes) {
        let name = form.wireName
        writer.append("{\"")
        writer.append(name)
        writer.append("Response\":{")
        if form.hasResult {
            writer.append("\"")
            writer.append(name)
            writer.append("Result\":{")
            var fields = JSONFieldWriter(rendersMapsAsLists: form.service == .sqs)
            try outcome.write(form, payload, links, signature, to: &fields, into: &writer)
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
        let code = ErrorCode(error.code, for: form.service)
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
            encodeXML(code, text: text, form.service, requestID, into: &writer)
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
        _ code: ErrorCode, text: String, _ service: Service, _ requestID: RequestID,
        into writer: inout ByteWriter
    ) {
        writer.append(service.documentStart)
        writer.append("ErrorResponse xmlns=\"")
        writer.append(service.namespace)
        writer.append("\"><Error><Type>")
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
        case .unknownOperation, .certificate:
            ResponseEncoder.encode(
                status: .notFound, contentType: "text/xml", body: "<UnknownOperationException/>",
                form: form, requestID: requestID, into: &writer)
        }
    }
}

extension ResponseForm {
    fileprivate var wireName: StaticString {
        action?.wireName ?? topicAction?.wireName ?? ""
    }

    /// Whether the answer has a result element in XML.
    fileprivate var hasResult: Bool { action?.hasResult ?? topicAction?.hasResult ?? false }
}

extension Service {
    /// What an XML document begins with, up to the name of its element. SNS has no declaration.
    fileprivate var documentStart: StaticString {
        self == .sqs ? "<?xml version=\"1.0\"?><" : "<"
    }

    fileprivate var namespace: StaticString {
        switch self {
        case .sqs: "http://queue.amazonaws.com/doc/2012-11-05/"
        case .sns: "http://sns.amazonaws.com/doc/2010-03-31/"
        }
    }
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
