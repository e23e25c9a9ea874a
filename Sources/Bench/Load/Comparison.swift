/// Runs a workload on several servers in turn: A B A B …
struct Comparison {
    /// What the rounds of one server have measured.
    struct Entry {
        let name: String
        let isBroker: Bool
        let rounds: [LoadResult]
        let peakResidentByteCount: UInt64?
        let figures: [LoadFigures]

        init(_ target: Target, _ rounds: [LoadResult]) {
            name = target.name
            isBroker = target.kind == .broker
            self.rounds = rounds
            peakResidentByteCount = target.peakResidentByteCount
            figures = rounds.map { LoadFigures($0) }
        }

        /// The median of the rounds; nil when no round knows it.
        func median(_ figure: KeyPath<LoadFigures, Double>) -> Double {
            Statistics.median(figures.map { $0[keyPath: figure] }) ?? 0
        }

        func median(_ figure: KeyPath<LoadFigures, Double?>) -> Double? {
            Statistics.median(figures.compactMap { $0[keyPath: figure] })
        }

        var failureCount: Int { figures.reduce(0) { $0 + $1.failureCount } }
    }

    /// All of it.
    struct Outcome {
        let settings: LoadSettings
        let roundCount: Int
        let entries: [Entry]
    }

    let settings: LoadSettings
    let roundCount: Int
    var progress: ProgressLine?

    /// Starts the servers, measures them and stops them.
    func run(_ sources: [TargetSource]) throws -> Outcome {
        var targets: [Target] = []
        defer { for target in targets { target.stop() } }
        for source in sources { targets.append(try source.makeTarget()) }
        return try run(targets)
    }

    /// Measures servers that run.
    func run(_ targets: [Target]) throws -> Outcome {
        for target in targets {
            if target.isOurs { try target.touchMemory(settings, progress) }
            // The first round warms up what the others find warm.
            var short = settings
            short.duration = .nanoseconds(Int64(settings.duration.nanosecondCount / 4))
            short.requestCount = settings.requestCount / 4
            _ = try LoadRun(target: target, settings: short, progress: progress).measure()
        }
        var rounds = targets.map { _ in [LoadResult]() }
        for _ in 0..<roundCount {
            for (index, target) in targets.enumerated() {
                let run = LoadRun(target: target, settings: settings, progress: progress)
                rounds[index].append(try run.measure())
            }
        }
        return Outcome(
            settings: settings, roundCount: roundCount,
            entries: zip(targets, rounds).map { Entry($0, $1) })
    }
}
