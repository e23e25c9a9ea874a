/// What the command line asks for.
struct Options {
    var seed: UInt64?
    var seeds = 1
    /// Of broker time.
    var milliseconds: UInt64 = 600_000
    var workload: Workload.Kind?
    var isVerbose = false
    var showsStatistics = false
    /// Whether each seed is run twice and the transcripts are compared.
    var isTwice = false

    static let usage = """
        apus-simulate [--seed N] [--seeds N] [--duration SECONDS] [--workload KIND] [--twice]
                      [--statistics] [--verbose]

          --seed N           the first seed; drawn from the clock when it is not given
          --seeds N          how many seeds, one after the other (1)
          --duration SECONDS how long faults go on, in broker time (600)
          --workload KIND    \(Workload.Kind.allCases.map(\.rawValue).joined(separator: ", "))
          --twice            run each seed twice and compare the transcripts
          --statistics       print how often what happened
          --verbose          print every line of the transcript
        """

    /// Nil when `arguments` cannot be understood.
    init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            switch name {
            case "--verbose": isVerbose = true
            case "--statistics": showsStatistics = true
            case "--twice": isTwice = true
            case "--seed":
                guard let value = rest.popFirst().flatMap({ UInt64($0) }) else { return nil }
                seed = value
            case "--seeds":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else {
                    return nil
                }
                seeds = value
            case "--duration":
                guard let value = rest.popFirst().flatMap({ UInt64($0) }), value > 0,
                    value <= 1_000_000
                else { return nil }
                milliseconds = value * 1000
            case "--workload":
                guard let value = rest.popFirst().flatMap({ Workload.Kind(rawValue: $0) })
                else { return nil }
                workload = value
            default: return nil
            }
        }
    }
}
