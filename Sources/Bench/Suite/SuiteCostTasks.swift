/// What requests cost beside the reference, and kinds of requests beside each other.
extension SuiteTask {
    static var costs: [SuiteTask] {
        [send, sendMemory, sendBatch, receiveDelete, query, signed, fifo]
    }

    private static var send: SuiteTask {
        SuiteTask(
            name: "send", title: "SendMessage, acknowledged after fdatasync",
            target: "CPU ≤ 1.0× nginx `return 200`, requests/s ≥ 0.9× nginx"
        ) { suite in
            let entries = try againstReference(suite, [])
            suite.sendRate = entries[0].median(\.requestsPerSecond)
            return finding(entries, mostCost: 1.0, leastRate: 0.9)
        }
    }

    private static var sendMemory: SuiteTask {
        SuiteTask(
            name: "send-memory", title: "SendMessage, `--durability memory`",
            target: "CPU ≤ 0.8× nginx"
        ) { suite in
            let entries = try againstReference(suite, ["--durability", "memory"])
            return finding(entries, mostCost: 0.8, leastRate: 0)
        }
    }

    /// The server, the reference, and the least that a server can do.
    private static func againstReference(_ suite: Suite, _ words: [String]) throws
        -> [Comparison.Entry]
    {
        let server = try suite.start("apus", words)
        defer { server.stop() }
        let reference = try Servers.startReference()
        defer { reference.stop() }
        let floor = try Servers.startFloor()
        defer { floor.stop() }
        let settings = suite.settings(.send)
        return try suite.alternate(
            [server, reference, floor].map { suite.contender($0, settings) })
    }

    private static func finding(
        _ entries: [Comparison.Entry], mostCost: Double, leastRate: Double
    ) -> Finding {
        let (entry, base, floor) = (entries[0], entries[1], entries[2])
        let cost = entry.costRatio(base)
        let rate = entry.rateRatio(base)
        return Finding(
            measured: "\(fixed(cost, 2))× CPU (\(entry.costText) beside \(base.costText)), "
                + "\(fixed(rate, 2))× requests/s (\(grouped(entry.median(\.requestsPerSecond)))); "
                + "what only reads and answers takes \(fixed(floor.costRatio(base), 2))× CPU and "
                + "has \(fixed(floor.rateRatio(base), 2))× requests/s",
            isMet: cost <= mostCost && rate >= leastRate)
    }

    private static var sendBatch: SuiteTask {
        SuiteTask(
            name: "send-batch", title: "SendMessageBatch of 10, durable",
            target: "≥ 450,000 messages/s per core of CPU"
        ) { try perCore($0, .sendBatch, least: 450_000) }
    }

    private static var receiveDelete: SuiteTask {
        SuiteTask(
            name: "receive-delete", title: "ReceiveMessage of 10 + DeleteMessageBatch of 10",
            target: "≥ 350,000 messages/s per core for the pair"
        ) { try perCore($0, .receiveDelete, least: 350_000) }
    }

    private static func perCore(_ suite: Suite, _ workload: WorkloadName, least: Double) throws
        -> Finding
    {
        let server = try suite.start("apus")
        defer { server.stop() }
        let entries = try suite.alternate([suite.contender(server, suite.settings(workload))])
        let messages = entries[0].median(\.messagesPerCore) ?? 0
        return Finding(
            measured: "\(grouped(messages)) messages/s per core (\(entries[0].costText) a request, "
                + "\(grouped(entries[0].median(\.messagesPerSecond))) messages/s)",
            isMet: messages >= least)
    }

    private static var query: SuiteTask {
        SuiteTask(
            name: "query", title: "The query protocol, SendMessage",
            target: "≤ 1.3× the CPU of the JSON protocol"
        ) { suite in
            let server = try suite.start("apus")
            defer { server.stop() }
            let json = suite.settings(.send)
            var query = json
            query.style.wireProtocol = .query
            let entries = try suite.alternate([
                suite.contender(server, json, name: "json"),
                suite.contender(server, query, name: "query"),
            ])
            return ratio(entries[1], entries[0], most: 1.3)
        }
    }

    private static var signed: SuiteTask {
        SuiteTask(
            name: "sigv4", title: "With SigV4 verification, SendMessage in memory",
            target: "≤ +1.8 µs a request"
        ) { suite in
            let credentials = Credentials(
                accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
            let directory = try TemporaryDirectory()
            let path = "\(directory.path)/credentials"
            try SmallFile.write(
                """
                [bench]
                aws_access_key_id = \(credentials.accessKey)
                aws_secret_access_key = \(credentials.secretKey)

                """, to: path)
            // Both get the same signed requests; only one of them looks at the signatures.
            let memory = ["--durability", "memory"]
            let plain = try suite.start("unverified", memory)
            defer { plain.stop() }
            let verifying = try suite.start(
                "verified", memory + ["--credentials", path], credentials: credentials)
            defer { verifying.stop() }
            var settings = suite.settings(.send)
            settings.style.credentials = credentials
            let entries = try suite.alternate([
                suite.contender(plain, settings), suite.contender(verifying, settings),
            ])
            let difference = entries[1].cost - entries[0].cost
            return Finding(
                measured: "+\(fixed(difference, 2)) µs (\(entries[1].costText) beside "
                    + "\(entries[0].costText))", isMet: difference <= 1.8)
        }
    }

    private static var fifo: SuiteTask {
        SuiteTask(
            name: "fifo", title: "FIFO send → receive → delete, one message each",
            target: "≤ 1.3× the standard queue's CPU"
        ) { suite in
            let server = try suite.start("apus")
            defer { server.stop() }
            var standard = suite.settings(.roundTrip)
            standard.batch = 1
            var fifo = suite.settings(.fifo)
            fifo.batch = 1
            let entries = try suite.alternate([
                suite.contender(server, standard, name: "standard"),
                suite.contender(server, fifo, name: "fifo"),
            ])
            return perMessageRatio(entries[1], entries[0], most: 1.3)
        }
    }

    /// How the cost of a request relates to the base's.
    static func ratio(_ entry: Comparison.Entry, _ base: Comparison.Entry, most: Double) -> Finding
    {
        let ratio = entry.costRatio(base)
        return Finding(
            measured: "\(fixed(ratio, 2))× (\(entry.costText) beside \(base.costText))",
            isMet: ratio <= most)
    }

    /// How the cost of a message from end to end relates to the base's: an operation that finds
    /// nothing to receive ends early, and would make requests look cheap.
    static func perMessageRatio(
        _ entry: Comparison.Entry, _ base: Comparison.Entry, most: Double
    ) -> Finding {
        let cost = 1e6 / max(entry.median(\.messagesPerCore) ?? 0, 1)
        let other = 1e6 / max(base.median(\.messagesPerCore) ?? 0, 1)
        return Finding(
            measured: "\(fixed(cost / other, 2))× (\(fixed(cost, 2)) µs a message beside "
                + "\(fixed(other, 2)) µs)", isMet: cost / other <= most)
    }

    /// A row that is not measured, with the reason.
    struct LeftOut: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }
}
