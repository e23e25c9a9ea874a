/// Runs a workload on several servers in turn: A B A B …
struct Comparison {
    /// What the rounds of one server have measured.
    struct Entry {
        let name: String
        let isBroker: Bool
        let rounds: [LoadResult]
        let peakResidentByteCount: UInt64?
        let figures: [LoadFigures]

        init(_ contender: Contender, _ rounds: [LoadResult]) {
            name = contender.name
            isBroker = contender.target.kind == .broker
            self.rounds = rounds
            peakResidentByteCount = contender.target.peakResidentByteCount
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
        for target in targets where target.isOurs { try target.touchMemory(settings, progress) }
        let contenders = targets.map { target in
            Contender(name: target.name, target: target) { share in
                var settings = settings
                let length = Double(settings.duration.nanosecondCount) * share
                settings.duration = .nanoseconds(Int64(length))
                settings.requestCount = Int(Double(settings.requestCount) * share)
                return try LoadRun(target: target, settings: settings, progress: progress).measure()
            }
        }
        return Outcome(
            settings: settings, roundCount: roundCount,
            entries: try Contender.alternate(contenders, roundCount: roundCount))
    }
}

/// Somebody who is measured in turn with others.
struct Contender {
    let name: String
    let target: Target
    /// Measures for a part of the usual time.
    let measure: (_ share: Double) throws -> LoadResult

    /// A short round of each, which warms up what the others find warm, and then A B A B …
    static func alternate(_ contenders: [Contender], roundCount: Int) throws
        -> [Comparison.Entry]
    {
        for contender in contenders { _ = try contender.measure(0.25) }
        var rounds = contenders.map { _ in [LoadResult]() }
        for _ in 0..<roundCount {
            for (index, contender) in contenders.enumerated() {
                rounds[index].append(try contender.measure(1))
                try Interruption.check()
            }
        }
        return zip(contenders, rounds).map { Comparison.Entry($0, $1) }
    }
}
