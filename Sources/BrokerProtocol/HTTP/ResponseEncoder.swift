import Bytes

/// Writes HTTP responses.
public enum ResponseEncoder {
    /// Appends `100 Continue`.
    public static func encodeContinue(into writer: inout ByteWriter) {
        writer.append("HTTP/1.1 100 Continue\r\n\r\n")
    }

    /// Appends the response to bytes that are no request; the connection closes after it.
    public static func encode(
        refusal: HTTPRefusal, requestID: RequestID, into writer: inout ByteWriter
    ) {
        var form = ResponseForm()
        form.connection = .closes
        let open = OpenResponse(
            status: refusal.status, contentType: "text/plain", form: form, requestID: requestID,
            into: &writer)
        writer.append(refusal.message)
        writer.append(Character.lineFeed)
        open.close(form: form, into: &writer)
    }

    /// Appends a response with a body of the server's own, such as a health report.
    public static func encode(
        status: HTTPStatus, contentType: StaticString, body: ByteView, form: ResponseForm,
        requestID: RequestID, into writer: inout ByteWriter
    ) {
        let open = OpenResponse(
            status: status, contentType: contentType, form: form, requestID: requestID,
            into: &writer)
        writer.append(body)
        open.close(form: form, into: &writer)
    }

    /// Appends the answer to a browser that asks what it may send.
    static func encodePreflight(
        form: ResponseForm, requestID: RequestID, into writer: inout ByteWriter
    ) {
        var open = OpenResponse(
            status: .ok, form: form, requestID: requestID, into: &writer)
        writer.append(
            """
            Allow: GET,HEAD,POST,OPTIONS\r
            Access-Control-Allow-Methods: GET,HEAD,POST,OPTIONS\r
            Access-Control-Allow-Headers: authorization,cache-control,content-type,origin,\
            amz-sdk-invocation-id,amz-sdk-request,x-amz-content-sha256,x-amz-date,\
            x-amz-security-token,x-amz-target,x-amz-user-agent,x-amzn-query-mode,\
            x-amzn-trace-id,x-requested-with\r
            Access-Control-Max-Age: 86400\r

            """)
        open.endHead(contentType: nil, into: &writer)
        open.close(form: form, into: &writer)
    }
}

/// A response whose head has been written, with room for the length of its body.
struct OpenResponse {
    private static let lengthRoom: ByteView = "          "
    private var lengthOffset = 0
    /// Where the body begins.
    private(set) var bodyStart = 0

    /// Appends a head; the body follows.
    init(
        status: HTTPStatus, contentType: StaticString, form: ResponseForm, requestID: RequestID,
        into writer: inout ByteWriter
    ) {
        self.init(status: status, form: form, requestID: requestID, into: &writer)
        endHead(contentType: contentType, into: &writer)
    }

    /// Appends the beginning of a head; the caller adds headers and ends it.
    init(
        status: HTTPStatus, form: ResponseForm, requestID: RequestID,
        into writer: inout ByteWriter
    ) {
        if status == .ok {
            writer.append("HTTP/1.1 200 OK\r\nx-amzn-RequestId: ")
        } else {
            writer.append("HTTP/1.1 ")
            writer.append(decimal: status.rawValue)
            writer.append(Character.space)
            writer.append(status.reason)
            writer.append("\r\nx-amzn-RequestId: ")
        }
        writer.append(uuid: requestID.high, low: requestID.low)
        switch form.connection {
        case .stays: writer.append("\r\n")
        case .staysExplicitly: writer.append("\r\nConnection: keep-alive\r\n")
        case .closes: writer.append("\r\nConnection: close\r\n")
        }
        if status == .methodNotAllowed { writer.append("Allow: GET,HEAD,POST,OPTIONS\r\n") }
        if form.isCrossOrigin {
            writer.append(
                """
                Access-Control-Allow-Origin: *\r
                Access-Control-Expose-Headers: x-amzn-RequestId,x-amzn-query-error\r

                """)
        }
    }

    /// Appends the end of the head.
    mutating func endHead(contentType: StaticString?, into writer: inout ByteWriter) {
        if let contentType {
            writer.append("Content-Type: ")
            writer.append(contentType)
            writer.append("\r\n")
        }
        // Blanks before a header's value mean nothing, so the length is set in at the end.
        writer.append("Content-Length: ")
        lengthOffset = writer.count
        writer.append(Self.lengthRoom)
        writer.append("\r\n\r\n")
        bodyStart = writer.count
    }

    /// Sets the length of the body that has been appended, and drops it if only the head is wanted.
    func close(form: ResponseForm, into writer: inout ByteWriter) {
        setLength(of: writer.count, in: &writer)
        if form.omitsBody { writer.truncate(to: bodyStart) }
    }

    /// Sets the length of a body that ends after `byteCount` bytes of the response, whose beginning
    /// is in `writer`.
    func setLength(of byteCount: Int, in writer: inout ByteWriter) {
        var length = byteCount - bodyStart
        var offset = lengthOffset + Self.lengthRoom.count
        repeat {
            offset -= 1
            writer.replace(at: offset, with: Self.digits[length % 10..<length % 10 + 1])
            length /= 10
        } while length > 0
    }

    private static let digits: ByteView = "0123456789"
}
