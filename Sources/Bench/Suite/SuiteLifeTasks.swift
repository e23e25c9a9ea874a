/// Beginning, recovering and answering in time.
extension SuiteTask {
    /// Recovery leaves files of gigabytes to be removed, which keeps a disk busy: nothing follows it.
    static var lives: [SuiteTask] { [startUp, latency, recovery] }

    private static var startUp: SuiteTask {
        SuiteTask(
            name: "start", title: "Start-up with empty data",
            target: "< 50 ms, < 20 MB resident"
        ) { suite in
            let program = ServerProgram(suite.options.serverPath)
            var times: [Double] = []
            var resident: [Double] = []
            for _ in 0..<max(5, suite.options.roundCount) {
                let directory = try TemporaryDirectory()
                let started = try Servers.start(
                    program, name: "apus", port: Servers.freePort(), data: "\(directory.path)/data",
                    logPath: "\(directory.path)/log")
                times.append(Double(started.nanoseconds) / 1e6)
                resident.append(
                    Double(ProcessorTime.residentByteCount(of: started.process.identifier)))
                started.process.stop()
            }
            let time = Statistics.median(times) ?? 0
            let bytes = Statistics.median(resident) ?? 0
            return Finding(
                measured: "\(fixed(time, 1)) ms until it accepts a connection, "
                    + "\(fixed(bytes / 1e6, 1)) MB", isMet: time < 50 && bytes < 20e6)
        }
    }

    private static var recovery: SuiteTask {
        SuiteTask(
            name: "recovery", title: "Recovery after `kill -9`",
            target: "< 1 s for 1,000,000 queued messages, < 10 s for 10,000,000"
        ) { suite in
            let program = ServerProgram(suite.options.serverPath)
            let directory = try TemporaryDirectory()
            let port = try Servers.freePort()
            func start() throws -> (ChildProcess, Target, UInt64) {
                let started = try Servers.start(
                    program, name: "apus", port: port, data: "\(directory.path)/data",
                    logPath: "\(directory.path)/log", seconds: 120)
                let target = Target(
                    "apus", started.endpoint, processes: [started.process.identifier])
                return (started.process, target, started.nanoseconds)
            }
            let settings = suite.settings(.sendBatch)
            let count = suite.options.largeCount
            let (first, before, _) = try start()
            let queues = try before.makeQueues(settings)
            try before.fill(queues, messageCount: count, settings, suite.progress)
            first.kill()
            suite.progress?.note("recovering")
            let begun = Clock.now
            let (second, after, _) = try start()
            let answer = try after.control(settings.style).call(
                "GetQueueAttributes",
                "{\"QueueUrl\":\"\(queues[0].url)\",\"AttributeNames\":"
                    + "[\"ApproximateNumberOfMessages\"]}")
            let seconds = Double(Clock.now - begun) / 1e9
            let found = answer.withByteView {
                $0.firstText(of: "ApproximateNumberOfMessages\"")?.string
            }
            second.stop()
            guard found == "\(count)" else {
                throw BenchError("\(found ?? "no number") of \(count) messages were there again")
            }
            return Finding(
                measured: "\(fixed(seconds, 2)) s for \(grouped(count)) messages, all there",
                isMet: seconds < max(1, Double(count) / 1_000_000))
        }
    }

    private static var latency: SuiteTask {
        SuiteTask(
            name: "latency", title: "Latency at 20 % load, durable sends in an open loop",
            target: "p50 < 0.5 ms, p99 < 3 ms on a quiet machine"
        ) { suite in
            let server = try suite.start("apus")
            defer { server.stop() }
            var settings = suite.settings(.send)
            if suite.sendRate == nil {
                let result = try LoadRun(
                    target: server, settings: settings, progress: suite.progress
                ).measure()
                suite.sendRate = LoadFigures(result).requestsPerSecond
            }
            let rate = max(1, (suite.sendRate ?? 0) * 0.2)
            settings.rate = rate
            settings.spacing = .poisson
            let entries = try suite.alternate([suite.contender(server, settings)])
            let (median, tail) = (entries[0].median(\.median), entries[0].median(\.tail))
            return Finding(
                measured: "p50 \(fixed(median / 1000, 2)) ms, p99 \(fixed(tail / 1000, 2)) ms "
                    + "at \(grouped(rate)) requests/s, counted from when each was due",
                isMet: median < 500 && tail < 3000)
        }
    }
}
