/// One row of the table of targets, and how it is measured.
struct SuiteTask {
    /// What `--only` calls it.
    let name: String
    /// What the table calls it.
    let title: String
    let target: String
    let measure: (Suite) throws -> Finding

    /// What was measured, in words, and whether that meets the target.
    struct Finding {
        let measured: String
        let isMet: Bool
    }

    /// Every row, in the order of the table.
    static var all: [SuiteTask] { costs + flats + scales + lives }
}

/// A row that has been measured.
struct SuiteRow {
    enum Verdict: Equatable {
        case met
        case short
        case leftOut
        case failed

        var text: String {
            switch self {
            case .met: "met"
            case .short: "**short**"
            case .leftOut: "left out"
            case .failed: "**failed**"
            }
        }

        var plain: String { String(text.filter { $0 != "*" }) }
    }

    let title: String
    let target: String
    let measured: String
    let verdict: Verdict
    let seconds: Double
}

/// What the canonical set of measurements shares.
final class Suite {
    let options: SuiteOptions
    let progress: ProgressLine?
    /// Requests a second of durable sends in a closed loop, once they have been measured.
    var sendRate: Double?

    init(_ options: SuiteOptions, _ progress: ProgressLine?) {
        self.options = options
        self.progress = progress
    }

    /// Starts the server under test with an empty data directory.
    ///
    /// - Parameter credentials: Who signs what is asked before the load.
    func start(
        _ name: String, _ words: [String] = [], touchesMemory: Bool = true,
        credentials: Credentials? = nil
    ) throws -> Target {
        let program = ServerProgram(options.serverPath, options: words)
        let target = try Servers.start(program, name: name)
        var settings = settings(.sendBatch)
        settings.style.credentials = credentials
        if touchesMemory { try target.touchMemory(settings, progress) }
        return target
    }

    /// The load of a row before the row's own wishes.
    func settings(_ workload: WorkloadName) -> LoadSettings {
        var settings = LoadSettings()
        settings.workload = workload
        settings.duration = options.duration
        settings.warmUp = .milliseconds(100)
        return settings
    }

    /// A contender with queues or topics of its own in each round.
    func contender(_ target: Target, _ settings: LoadSettings, name: String? = nil) -> Contender {
        Contender(name: name ?? target.name, target: target) { [progress] share in
            try LoadRun(target: target, settings: Suite.part(settings, share), progress: progress)
                .measure()
        }
    }

    /// A contender on queues that are there.
    func contender(_ target: Target, _ settings: LoadSettings, on queues: [QueueAddress])
        -> Contender
    {
        Contender(name: target.name, target: target) { [progress] share in
            try LoadRun(target: target, settings: Suite.part(settings, share), progress: progress)
                .measure(on: queues)
        }
    }

    private static func part(_ settings: LoadSettings, _ share: Double) -> LoadSettings {
        var settings = settings
        settings.duration = .nanoseconds(Int64(Double(settings.duration.nanosecondCount) * share))
        return settings
    }

    /// Measures contenders in turn; an answer with an error spoils the row.
    func alternate(_ contenders: [Contender]) throws -> [Comparison.Entry] {
        let entries = try Contender.alternate(contenders, roundCount: options.roundCount)
        for entry in entries where entry.failureCount > 0 {
            let kinds = Set(entry.rounds.flatMap { $0.failures.keys }).sorted()
            throw BenchError(
                "\(entry.name) had \(entry.failureCount) errors: \(kinds.joined(separator: ", "))")
        }
        return entries
    }
}

/// Words that rows have in common.
extension Comparison.Entry {
    /// The server's processor time for a request, in µs; such entries know their process.
    var cost: Double { median(\.serverMicroseconds) ?? 0 }

    /// How the cost relates to another's.
    func costRatio(_ base: Comparison.Entry) -> Double { cost / max(base.cost, 0.001) }

    func rateRatio(_ base: Comparison.Entry) -> Double {
        median(\.requestsPerSecond) / max(base.median(\.requestsPerSecond), 0.001)
    }

    /// `9.31 µs ±3 %`
    var costText: String {
        let spread = Statistics.spread(figures.compactMap { $0.serverMicroseconds }) ?? 0
        return "\(fixed(cost, 2)) µs ±\(fixed(spread * 100, 0)) %"
    }
}
