import Bytes

/// Writes requests of the AWS JSON protocol with the headers that an SDK sends.
struct RequestWriter {
    /// The bytes before the name of the action, and those between it and the length of the body.
    private let front: [UInt8]
    private let middle: [UInt8]

    let host: String

    init(host: String) {
        self.host = host
        front = Array("POST / HTTP/1.1\r\nHost: \(host)\r\nX-Amz-Target: AmazonSQS.".utf8)
        middle = Array(
            """
            \r
            Accept-Encoding: identity\r
            Content-Type: application/x-amz-json-1.0\r
            User-Agent: aws-sdk/1.43.11 md/core#1.43.11 ua/2.1 os/linux#6.1 md/arch#x86_64 \
            lang/any#1.0 md/impl#bench cfg/retry-mode#standard\r
            X-Amz-Date: 20260101T000000Z\r
            Authorization: AWS4-HMAC-SHA256 \
            Credential=AKIDEXAMPLE/20260101/us-east-1/sqs/aws4_request, \
            SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
            Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r
            amz-sdk-invocation-id: 1d5d7ab8-9f1f-4d3c-8c5e-7d1a1f7b2a60\r
            amz-sdk-request: attempt=1\r
            x-amzn-query-mode: true\r
            Content-Length: 
            """.utf8)
    }

    /// Replaces what `request` holds by a request for the action with the body.
    func write(_ action: StaticString, body: ByteView, into request: inout ByteWriter) {
        request.removeAll()
        request.append(front)
        request.append(action)
        request.append(middle)
        request.append(decimal: body.count)
        request.append("\r\n\r\n")
        request.append(body)
    }
}
