import Glibc

extension Command {
    static let suite = Command(
        name: "suite", summary: "Measure every target of the project and print them as a table"
    ) { words in
        guard let options = try SuiteOptions(words) else {
            print(SuiteOptions.help, terminator: "")
            return 0
        }
        return try SuiteCommand(options: options).perform()
    }
}

/// What the command line of `suite` asks for.
struct SuiteOptions {
    var serverPath = ""
    var server: String?
    var roundCount = 5
    var duration = Duration.seconds(1)
    var largeCount = 1_000_000
    var queueCount = 100_000
    var isFull = false
    var only: [String] = []
    var printsJSON = false
    var outputPath: String?
    var isQuiet = false

    /// Reads the words after the command; nil when help is wanted.
    init?(_ words: [String]) throws(BenchError) {
        guard let others = try OptionReader.read(words, by: SuiteOptions.rules, into: &self) else {
            return nil
        }
        guard others.isEmpty else {
            throw BenchError("\(others[0]) is too much: suite takes options only")
        }
        if isFull { largeCount = 10_000_000 }
        if let server { serverPath = server } else { serverPath = try SuiteOptions.neighbour() }
        guard SmallFile.isExecutable(serverPath) else {
            throw BenchError("--server: \(serverPath) is not allowed; allowed: the path of apus")
        }
    }

    /// The broker beside this program, where a build puts both.
    private static func neighbour() throws(BenchError) -> String {
        let own = CommandLine.arguments.first ?? ""
        let directory = own.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let path = (directory + ["apus"]).joined(separator: "/")
        guard own.contains("/"), SmallFile.isExecutable(path) else {
            throw BenchError("suite needs --server PATH, as there is no apus beside apus-bench")
        }
        return path
    }

    static var rules: [OptionRule<SuiteOptions>] {
        [
            OptionRule("--server", "PATH", \.server, "The apus to measure (default: beside this)."),
            OptionRule(
                "--rounds", "N", \.roundCount, 1...1000,
                "Rounds of each server, in turn (default 5)."),
            OptionRule(
                duration: "--duration", \.duration, atLeast: .milliseconds(100),
                "How long a round lasts (default 1s)."),
            OptionRule(
                flag: "--full", \.isFull, "Large is 10,000,000 messages, not 1,000,000."),
            OptionRule(
                "--large", "N", \.largeCount, 1000...100_000_000, "Large is so many messages."),
            OptionRule(
                "--queues", "N", \.queueCount, 10...1_000_000, "Many queues are so many."),
            OptionRule(
                "--only", "ROW[,ROW…]",
                allowed: SuiteTask.all.map(\.name).joined(separator: ", ")
                    + ", with commas between",
                "Measure these rows only."
            ) { options, value in
                let names = value.split(separator: ",", omittingEmptySubsequences: false)
                    .map(String.init)
                guard Set(names).isSubset(of: Set(SuiteTask.all.map(\.name))) else { return false }
                options.only = names
                return true
            },
            OptionRule(flag: "--json", \.printsJSON, "Print one line of JSON, not Markdown."),
            OptionRule("--output", "FILE", \.outputPath, "Write it to a file as well."),
            OptionRule(flag: "--quiet", \.isQuiet, "Do not show how it goes."),
        ]
    }

    static var help: String {
        """
        apus-bench suite [OPTION…]

        Starts apus and nginx on loopback, with data in temporary directories ($TMPDIR), measures every
        row of the table of targets and prints the table as Markdown.

        Rows: \(SuiteTask.all.map(\.name).joined(separator: ", "))

        Options:
        \(OptionReader.help(rules))
        """
    }
}

/// Measures row by row; a row that fails does not end the others.
struct SuiteCommand {
    let options: SuiteOptions

    func perform() throws -> Int32 {
        // Ten thousand connections are open on both sides.
        ProcessLimits.raiseFileLimit()
        Interruption.beginWatching()
        let tasks = SuiteTask.all.filter { options.only.isEmpty || options.only.contains($0.name) }
        var suite: Suite?
        var rows: [SuiteRow] = []
        for (index, task) in tasks.enumerated() {
            let title = "\(index + 1)/\(tasks.count) \(task.name)"
            let progress = options.isQuiet ? nil : ProgressLine(title)
            let next = Suite(options, progress)
            next.sendRate = suite?.sendRate
            suite = next
            rows.append(measure(task, next))
            try Interruption.check()
            progress?.clear()
            progress?.finish("\(rows[index].verdict.plain): \(rows[index].measured)")
        }
        let report = SuiteReport(
            rows: rows, options: options, machine: .present,
            serverVersion: Machine.version(of: options.serverPath, ["--version"]),
            referenceVersion: Servers.referencePath.map { Machine.version(of: $0, ["-v"]) })
        let text = options.printsJSON ? report.json.written + "\n" : report.markdown
        print(text, terminator: "")
        if let path = options.outputPath { try SmallFile.write(text, to: path) }
        return rows.contains { $0.verdict == .failed } ? 1 : 0
    }

    private func measure(_ task: SuiteTask, _ suite: Suite) -> SuiteRow {
        let begun = Clock.now
        func row(_ measured: String, _ verdict: SuiteRow.Verdict) -> SuiteRow {
            SuiteRow(
                title: task.title, target: task.target, measured: measured, verdict: verdict,
                seconds: Double(Clock.now - begun) / 1e9)
        }
        do {
            let finding = try task.measure(suite)
            return row(finding.measured, finding.isMet ? .met : .short)
        } catch let leftOut as SuiteTask.LeftOut {
            return row(leftOut.reason, .leftOut)
        } catch {
            return row("\(error)", .failed)
        }
    }
}
