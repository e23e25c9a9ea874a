import Bytes

/// A server under load, with the processes whose processor time is its cost.
final class Target {
    /// What answers there.
    enum Kind {
        /// A broker.
        case broker
        /// A server that answers every request alike.
        case fixedAnswer
    }

    let name: String
    let kind: Kind
    let endpoint: Endpoint
    /// Empty when the process is not known; then its processor time is not told.
    private(set) var processes: [Int32]
    /// What keeps a started server and its directory alive.
    private var owned: [AnyObject]
    private var queueCount = 0

    init(
        _ name: String, kind: Kind = .broker, _ endpoint: Endpoint, processes: [Int32] = [],
        owned: [AnyObject] = [], isOurs: Bool = false
    ) {
        self.isOurs = isOurs
        self.name = name
        self.kind = kind
        self.endpoint = endpoint
        self.processes = processes
        self.owned = owned
    }

    /// Whether it is an apus that was started here, and for nothing but being measured.
    let isOurs: Bool

    /// The server's most memory so far, in bytes; nil when its process is not known.
    var peakResidentByteCount: UInt64? {
        processes.isEmpty
            ? nil : processes.reduce(0) { $0 + ProcessorTime.peakResidentByteCount(of: $1) }
    }

    /// The server's memory now, in bytes; nil when its process is not known.
    var residentByteCount: UInt64? {
        processes.isEmpty
            ? nil : processes.reduce(0) { $0 + ProcessorTime.residentByteCount(of: $1) }
    }

    func control(_ style: WireStyle) -> ControlClient { ControlClient(endpoint, style: style) }

    /// Makes queues for one run.
    func makeQueues(_ settings: LoadSettings) throws -> [QueueAddress] {
        guard kind == .broker else {
            return [QueueAddress(url: "\(endpoint.url)/000000000000/bench")]
        }
        let control = control(settings.style)
        return try (0..<settings.queueCount).map { _ in
            queueCount += 1
            let isOrdered = settings.shape.groupCount > 0
            let url = try control.createQueue(
                "bench-\(Clock.now)-\(queueCount)\(isOrdered ? ".fifo" : "")",
                attributes: isOrdered ? [("FifoQueue", "true")] : [])
            return QueueAddress(url: url)
        }
    }

    func deleteQueues(_ queues: [QueueAddress], _ settings: LoadSettings) throws {
        guard kind == .broker else { return }
        let control = control(settings.style)
        for queue in queues { try control.deleteQueue(queue.url) }
    }

    /// Puts messages into queues.
    func fill(
        _ queues: [QueueAddress], messageCount: Int, _ settings: LoadSettings,
        _ progress: ProgressLine? = nil
    ) throws {
        var shape = settings.shape
        // As large batches as may be sent.
        if case .fixed(let size) = shape.bodySize, size * 10 <= BodySize.range.upperBound {
            shape.batch = 10
        }
        let requests = QueueRequests(
            settings.style.writer(endpoint, .sqs), queues: queues, shape: shape)
        var workload = SendWorkload(
            requests, requestCount: (messageCount + shape.batch - 1) / shape.batch)
        progress?.note("putting \(grouped(messageCount)) messages into the queue")
        let client = try LoadClient(endpoint, connectionCount: settings.connections)
        let result = try client.run(&workload, LoadPlan(stop: .workload))
        try Interruption.check()
        guard result.failureCount == 0 else {
            throw BenchError(
                "\(result.failureCount) requests failed while the queue was filled: "
                    + result.failures.map { "\($0.key) (\($0.value))" }.joined(separator: ", "))
        }
    }

    /// Sends so much to a queue of its own that every page of the memory for bodies has been in use
    /// once. A server that has run for a minute takes no first touch any more, which costs more than
    /// all else of a send where a hypervisor has to find the page.
    func touchMemory(_ settings: LoadSettings, _ progress: ProgressLine? = nil) throws {
        var plain = settings
        (plain.workload, plain.queueCount, plain.bodySize) = (.sendBatch, 1, .fixed(1024))
        (plain.batch, plain.attributeCount) = (10, 0)
        let queues = try makeQueues(plain)
        // What a record takes beside the body is roughly this.
        let messageCount = Target.touchedByteCount / (1024 + 128)
        try fill(queues, messageCount: messageCount, plain, progress)
        try deleteQueues(queues, plain)
    }

    /// More than the memory budget of an apus without options.
    private static let touchedByteCount = 320 << 20

    /// Stops a server that was started here.
    func stop() {
        owned.removeAll()
        processes.removeAll()
    }
}
