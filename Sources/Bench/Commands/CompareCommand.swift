import Glibc

extension Command {
    static let compare = Command(
        name: "compare", summary: "Measure servers in turn, in one run, and tell the ratios"
    ) { words in
        guard let options = try CompareOptions(words) else {
            print(CompareOptions.help, terminator: "")
            return 0
        }
        return try CompareCommand(options: options).perform()
    }
}

/// What the command line of `compare` asks for.
struct CompareOptions {
    var load = LoadSettings()
    var sources: [TargetSource] = []
    var workloads = [WorkloadName.send]
    var roundCount = 5
    var printsJSON = false
    var reportPath: String?
    var isQuiet = false

    /// Reads the words after the command; nil when help is wanted.
    init?(_ words: [String]) throws(BenchError) {
        load.duration = .seconds(2)
        load.warmUp = .milliseconds(250)
        guard let others = try OptionReader.read(words, by: CompareOptions.rules, into: &self)
        else { return nil }
        guard !others.isEmpty else {
            throw BenchError("compare needs servers: URLs, paths of programs, nginx or floor")
        }
        for word in others { sources.append(try TargetSource(word)) }
        for workload in workloads {
            load.workload = workload
            try load.finish(environment: LoadSettings.environment)
        }
    }

    static var rules: [OptionRule<CompareOptions>] {
        [
            OptionRule(
                "--workload", "W[,W…]",
                allowed: WorkloadName.allCases.filter { $0 != .backlog }.map(\.rawValue)
                    .joined(separator: ", ") + ", with commas between",
                "What to measure, one after the other (default send)."
            ) { options, value in
                let names = value.split(separator: ",", omittingEmptySubsequences: false)
                let known = names.compactMap { WorkloadName(rawValue: String($0)) }
                guard known.count == names.count, !known.contains(.backlog) else { return false }
                options.workloads = known
                return true
            },
            OptionRule(
                "--rounds", "N", \.roundCount, 1...1000,
                "Rounds of each server, in turn; medians are told (default 5)."),
        ] + LoadSettings.rules.map { $0.within(\.load) } + [
            OptionRule(flag: "--json", \.printsJSON, "Print a line of JSON for each workload."),
            OptionRule(
                "--report", "FILE", \.reportPath, "Write a page of HTML with plots as well."),
            OptionRule(flag: "--quiet", \.isQuiet, "Do not show how it goes."),
        ]
    }

    static var help: String {
        """
        apus-bench compare SERVER… [--workload W] [--rounds N] [OPTION…]

        Servers take turns, round by round: A B A B. A server is
          [NAME=]URL[#PID]        one that runs already, with its process when that is known
          [NAME=]'PATH [WORD…]'   a program to start with an empty data directory: apus with options,
                                  or one whose words hold {port} and {data}
          [NAME=]nginx            the reference: nginx answering `return 200` to the same bytes
          [NAME=]floor            the least that a server can do: read, and answer always the same

        A round lasts --duration (default 2s here), the warm-up of each 250ms.

        Workloads:
        \(WorkloadName.allCases.filter { $0 != .backlog }.map { "  \(padded($0.rawValue, 16))\($0.explanation)" }.joined(separator: "\n"))

        Options:
        \(OptionReader.help(rules))
        """
    }
}

/// Measures servers in turn.
struct CompareCommand {
    let options: CompareOptions

    func perform() throws -> Int32 {
        ProcessLimits.raiseFileLimit()
        Interruption.beginWatching()
        var reports: [ComparisonReport] = []
        for workload in options.workloads {
            var settings = options.load
            settings.workload = workload
            let sources = options.sources.filter { $0.canTakePart(in: workload) }
            guard !sources.isEmpty else {
                throw BenchError("nobody can take part in \(workload.rawValue)")
            }
            let progress = options.isQuiet ? nil : ProgressLine(workload.rawValue)
            let comparison = try Comparison(
                settings: settings, roundCount: options.roundCount, progress: progress
            ).run(sources)
            let report = ComparisonReport(comparison)
            print(options.printsJSON ? report.json.written : report.text)
            fflush(nil)
            reports.append(report)
        }
        if let path = options.reportPath {
            try SmallFile.write(ComparisonPage(reports: reports, machine: .present).html, to: path)
        }
        return 0
    }
}
