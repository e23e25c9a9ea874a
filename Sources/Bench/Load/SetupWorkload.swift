import Bytes

/// Requests that are each made once, such as the creation of many queues; faster than one by one.
struct SetupWorkload: Workload {
    var firstStep: Step { .publish }
    private let head: RequestHead
    private let count: Int
    private let body: (Int) -> String
    private var next = 0

    /// - Parameter body: The body of the request of each number.
    init(_ writer: RequestWriter, _ action: String, count: Int, body: @escaping (Int) -> String) {
        head = RequestHead(writer, action)
        self.count = count
        self.body = body
    }

    mutating func begin(_ connection: LoadConnection) -> Bool {
        guard next < count else { return false }
        connection.step = .publish
        connection.request.removeAll()
        body(next).withByteView {
            head.write(path: "/", body: $0, digest: nil, into: &connection.request)
        }
        next += 1
        return true
    }

    mutating func take(_ response: Response, _ connection: LoadConnection) -> Progress {
        Progress(messageCount: 1)
    }

    /// Makes all of them on a server; a refusal is an error.
    static func perform(
        _ endpoint: Endpoint, _ writer: RequestWriter, _ action: String, count: Int,
        body: @escaping (Int) -> String
    ) throws {
        var workload = SetupWorkload(writer, action, count: count, body: body)
        let client = try LoadClient(endpoint, connectionCount: 64)
        let result = try client.run(&workload, LoadPlan(stop: .workload))
        try Interruption.check()
        guard result.failureCount == 0 else {
            let kinds = result.failures.map { "\($0.key) (\($0.value))" }
            throw BenchError("\(action): \(kinds.joined(separator: ", "))")
        }
    }
}
