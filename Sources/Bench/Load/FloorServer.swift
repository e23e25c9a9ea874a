import Bytes

/// The least that any server can do: it finds where a request ends, and answers always the same.
///
/// What it takes for a request is the kernel's part and nearly nothing else, so whatever a broker
/// takes beyond it is the broker's own. Answers are as long as those of a SendMessage.
final class FloorServer {
    static let answer: [UInt8] = {
        let body =
            #"{"MD5OfMessageBody":"0123456789abcdef0123456789abcdef","#
            + #""MessageId":"01234567-89ab-cdef-0123-456789abcdef"}"#
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
            + "x-amzn-RequestId: 01234567-89ab-cdef-0123-456789abcdef\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        return Array((head + body).utf8)
    }()

    /// The poller's index of the listener; connections follow it.
    private static let listenerIndex = 0

    private let listener: Listener
    private let poller: Poller
    /// Nil where one has closed.
    private var connections: [LoadConnection?] = []
    private var answer = ByteWriter(capacity: 1024)

    /// Listens at `port` of 127.0.0.1.
    init(port: UInt16) throws(SystemError) {
        answer.append(FloorServer.answer)
        listener = try Listener(port: port)
        poller = try Poller()
        try poller.add(listener.number, index: FloorServer.listenerIndex)
    }

    /// Answers until the process ends.
    func run() throws(SystemError) {
        while !Interruption.isRequested {
            for position in 0..<poller.wait(milliseconds: -1) {
                let index = poller.readyIndex(position)
                if index == FloorServer.listenerIndex {
                    try accept()
                } else if let connection = connections[index - 1] {
                    serve(connection, index: index)
                }
            }
        }
    }

    private func accept() throws(SystemError) {
        while let socket = try listener.accept() {
            let connection = LoadConnection(socket)
            connections.append(connection)
            try poller.add(connection.socket.number, index: connections.count)
        }
    }

    private func serve(_ connection: LoadConnection, index: Int) {
        do throws(SystemError) {
            guard try connection.socket.receive(into: connection.received) != nil else { return }
            while let count = FloorServer.requestByteCount(connection.received.view) {
                connection.received.consume(count)
                // A client that has one request under way has room for its answer.
                guard try connection.socket.send(answer.view) == answer.count else {
                    return close(connection, index: index)
                }
            }
        } catch {
            close(connection, index: index)
        }
    }

    /// The length of the request at the front of `bytes`; nil when it is not there as a whole.
    static func requestByteCount(_ bytes: ByteView) -> Int? {
        var bodyCount = 0
        var lineStart = 0
        while let lineEnd = bytes.firstIndex(of: 0x0A, from: lineStart) {
            if lineEnd - lineStart <= 1 {
                let count = lineEnd + 1 + bodyCount
                return bytes.count >= count ? count : nil
            }
            if bytes[lineStart] | 0x20 == 0x63,  // c
                let count = Response.contentLength(bytes, from: lineStart, to: lineEnd)
            {
                bodyCount = count
            }
            lineStart = lineEnd + 1
        }
        return nil
    }

    private func close(_ connection: LoadConnection, index: Int) {
        poller.remove(connection.socket.number)
        connections[index - 1] = nil
    }
}
