import Bytes

/// What went wrong in a bench, as one line for its user.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Asks a server for single things, one after the other, outside of what is measured.
struct ControlClient {
    let address: String
    let port: UInt16

    /// Calls an action of SQS with a JSON object and returns the answer's body.
    func call(_ action: StaticString, _ object: String) throws -> String {
        var request = ByteWriter()
        var body = ByteWriter()
        body.append(object)
        RequestWriter(host: "\(address):\(port)").write(action, body: body.view, into: &request)
        return try exchange(request, "\(action)")
    }

    /// Sends a whole request and returns the body of its answer.
    func exchange(_ request: borrowing ByteWriter, _ action: String) throws -> String {
        let socket = try Socket.connected(to: address, port: port)
        var sentCount = 0
        while sentCount < request.count {
            sentCount += try socket.send(request.view.dropFirst(sentCount))
        }
        let received = ReceiveArea()
        while true {
            if let response = Response(received.view) {
                guard response.status == 200 else {
                    throw BenchError(
                        "\(action) was answered \(response.status): \(response.body.string)")
                }
                return response.body.string
            }
            _ = try socket.receive(into: received)
        }
    }

    /// Creates a queue and returns its URL.
    func createQueue(_ name: String) throws -> String {
        let answer = Array(try call("CreateQueue", "{\"QueueName\":\"\(name)\"}").utf8)
        var writer = ByteWriter()
        writer.append(answer)
        var url: String?
        writer.view.forEachValue(after: "\"QueueUrl\":\"") { url = $0.string }
        guard let url else { throw BenchError("CreateQueue was answered without a QueueUrl") }
        return String(url.filter { $0 != "\\" })
    }

    func deleteQueue(_ url: String) throws {
        _ = try call("DeleteQueue", "{\"QueueUrl\":\"\(url)\"}")
    }

    /// Whether somebody accepts connections.
    var isListening: Bool {
        do {
            _ = try Socket.connected(to: address, port: port)
            return true
        } catch {
            return false
        }
    }

    /// Waits until somebody accepts connections, at most ten seconds.
    func waitUntilListening(_ process: ChildProcess, name: String, logPath: String) throws {
        for _ in 0..<1000 {
            if isListening { return }
            guard process.checkRunning() else {
                throw BenchError("\(name) has ended: \(SmallFile.text(logPath) ?? "")")
            }
            Clock.sleep(milliseconds: 10)
        }
        throw BenchError("\(name) does not accept connections on port \(port)")
    }
}
