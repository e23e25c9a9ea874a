/// The micro-benchmarks of the corridor, in process and without sockets.
public enum MicroBenchmarks {
    private static let messageOperations: [Operation] = [
        .send, .sendBatch, .receive, .receiveTen, .receiveNothing, .delete, .deleteBatch,
        .changeVisibility, .sendToGroup, .receiveFromGroup, .deleteFromGroup,
    ]

    private static let publishOperations: [Operation] = [
        .publish(subscriptions: 1), .publish(subscriptions: 10), .publish(subscriptions: 1000),
        .publishFiltered(subscriptions: 100),
    ]

    /// All, ordered by name.
    private static var all: [Benchmark] {
        (decoding + performing + encoding + serving + journal).sorted { $0.name < $1.name }
    }

    private static var decoding: [Benchmark] {
        let receipt = String(repeating: "QVBVAQEAAAAB", count: 4).prefix(40)
        let requests: [(String, [UInt8])] = [
            ("send.json", Operation.send.request(0)),
            ("send-batch.json", Operation.sendBatch.request(0)),
            ("send-escaped.json", Requests.escapedSend),
            ("send-attributes.json", Requests.attributedSend),
            ("fifo-send.json", Operation.sendToGroup.request(0)),
            ("receive.json", Operation.receiveTen.request(0)),
            (
                "delete-batch.json",
                Operation.deleteBatch(Array(repeating: String(receipt), count: 10))
            ),
            ("send.query", Requests.querySend),
            ("send-batch.query", Requests.queryBatch),
            ("receive.query", Requests.queryReceive),
            ("publish.query", Operation.publish(subscriptions: 1).request(0)),
            ("publish-attributes.query", Operation.publishFiltered(subscriptions: 2).request(0)),
        ]
        return requests.map { name, request in
            Benchmark("decode." + name, operations: 2048) { Decoding(request) }
        } + [Benchmark("authenticate.send.json", operations: 2048) { try Authenticating() }]
    }

    private static var performing: [Benchmark] {
        (messageOperations + publishOperations).map { operation in
            Benchmark("perform." + operation.name, operations: operation.count) {
                try Performing(operation)
            }
        }
    }

    private static var encoding: [Benchmark] {
        let operations: [Operation] = [
            .send, .sendBatch, .receive, .receiveTen, .receiveNothing, .delete, .deleteBatch,
        ]
        return operations.flatMap { operation in
            [
                Benchmark("encode.\(operation.name).json", operations: 2048) {
                    try Encoding(operation, as: .json)
                },
                Benchmark("encode.\(operation.name).xml", operations: 2048) {
                    try Encoding(operation, as: .query)
                },
            ]
        }
    }

    private static var serving: [Benchmark] {
        (messageOperations + publishOperations).map { operation in
            Benchmark("node." + operation.name, operations: operation.count) {
                try Serving(operation)
            }
        }
    }

    private static var journal: [Benchmark] {
        [
            Benchmark("journal.append", operations: 4096) { try Appending() },
            Benchmark("journal.replay", operations: 4096) { try Replaying(recordCount: 4096) },
            Benchmark(
                "broker.apply", operations: Applying.operationCount(messageCount: 2000)
            ) { try Applying(messageCount: 2000) },
            Benchmark("broker.snapshot", operations: 10_000) {
                try Snapshotting(messageCount: 10_000)
            },
            Benchmark("broker.visible-again", operations: 2000) {
                try Advancing(messageCount: 2000)
            },
            Benchmark("broker.idle-tick", operations: 4096) { try Idling(messageCount: 10_000) },
        ]
    }

    /// The names of all, in order.
    public static var names: [String] { all.map(\.name) }

    /// Runs the benchmarks whose names begin with one of `parts`, or all when there are none.
    ///
    /// - Parameter report: Takes each result as it comes.
    public static func run(_ parts: [String], report: (MicroResult) -> Void) throws {
        for benchmark in matching(parts) { report(try benchmark.run()) }
    }

    /// Says from where the benchmarks whose names begin with one of `parts` allocate.
    public static func trace(
        _ parts: [String], report: (_ name: String, [AllocationPlace]) -> Void
    ) throws {
        for benchmark in matching(parts) { report(benchmark.name, try benchmark.places()) }
    }

    private static func matching(_ parts: [String]) -> [Benchmark] {
        guard !parts.isEmpty else { return all }
        return all.filter { benchmark in parts.contains { benchmark.name.hasPrefix($0) } }
    }
}
