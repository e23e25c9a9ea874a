import Glibc

extension Command {
    static let run = Command(
        name: "run", summary: "Put load on a server and tell throughput, latency and cost"
    ) { words in
        guard let options = try RunOptions(words) else {
            print(RunOptions.help, terminator: "")
            return 0
        }
        return try RunCommand(options: options).perform()
    }
}

/// What the command line of `run` asks for.
struct RunOptions {
    var load = LoadSettings()
    var url: String?
    var serverText: String?
    var serverOptions: [String] = []
    var process = 0
    var printsJSON = false
    var reportPath: String?
    var isQuiet = false

    /// Reads the words after the command; nil when help is wanted.
    init?(_ words: [String]) throws(BenchError) {
        guard let others = try OptionReader.read(words, by: RunOptions.rules, into: &self) else {
            return nil
        }
        let known = WorkloadName.allCases.map(\.rawValue).joined(separator: ", ")
        guard let name = others.first else {
            throw BenchError("run needs a workload; there are \(known)")
        }
        guard let workload = WorkloadName(rawValue: name) else {
            throw BenchError("\(name) is no workload; there are \(known)")
        }
        guard others.count == 1 else {
            throw BenchError("\(others[1]) is too much: run takes one workload")
        }
        guard (url == nil) != (serverText == nil) else {
            throw BenchError("run needs one of --endpoint URL and --server PATH")
        }
        guard process == 0 || url != nil else {
            throw BenchError("--server-pid goes with --endpoint; --server knows its process")
        }
        load.workload = workload
        try load.finish(environment: LoadSettings.environment)
    }

    static var rules: [OptionRule<RunOptions>] {
        [
            OptionRule(
                "--endpoint", "URL", \.url,
                "A server that runs already, such as http://127.0.0.1:4566."),
            OptionRule(
                "--server-pid", "PID", \.process, 1...Int(Int32.max),
                "Its process: tells its processor time and memory."),
            OptionRule(
                "--server", "PATH", \.serverText,
                "Start this server with an empty data directory instead, and\n"
                    + "stop it after: apus, or 'PATH WORD… {port} … {data}'."),
            OptionRule(
                "--server-option", "WORD", allowed: "a word",
                "One more word for the command line of the started server."
            ) { options, value in
                options.serverOptions.append(value)
                return true
            },
        ] + LoadSettings.rules.map { $0.within(\.load) } + [
            OptionRule(flag: "--json", \.printsJSON, "Print one line of JSON, not a table."),
            OptionRule(
                "--report", "FILE", \.reportPath, "Write a page of HTML with plots as well."),
            OptionRule(flag: "--quiet", \.isQuiet, "Do not show how it goes."),
        ]
    }

    static var help: String {
        """
        apus-bench run WORKLOAD (--endpoint URL [--server-pid PID] | --server PATH) [OPTION…]

        Workloads:
        \(WorkloadName.allCases.map { "  \(padded($0.rawValue, 16))\($0.explanation)" }.joined(separator: "\n"))

        Options:
        \(OptionReader.help(rules))
        """
    }
}

/// Runs one workload on one server.
struct RunCommand {
    let options: RunOptions

    func perform() throws -> Int32 {
        ProcessLimits.raiseFileLimit()
        Interruption.beginWatching()
        let target = try makeTarget()
        defer { target.stop() }
        let title = options.load.workload.rawValue
        let progress = options.isQuiet ? nil : ProgressLine(title)
        if target.isOurs, options.load.workload != .longPollIdle {
            try target.touchMemory(options.load, progress)
        }
        if options.load.workload == .backlog { return try performBacklog(target, progress) }
        let before = target.residentByteCount
        let result = try LoadRun(target: target, settings: options.load, progress: progress)
            .measure()
        var report = RunReport(target, options.load, result)
        if options.load.workload == .longPollIdle { report.residentBefore = before }
        print(options.printsJSON ? report.json.written + "\n" : report.text, terminator: "")
        if let path = options.reportPath {
            try SmallFile.write(RunPage(report: report, machine: .present).html, to: path)
        }
        return result.requestCount > 0 ? 0 : 1
    }

    /// One row for each depth of the queue.
    private func performBacklog(_ target: Target, _ progress: ProgressLine?) throws -> Int32 {
        var rows: [BacklogReport.Row] = []
        for depth in options.load.depths {
            var settings = options.load
            settings.queuedCount = depth
            let result = try LoadRun(target: target, settings: settings, progress: progress)
                .measure()
            rows.append(
                BacklogReport.Row(
                    depth: depth, figures: LoadFigures(result),
                    residentByteCount: target.residentByteCount))
        }
        let report = BacklogReport(rows: rows)
        print(options.printsJSON ? report.json.written + "\n" : report.text, terminator: "")
        if let path = options.reportPath {
            let page = BacklogPage(report: report, targetName: target.name, machine: .present)
            try SmallFile.write(page.html, to: path)
        }
        return 0
    }

    private func makeTarget() throws -> Target {
        if let text = options.serverText {
            let program = ServerProgram(text, options: options.serverOptions)
            return try Servers.start(program, name: program.name)
        }
        guard let url = options.url else { throw BenchError("there is no server") }
        let endpoint = try Endpoint(url: url)
        return Target(
            endpoint.url, endpoint, processes: options.process > 0 ? [Int32(options.process)] : [])
    }
}
