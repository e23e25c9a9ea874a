import Bytes

/// How requests are written: the protocol, and who signs.
struct WireStyle {
    var wireProtocol = WireProtocol.json
    /// Nil for requests that only look as if they were signed.
    var credentials: Credentials?
    var region = "us-east-1"

    /// What writes requests to a service behind an endpoint.
    func writer(_ endpoint: Endpoint, _ service: RequestWriter.Service) -> RequestWriter {
        RequestWriter(
            host: endpoint.authority, service: service, wireProtocol: wireProtocol,
            signer: credentials.map {
                Signer($0, region: region, service: service.rawValue)
            })
    }
}

/// Asks a server for single things, one after the other, outside of what is measured.
struct ControlClient {
    let endpoint: Endpoint
    var style = WireStyle()

    var address: String { endpoint.address }
    var port: UInt16 { endpoint.port }

    init(_ endpoint: Endpoint, style: WireStyle = WireStyle()) {
        self.endpoint = endpoint
        self.style = style
    }

    /// Calls an action of SQS with a JSON object and returns the answer's body.
    func call(_ action: StaticString, _ object: String) throws -> String {
        var writer = style
        writer.wireProtocol = .json
        return try exchange(writer.writer(endpoint, .sqs), "\(action)", object)
    }

    /// Calls an action with the fields of the query protocol and returns the answer's body.
    func query(
        _ service: RequestWriter.Service, _ action: String, _ fields: [(String, String)],
        path: String = "/"
    ) throws -> String {
        var writer = style
        writer.wireProtocol = .query
        return try exchange(
            writer.writer(endpoint, service), action, FormFields.body(service, action, fields),
            path: path)
    }

    private func exchange(
        _ writer: RequestWriter, _ action: String, _ body: String, path: String = "/"
    ) throws -> String {
        var request = ByteWriter(capacity: body.utf8.count + 1024)
        body.withByteView { body in
            path.withByteView { path in
                RequestHead(writer, action).write(
                    path: path, body: body, digest: nil, into: &request)
            }
        }
        return try exchange(request, action)
    }

    /// Sends a whole request and returns the body of its answer.
    func exchange(_ request: borrowing ByteWriter, _ action: String) throws -> String {
        let socket = try Socket.connected(to: address, port: port)
        var sentCount = 0
        while sentCount < request.count {
            sentCount += try socket.send(request.view.dropFirst(sentCount))
        }
        let received = ReceiveArea()
        let pieces = ChunkedBody()
        while true {
            if let response = Response(received.view, pieces: pieces) {
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
    func createQueue(_ name: String, attributes: [(String, String)] = []) throws -> String {
        let url: String?
        switch style.wireProtocol {
        case .json:
            let members = attributes.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
            let answer = try call(
                "CreateQueue",
                "{\"QueueName\":\"\(name)\""
                    + (attributes.isEmpty ? "" : ",\"Attributes\":{\(members)}") + "}")
            url = answer.withByteView { $0.firstText(of: "QueueUrl\"")?.string }
        case .query:
            var fields = [("QueueName", name)]
            for (index, attribute) in attributes.enumerated() {
                fields.append(("Attribute.\(index + 1).Name", attribute.0))
                fields.append(("Attribute.\(index + 1).Value", attribute.1))
            }
            let answer = try query(.sqs, "CreateQueue", fields)
            url = ControlClient.value(after: "<QueueUrl>", upTo: 0x3C, in: answer)
        }
        guard let url else { throw BenchError("CreateQueue was answered without a QueueUrl") }
        return String(url.filter { $0 != "\\" })
    }

    /// The name of a queue among all resources.
    func queueARN(_ url: String) throws -> String {
        let arn: String?
        switch style.wireProtocol {
        case .json:
            let answer = try call(
                "GetQueueAttributes",
                "{\"QueueUrl\":\"\(url)\",\"AttributeNames\":[\"QueueArn\"]}")
            arn = answer.withByteView { $0.firstText(of: "QueueArn\"")?.string }
        case .query:
            let answer = try query(
                .sqs, "GetQueueAttributes",
                [("QueueUrl", url), ("AttributeName.1", "QueueArn")],
                path: QueueAddress.path(of: url))
            arn = ControlClient.value(after: "<Value>", upTo: 0x3C, in: answer)
        }
        guard let arn else { throw BenchError("GetQueueAttributes was answered without an ARN") }
        return arn
    }

    func deleteQueue(_ url: String) throws {
        switch style.wireProtocol {
        case .json: _ = try call("DeleteQueue", "{\"QueueUrl\":\"\(url)\"}")
        case .query:
            _ = try query(
                .sqs, "DeleteQueue", [("QueueUrl", url)], path: QueueAddress.path(of: url))
        }
    }

    /// The first value that stands between `before` and the next `end`.
    static func value(after before: String, upTo end: UInt8, in document: String) -> String? {
        before.withByteView { label in
            document.withByteView { document in
                guard let start = document.firstRange(of: label)?.upperBound,
                    let stop = document.firstIndex(of: end, from: start)
                else { return nil }
                return document[start..<stop].string
            }
        }
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

    /// Waits until somebody accepts connections, at most `seconds`.
    func waitUntilListening(
        _ process: ChildProcess, name: String, logPath: String, seconds: Int = 10
    ) throws {
        let deadline = Clock.now + UInt64(seconds) * 1_000_000_000
        while Clock.now < deadline {
            if isListening { return }
            guard process.checkRunning() else {
                throw BenchError("\(name) has ended: \(SmallFile.text(logPath) ?? "")")
            }
            Clock.sleep(milliseconds: 2)
        }
        throw BenchError("\(name) does not accept connections on port \(port)")
    }
}
