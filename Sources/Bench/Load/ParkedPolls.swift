import Bytes

/// Long polls that wait on an empty queue while something else is measured.
final class ParkedPolls {
    private var connections: [LoadConnection] = []
    private var request = ByteWriter()
    private var parkedAt: UInt64 = 0
    /// As long as a server lets polls wait.
    private static let waitSeconds = 20

    /// Opens the connections and sends a poll over each.
    init(_ endpoint: Endpoint, _ style: WireStyle, queueURL: String, count: Int) throws {
        let requests = QueueRequests(
            style.writer(endpoint, .sqs), queues: [QueueAddress(url: queueURL)],
            shape: MessageShape(), waitSeconds: ParkedPolls.waitSeconds)
        requests.writeReceive(0, into: &request)
        for _ in 0..<count {
            connections.append(try LoadConnection(endpoint.address, port: endpoint.port))
        }
        try park()
    }

    private func park() throws {
        for connection in connections {
            let sent = try connection.socket.send(request.view)
            guard sent == request.count else { throw BenchError("a poll was not taken whole") }
        }
        parkedAt = Clock.now
    }

    /// Sees to it that no poll ends within so many seconds: where some would, all are left to end
    /// and are sent again.
    func renew(seconds: Double) throws {
        let age = Double(Clock.now - parkedAt) / 1e9
        guard age + seconds > Double(ParkedPolls.waitSeconds) - 1 else { return }
        let deadline = Clock.now + UInt64(ParkedPolls.waitSeconds + 10) * 1_000_000_000
        for connection in connections {
            while true {
                if let response = Response(connection.received.view) {
                    connection.received.consume(response.count)
                    break
                }
                guard Clock.now < deadline else { throw BenchError("a long poll was not answered") }
                if try connection.socket.receive(into: connection.received) == nil {
                    Clock.sleep(milliseconds: 1)
                }
            }
        }
        try park()
    }
}
