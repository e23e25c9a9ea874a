import Bytes
import Testing

@testable import Bench

private func bytes(_ text: String) -> ByteWriter {
    var writer = ByteWriter()
    writer.append(text)
    return writer
}

private let answer =
    "HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 5\r\nConnection: keep-alive\r\n\r\nhello"

@Suite struct WireTests {
    @Test func anAnswerIsReadWhenItIsThereAsAWhole() {
        for count in 0..<answer.utf8.count {
            let part = bytes(String(decoding: answer.utf8.prefix(count), as: UTF8.self))
            #expect(Response(part.view) == nil)
        }
        let whole = bytes(answer + "HTTP/1.1 ")
        let response = Response(whole.view)
        #expect(response?.status == 200)
        #expect(response?.body.string == "hello")
        #expect(response?.count == answer.utf8.count)
        #expect(response?.closes == false)
    }

    @Test func theFloorFindsWhereRequestsEnd() {
        let request = "POST / HTTP/1.1\r\nHost: x\r\ncontent-length: 5\r\n\r\nhello"
        for count in 0..<request.utf8.count {
            let part = bytes(String(decoding: request.utf8.prefix(count), as: UTF8.self))
            #expect(FloorServer.requestByteCount(part.view) == nil)
        }
        let more = bytes(request + "GET")
        #expect(FloorServer.requestByteCount(more.view) == request.utf8.count)
        let short = bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(FloorServer.requestByteCount(short.view) == short.count)
        var answer = ByteWriter()
        answer.append(FloorServer.answer)
        #expect(Response(answer.view)?.count == answer.count)
    }

    @Test func theOldVersionOfHTTPClosesWhenItDoesNotSayOtherwise() {
        let old = bytes("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(Response(old.view)?.closes == true)
        let kept = bytes("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n")
        #expect(Response(kept.view)?.closes == false)
    }

    @Test func chunksAreJoined() {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            + "5\r\nhello\r\nA;x=y\r\n, the world\r\n0\r\n\r\n"
        let pieces = ChunkedBody()
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for part in ["", "5\r\nhel", "5\r\nhello\r\n", "5\r\nhello\r\n0\r\n"] {
            let writer = bytes(head + part)
            #expect(Response(writer.view, pieces: pieces) == nil)
        }
        let writer = bytes(text.split(separator: ", the world").joined(separator: ", the worl"))
        let response = Response(writer.view, pieces: pieces)
        #expect(response?.body.string == "hello, the worl")
        #expect(response?.closes == true)
        #expect(response?.count == writer.count)
    }

    @Test func errorsAreNamedInBothProtocols() {
        let json = bytes(
            "HTTP/1.1 400 B\r\nContent-Length: 48\r\n\r\n"
                + "{\"__type\": \"com.amazonaws.sqs#QueueDoesNotExist\"}")
        #expect(Response(json.view)?.errorCode == "QueueDoesNotExist")
        let xml = bytes("HTTP/1.1 403 B\r\nContent-Length: 21\r\n\r\n<Error><Code>No</Code>")
        #expect(Response(xml.view)?.errorCode == "No")
        #expect(Response(xml.view)?.status == 403)
    }

    @Test func everyReceiptHandleIsDeletedInBothProtocols() {
        let queue = QueueAddress(url: "http://h:1/000000000000/q")
        var request = ByteWriter()
        let json = QueueRequests(
            RequestWriter(host: "h:1"), queues: [queue], shape: MessageShape(batch: 10))
        #expect(
            json.writeDelete(
                0, "{\"Messages\":[{\"ReceiptHandle\":\"a+/=\"},{\"ReceiptHandle\" : \"b\"}]}",
                into: &request) == 2)
        #expect(
            request.view.string.hasSuffix(
                "\r\n\r\n{\"QueueUrl\":\"http://h:1/000000000000/q\",\"Entries\":["
                    + "{\"Id\":\"0\",\"ReceiptHandle\":\"a+/=\"},{\"Id\":\"1\",\"ReceiptHandle\":\"b\"}]}"
            ))
        #expect(json.writeDelete(0, "{\"Messages\":[]}", into: &request) == 0)
        let query = QueueRequests(
            RequestWriter(host: "h:1", wireProtocol: .query), queues: [queue],
            shape: MessageShape(batch: 1))
        #expect(
            query.writeDelete(
                0, "<Message>\n <ReceiptHandle>a+/=</ReceiptHandle>\n   <Body>x</Body>",
                into: &request) == 1)
        #expect(request.view.string.hasPrefix("POST /000000000000/q HTTP/1.1\r\n"))
        #expect(
            request.view.string.hasSuffix(
                "Action=DeleteMessage&Version=2012-11-05"
                    + "&QueueUrl=http%3A%2F%2Fh%3A1%2F000000000000%2Fq&ReceiptHandle=a%2B%2F%3D"))
    }

    @Test func messagesOfGroupsHaveNumbersOfTheirOwn() {
        let queue = QueueAddress(url: "u")
        let requests = QueueRequests(
            RequestWriter(host: "h"), queues: [queue],
            shape: MessageShape(
                bodySize: .list([3, 4]), attributeCount: 1, groupCount: 2, batch: 1))
        var seen: [String] = []
        for _ in 0..<3 {
            var request = ByteWriter()
            requests.writeSend(0, into: &request)
            let text = request.view.string
            seen.append(String(text.split(separator: "\r\n\r\n")[1]))
        }
        #expect(
            seen[0]
                == "{\"QueueUrl\":\"u\",\"MessageBody\":\"The\",\"MessageAttributes\":{\"attribute-1\":"
                + "{\"DataType\":\"String\",\"StringValue\":\"value-1-of-a-message\"}},"
                + "\"MessageGroupId\":\"group-0000000000\","
                + "\"MessageDeduplicationId\":\"message-00000000000000000000\"}")
        #expect(seen[1].contains("\"MessageBody\":\"The \""))
        #expect(seen[1].contains("group-0000000001\""))
        #expect(seen[2].contains("group-0000000000\""))
        #expect(seen[2].contains("message-00000000000000000002\""))
    }

    @Test func refusedEntriesOfBatchesAreCounted() {
        let queue = QueueAddress(url: "u")
        let requests = QueueRequests(
            RequestWriter(host: "h"), queues: [queue], shape: MessageShape(batch: 10))
        func refused(_ body: String) -> Int? {
            let writer = bytes(
                "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            return Response(writer.view).map { requests.refusedCount($0) }
        }
        #expect(refused("{\"Successful\":[{\"Id\":\"0\"}]}") == 0)
        #expect(refused("{\"Failed\":[{\"Id\":\"1\",\"Code\":\"X\"},{\"Code\": \"Y\"}]}") == 2)
        #expect(
            refused("<BatchResultErrorEntry><Id>1</Id></BatchResultErrorEntry></R>") == 1)
    }

    @Test func requestsHaveTheLengthTheySay() {
        let writer = RequestWriter(host: "h")
        var request = ByteWriter()
        writer.write("SendMessage", body: "{\"a\":1}", into: &request)
        #expect(request.view.string.contains("\r\nContent-Length: 7\r\n\r\n{\"a\":1}"))
        #expect(request.view.string.contains("\r\nX-Amz-Target: AmazonSQS.SendMessage\r\n"))
    }

    @Test func pathsOfQueuesAreThoseOfTheirURLs() {
        #expect(QueueAddress.path(of: "http://h:1/000000000000/q") == "/000000000000/q")
        #expect(QueueAddress.path(of: "http://h:1") == "/")
    }
}
