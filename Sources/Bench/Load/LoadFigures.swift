/// What a run says about a server, in the units of reports.
struct LoadFigures {
    let requestsPerSecond: Double
    let messagesPerSecond: Double
    /// The server's processor time for a request, in µs; nil when its process is not known.
    let serverMicroseconds: Double?
    /// What part of one core the server used.
    let serverCores: Double?
    /// Messages a second of the server's processor time: what one core could do.
    let messagesPerCore: Double?
    /// Our own processor time for a request, in µs, and what part of one core that is.
    let clientMicroseconds: Double
    let clientCores: Double
    /// In µs, of all requests.
    let median: Double
    let tail: Double
    let failureCount: Int

    init(_ result: LoadResult) {
        let seconds = Double(max(result.nanoseconds, 1)) / 1e9
        let requests = Double(max(result.requestCount, 1))
        let latencies = result.allLatencies
        requestsPerSecond = Double(result.requestCount) / seconds
        messagesPerSecond = Double(result.messageCount) / seconds
        let server = result.serverNanoseconds.map { Double($0) }
        serverMicroseconds = server.map { $0 / 1000 / requests }
        serverCores = server.map { $0 / 1e9 / seconds }
        messagesPerCore = server.map { Double(result.messageCount) * 1e9 / max($0, 1) }
        clientMicroseconds = Double(result.clientNanoseconds) / 1000 / requests
        clientCores = Double(result.clientNanoseconds) / 1e9 / seconds
        median = Double(latencies.percentile(0.5)) / 1000
        tail = Double(latencies.percentile(0.99)) / 1000
        failureCount = result.failureCount
    }
}

/// The percentiles that reports tell.
enum Percentiles {
    static let told: [(name: String, fraction: Double)] = [
        ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1),
    ]
}
