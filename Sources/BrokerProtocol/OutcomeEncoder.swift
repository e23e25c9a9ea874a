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
            openDocument(form, into: &writer)
            let before = writer.count
            switch form.wire {
            case .json:
                var fields = JSONFieldWriter()
                try outcome.write(form, payload, links, signature, to: &fields, into: &writer)
            case .query where !form.hasResult: break
            case .queryAsJSON where !form.hasResult: break
            case .query where form.service == .sqs:
                var fields = XMLFieldWriter()
                try outcome.write(form, payload, links, signature, to: &fields, into: &writer)
            case .query:
                var fields = NestedXMLFieldWriter()
                try outcome.write(form, payload, links, signature, to: &fields, into: &writer)
            case .queryAsJSON:
                var fields = JSONFieldWriter(rendersMapsAsLists: form.service == .sqs)
                try outcome.write(form, payload, links, signature, to: &fields, into: &writer)
            }
            closeDocument(form, requestID, isEmpty: writer.count == before, into: &writer)
            response.close(form: form, into: &writer)
        } catch {
            // A record that cannot be read is damage of ours, not of the client's making.
            writer.truncate(to: start)
            encode(
                error: BrokerError(.internalFailure), form: form, requestID: requestID,
                into: &writer)
        }
    }

    /// Appends what stands before the fields of an answer.
    static func openDocument(_ form: ResponseForm, into writer: inout ByteWriter) {
        let name = form.wireName
        switch form.wire {
        case .json:
            writer.append(0x7B)
        case .query:
            writer.append(form.service.documentStart)
            writer.append(name)
            writer.append("Response xmlns=\"")
            writer.append(form.service.namespace)
            writer.append("\">")
            guard form.hasResult else { return }
            writer.append(0x3C)
            writer.append(name)
            writer.append("Result>")
        case .queryAsJSON:
            writer.append("{\"")
            writer.append(name)
            writer.append("Response\":{")
            guard form.hasResult else { return }
            writer.append("\"")
            writer.append(name)
            writer.append("Result\":{")
        }
    }

    /// Appends what stands behind the fields of an answer, of which `isEmpty` says there are none.
    static func closeDocument(
        _ form: ResponseForm, _ requestID: RequestID, isEmpty: Bool, into writer: inout ByteWriter
    ) {
        let name = form.wireName
        switch form.wire {
        case .json:
            writer.append(0x7D)
        case .query:
            if form.hasResult, isEmpty {
                writer.truncate(to: writer.count - 1)
                writer.append("/>")
            } else if form.hasResult {
                writer.append("</")
                writer.append(name)
                writer.append("Result>")
            }
            writer.append("<ResponseMetadata><RequestId>")
            writer.append(uuid: requestID.high, low: requestID.low)
            writer.append("</RequestId></ResponseMetadata></")
            writer.append(name)
            writer.append("Response>")
        case .queryAsJSON:
            // The same document as JSON, for query requests that accept it.
            if form.hasResult { writer.append("},") }
            writer.append("\"ResponseMetadata\":{\"RequestId\":\"")
            writer.append(uuid: requestID.high, low: requestID.low)
            writer.append("\"}}}")
        }
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
