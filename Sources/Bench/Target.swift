/// An endpoint under load, with the processes whose processor time is its cost.
final class Target {
    /// What answers there.
    enum Kind {
        /// A broker, with the queue that the workload uses.
        case broker
        /// A server that answers every request alike.
        case fixedAnswer
    }

    let name: String
    let kind: Kind
    let control: ControlClient
    /// Empty when the process is not known; then its processor time is not told.
    let processes: [Int32]
    /// The messages in the queue before each round.
    let backlog: Int
    private var queueURL: String?
    private var topic: Topic?
    private var roundCount = 0
    /// What keeps a started server and its directory alive.
    private let owned: [AnyObject]

    init(
        _ name: String, kind: Kind, control: ControlClient, processes: [Int32], backlog: Int = 0,
        owned: [AnyObject] = []
    ) {
        self.name = name
        self.kind = kind
        self.control = control
        self.processes = processes
        self.backlog = backlog
        self.owned = owned
    }

    /// The URL of the queue for the next round: a fresh one, or the one with the backlog, which is
    /// filled once.
    func prepareQueue(_ options: Options) throws -> String {
        guard kind == .broker else { return "http://\(options.host)/000000000000/bench" }
        if backlog > 0, let queueURL { return queueURL }
        if let queueURL { try control.deleteQueue(queueURL) }
        roundCount += 1
        let url = try control.createQueue("bench-\(Clock.now)-\(roundCount)")
        queueURL = url
        if backlog > 0 { try fill(url, messageCount: backlog, options) }
        return url
    }

    /// A fresh topic with subscribed queues for the next round; the last one's are deleted.
    func prepareTopic(_ options: Options) throws -> Topic {
        guard kind == .broker else { return Topic(arn: "arn:aws:sns:us-east-1:000000000000:bench") }
        try topic?.delete(control)
        topic = nil
        roundCount += 1
        let made = try Topic.followedByQueues(
            control, name: "bench-\(Clock.now)-\(roundCount)", count: options.subscriberCount)
        topic = made
        return made
    }

    /// Whether it was started here, and for nothing but being measured.
    var isOurs: Bool { kind == .broker && !owned.isEmpty }

    /// Sends so much to a queue of its own that every page of the memory for bodies has been in use
    /// once. A server that has run for a minute takes no first touch any more, which costs more than
    /// all else of a send where a hypervisor has to find the page.
    func touchMemory(_ options: Options) throws {
        let url = try control.createQueue("bench-warm-up-\(Clock.now)")
        // What a record takes beside the body is roughly this.
        let messageCount = Target.touchedByteCount / (options.bodyByteCount + 128)
        try fill(url, messageCount: messageCount, options)
        try control.deleteQueue(url)
    }

    /// More than the memory budget of an apus without options.
    private static let touchedByteCount = 320 << 20

    /// Puts messages into the queue.
    func fill(_ url: String, messageCount: Int, _ options: Options) throws {
        var workload = SendWorkload(
            content(url, options), batch: true, requestCount: (messageCount + 9) / 10)
        let client = try LoadClient(
            address: control.address, port: control.port, connectionCount: options.connections)
        let result = try client.run(&workload, until: .workload)
        guard result.failureCount == 0 else {
            throw BenchError("\(result.failureCount) requests failed while the queue was filled")
        }
    }

    func content(_ url: String, _ options: Options) -> WorkloadContent {
        WorkloadContent(
            writer: RequestWriter(host: "\(control.address):\(control.port)"), queueURL: url,
            bodyByteCount: options.bodyByteCount)
    }

    func close() throws {
        if let queueURL, kind == .broker { try control.deleteQueue(queueURL) }
        queueURL = nil
        try topic?.delete(control)
        topic = nil
    }
}
