import Glibc

/// `apus-simulate`: runs seeds until one of them breaks a promise.
func simulate(_ options: Options) -> Bool {
    var first = UInt64(time(nil))
    if let seed = options.seed { first = seed }
    let total = Statistics()
    Watchdog.shared.start()
    for seed in first..<first + UInt64(options.seeds) {
        guard simulate(seed, options, total) else { return false }
    }
    if options.seeds > 1 {
        print("\(options.seeds) seeds kept every promise: \(total.description)")
    }
    return true
}

/// The command that repeats a run.
func command(_ seed: UInt64, _ options: Options) -> String {
    let kind = options.workload.map { " --workload \($0.rawValue)" } ?? ""
    return "apus-simulate --seed \(seed) --duration \(options.milliseconds / 1000)\(kind) --verbose"
}

/// Runs one seed; whether every promise was kept.
func simulate(_ seed: UInt64, _ options: Options, _ total: Statistics) -> Bool {
    Watchdog.shared.watch(command(seed, options))
    let run = Run(
        seed: seed, milliseconds: options.milliseconds, kind: options.workload,
        isVerbose: options.isVerbose)
    let world = run.world
    print("seed \(seed): \(world.workload.description)")
    print("  \(world.faults.description)")
    print("  \(world.shape.description)")
    // What comes next may end the process.
    fflush(nil)
    var violation = run.finish()
    if options.isTwice, violation == nil {
        let again = Run(
            seed: seed, milliseconds: options.milliseconds, kind: options.workload,
            isVerbose: false)
        violation = again.finish()
        if again.world.transcript.digest != world.transcript.digest {
            violation = "not repeatable: the second transcript differs"
        }
    }
    let counts = world.oracle.counts
    print(
        "  \(counts.sent) sent, \(counts.received) received, \(counts.deleted) deleted, "
            + "\(counts.lostAnswers) unanswered, \(world.ends) ends, "
            + "\(world.transcript.count) lines \(String(world.transcript.digest, radix: 16))")
    if options.showsStatistics { print("  \(world.oracle.statistics.description)") }
    total.add(world.oracle.statistics)
    guard let violation else { return true }
    for line in options.isVerbose ? [] : world.transcript.lastLines { print("  | \(line)") }
    print("VIOLATION \(violation)")
    print(command(seed, options))
    return false
}

guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
    print(Options.usage)
    exit(2)
}
exit(simulate(options) ? 0 : 1)
