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
    }

    /// Appends a response with a body of the server's own, such as a health report.
    public static func encode(
        status: HTTPStatus, contentType: StaticString, body: ByteView, form: ResponseForm,
        requestID: RequestID, into writer: inout ByteWriter
    ) {
    }
}
