/// What does not cost more when there is more of it: each beside a server that has little.
extension SuiteTask {
    static var flats: [SuiteTask] {
        [backlogSmall, backlogLarge, inFlight, polls, queues, subscriptions]
    }

    private static let flat = 1.2

    private static var backlogSmall: SuiteTask { backlog("backlog", { _ in 100_000 }) }

    private static var backlogLarge: SuiteTask {
        backlog("backlog-large", { $0.largeCount })
    }

    private static func backlog(_ name: String, _ depth: @escaping (SuiteOptions) -> Int)
        -> SuiteTask
    {
        SuiteTask(
            name: name,
            title: name == "backlog" ? "Backlog of 100,000 messages" : "Backlog of many messages",
            target: "flat within 1.2× of a backlog of 10"
        ) { suite in
            let count = depth(suite.options)
            let finding = try besideSmall(suite) { server, settings, isLarge in
                let queues = try server.makeQueues(settings)
                try server.fill(
                    queues, messageCount: isLarge ? count : 10, settings, suite.progress)
                return queues
            }
            return Finding(
                measured: "\(grouped(count)) queued: \(finding.measured)", isMet: finding.isMet)
        }
    }

    /// Round trips of ten messages on two servers: one with much, one with little.
    private static func besideSmall(
        _ suite: Suite,
        prepare: (Target, LoadSettings, _ isLarge: Bool) throws -> [QueueAddress]
    ) throws -> Finding {
        let small = try suite.start("small")
        defer { small.stop() }
        let large = try suite.start("large")
        defer { large.stop() }
        let settings = suite.settings(.roundTrip)
        let smallQueues = try prepare(small, settings, false)
        let largeQueues = try prepare(large, settings, true)
        let entries = try suite.alternate([
            suite.contender(small, settings, on: smallQueues),
            suite.contender(large, settings, on: largeQueues),
        ])
        return perMessageRatio(entries[1], entries[0], most: flat)
    }

    private static var inFlight: SuiteTask {
        SuiteTask(
            name: "in-flight", title: "119,000 messages in flight (of 120,000 allowed)",
            target: "flat within 1.2× of none"
        ) { suite in
            try besideSmall(suite) { server, settings, isLarge in
                let queues = try server.makeQueues(settings)
                guard isLarge else { return queues }
                try server.fill(queues, messageCount: 119_000, settings, suite.progress)
                let requests = QueueRequests(
                    settings.style.writer(server.endpoint, .sqs), queues: queues,
                    shape: settings.shape)
                var workload = PollWorkload(requests: requests)
                let client = try LoadClient(server.endpoint, connectionCount: 8)
                let result = try client.run(&workload, LoadPlan(stop: .messages(118_920)))
                guard result.messageCount <= 119_000, result.failureCount == 0 else {
                    throw BenchError("putting messages in flight failed")
                }
                return queues
            }
        }
    }

    private static var polls: SuiteTask {
        SuiteTask(
            name: "polls", title: "10,000 long polls waiting on another queue",
            target: "flat within 1.2× of none"
        ) { suite in
            let small = try suite.start("none waiting")
            defer { small.stop() }
            let large = try suite.start("10,000 waiting")
            defer { large.stop() }
            let settings = suite.settings(.roundTrip)
            let empty = try large.control(settings.style).createQueue("bench-polls")
            let parked = try ParkedPolls(
                large.endpoint, settings.style, queueURL: empty, count: 10_000)
            let measured = suite.contender(large, settings)
            let seconds = settings.duration.secondCount + 2
            let waiting = Contender(name: large.name, target: large) { share in
                try parked.renew(seconds: seconds)
                return try measured.measure(share)
            }
            let entries = try suite.alternate([suite.contender(small, settings), waiting])
            return perMessageRatio(entries[1], entries[0], most: flat)
        }
    }

    private static var queues: SuiteTask {
        SuiteTask(
            name: "queues", title: "100,000 queues, all in use in turn",
            target: "flat within 1.2× of 10"
        ) { suite in
            let count = suite.options.queueCount
            let finding = try besideSmall(suite) { server, settings, isLarge in
                try makeQueues(server, settings, count: isLarge ? count : 10)
            }
            return Finding(
                measured: "\(grouped(count)) queues: \(finding.measured)", isMet: finding.isMet)
        }
    }

    /// Makes many queues; all URLs are like the first one's.
    private static func makeQueues(_ server: Target, _ settings: LoadSettings, count: Int) throws
        -> [QueueAddress]
    {
        let control = server.control(settings.style)
        let first = try control.createQueue("bench-many-0")
        try SetupWorkload.perform(
            server.endpoint, settings.style.writer(server.endpoint, .sqs), "CreateQueue",
            count: count - 1
        ) { "{\"QueueName\":\"bench-many-\($0 + 1)\"}" }
        return (0..<count).map { QueueAddress(url: "\(first.dropLast())\($0)") }
    }

    private static var subscriptions: SuiteTask {
        SuiteTask(
            name: "subscriptions", title: "Publish to one queue beside 10,000 subscriptions",
            target: "flat within 1.2× of none"
        ) { suite in
            let small = try suite.start("no others")
            defer { small.stop() }
            let large = try suite.start("10,000 others")
            defer { large.stop() }
            let settings = suite.settings(.fanOut)
            let writer = settings.style.writer(large.endpoint, .sns)
            let control = large.control(settings.style)
            let arn = try Topic(control, name: "bench-others-0").arn
            let queue = try control.queueARN(control.createQueue("bench-others"))
            try SetupWorkload.perform(large.endpoint, writer, "CreateTopic", count: 9_999) {
                FormFields.body(.sns, "CreateTopic", [("Name", "bench-others-\($0 + 1)")])
            }
            try SetupWorkload.perform(large.endpoint, writer, "Subscribe", count: 10_000) {
                FormFields.body(
                    .sns, "Subscribe",
                    [
                        ("TopicArn", "\(arn.dropLast())\($0)"), ("Protocol", "sqs"),
                        ("Endpoint", queue),
                    ])
            }
            let entries = try suite.alternate([
                suite.contender(small, settings), suite.contender(large, settings),
            ])
            return ratio(entries[1], entries[0], most: flat)
        }
    }
}
