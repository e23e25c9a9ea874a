/// How much there can be of things, and how two loops relate to one.
extension SuiteTask {
    static var scales: [SuiteTask] { [index, fanOut, idle, loops] }

    private static var index: SuiteTask {
        SuiteTask(
            name: "index", title: "Memory of the index for each queued message",
            target: "≤ 64 bytes on average"
        ) { suite in
            let server = try suite.start("apus")
            defer { server.stop() }
            var settings = suite.settings(.sendBatch)
            settings.bodySize = .fixed(256)
            let queues = try server.makeQueues(settings)
            // More than what the warm-up has had queued at once, whose memory is used again.
            try server.fill(queues, messageCount: 400_000, settings, suite.progress)
            let before = server.residentByteCount ?? 0
            let count = suite.options.largeCount
            try server.fill(queues, messageCount: count, settings, suite.progress)
            let after = server.residentByteCount ?? 0
            let bytes = (Double(after) - Double(before)) / Double(count)
            return Finding(
                measured:
                    "\(fixed(bytes, 1)) bytes (resident memory grew from \(memoryText(before)) "
                    + "to \(memoryText(after)) with \(grouped(count)) more messages)",
                isMet: bytes <= 64)
        }
    }

    private static var fanOut: SuiteTask {
        SuiteTask(
            name: "fan-out", title: "Publish to 1,000 queues", target: "≥ 1,000,000 deliveries/s"
        ) { suite in
            let server = try suite.start("apus")
            defer { server.stop() }
            var settings = suite.settings(.fanOut)
            settings.subscriberCount = 1000
            let control = server.control(settings.style)
            suite.progress?.note("subscribing 1,000 queues")
            let topic = try Topic.followedByQueues(control, name: "bench-fan-out", count: 1000)
            let contender = Contender(name: "apus", target: server) { share in
                var part = settings
                part.duration = .nanoseconds(
                    Int64(Double(settings.duration.nanosecondCount) * share))
                return try LoadRun(target: server, settings: part, progress: suite.progress)
                    .measure(topic)
            }
            let entries = try suite.alternate([contender])
            let rate = entries[0].median(\.messagesPerSecond)
            return Finding(
                measured: "\(grouped(rate)) deliveries/s, "
                    + "\(grouped(entries[0].median(\.messagesPerCore) ?? 0)) per core",
                isMet: rate >= 1_000_000)
        }
    }

    private static var idle: SuiteTask {
        SuiteTask(
            name: "idle", title: "10,000 long polls and no traffic",
            target: "< 0.5 % of a core, < 8 KiB per connection"
        ) { suite in
            let server = try suite.start("apus", touchesMemory: false)
            defer { server.stop() }
            let style = suite.settings(.longPollIdle).style
            let before = server.residentByteCount ?? 0
            let url = try server.control(style).createQueue("bench-idle")
            let parked = try ParkedPolls(server.endpoint, style, queueURL: url, count: 10_000)
            // The last of them have to be read before waiting is all that there is.
            Clock.sleep(milliseconds: 1000)
            let used = ProcessorTime.used(by: server.processes)
            let begun = Clock.now
            suite.progress?.note("waiting 10 s with 10,000 long polls")
            Clock.sleep(milliseconds: 10_000)
            let share =
                Double(ProcessorTime.used(by: server.processes) - used)
                / Double(Clock.now - begun)
            let each = (Double(server.residentByteCount ?? 0) - Double(before)) / 10_000
            // They have waited until here.
            try withExtendedLifetime(parked) { try parked.renew(seconds: 0) }
            return Finding(
                measured: "\(fixed(share * 100, 3)) % of a core, \(fixed(each / 1024, 2)) KiB each",
                isMet: share < 0.005 && each < 8192)
        }
    }

    private static var loops: SuiteTask {
        SuiteTask(
            name: "loops", title: "`--loops 2` beside one loop, SendMessage to 32 queues",
            target: "CPU and requests/s not worse than 5 %"
        ) { suite in
            let one = try suite.start("one loop")
            defer { one.stop() }
            let two = try suite.start("two loops", ["--loops", "2"])
            defer { two.stop() }
            var settings = suite.settings(.send)
            settings.queueCount = 32
            let entries = try suite.alternate([
                suite.contender(one, settings), suite.contender(two, settings),
            ])
            let cost = entries[1].costRatio(entries[0])
            let rate = entries[1].rateRatio(entries[0])
            return Finding(
                measured: "\(fixed(cost, 2))× CPU (\(entries[1].costText) beside "
                    + "\(entries[0].costText)), \(fixed(rate, 2))× requests/s",
                isMet: cost <= 1.05 && rate >= 0.95)
        }
    }
}
