import Glibc
import MicroBenchmarks

extension Command {
    static let micro = Command(
        name: "micro", summary: "Measure the corridor in process: time, allocations, journal bytes"
    ) { words in
        guard let options = try MicroOptions(words) else {
            print(MicroOptions.help, terminator: "")
            return 0
        }
        return try MicroCommand(options: options).perform()
    }
}

/// What the command line of `apus-bench micro` asks for.
struct MicroOptions {
    enum Job {
        case show(asJSON: Bool)
        case check(path: String)
        case update(path: String)
        case tellPlaces
    }

    private(set) var job = Job.show(asJSON: false)
    /// What the names of the wanted benchmarks begin with; all are wanted when there is none.
    private(set) var names: [String] = []

    static var help: String {
        """
        apus-bench micro: what the parts of a request cost, in process and without sockets.

        apus-bench micro [NAME…] [--json | --check FILE | --update FILE | --where]

        NAME picks the benchmarks whose names begin with it. Times vary with the machine. Allocations
        and journal bytes of an operation do not, and are kept in a file.

          --json          Print one JSON object per benchmark.
          --check FILE    Fail when an operation allocates or writes more than the file says.
          --update FILE   Write the file anew.
          --where         Tell from where an operation allocates, the most frequent places first.

        Benchmarks:
        \(MicroBenchmarks.names.map { "  " + $0 }.joined(separator: "\n"))

        """
    }

    /// Reads the words after the command's name; nil when help is wanted.
    init?(_ words: [String]) throws {
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--help", "-h": return nil
            case "--json": job = .show(asJSON: true)
            case "--where": job = .tellPlaces
            case "--check", "--update":
                guard let path = rest.popFirst() else { throw BenchError("\(word) needs a file") }
                job = word == "--check" ? .check(path: path) : .update(path: path)
            default:
                guard MicroBenchmarks.names.contains(where: { $0.hasPrefix(word) }) else {
                    throw BenchError("no benchmark begins with \(word); see --help")
                }
                names.append(word)
            }
        }
        if case .update = job, !names.isEmpty {
            throw BenchError("--update writes the whole file, so it takes no names")
        }
    }
}

/// Runs micro-benchmarks and shows, checks or keeps what they found.
struct MicroCommand {
    let options: MicroOptions

    /// Returns the exit status: 1 when a check fails.
    func perform() throws -> Int32 {
        switch options.job {
        case .show(let asJSON):
            if !asJSON { print(MicroCommand.heading) }
            try MicroBenchmarks.run(options.names) { result in
                print(asJSON ? MicroCommand.json(result) : MicroCommand.line(result))
                fflush(nil)
            }
            return 0
        case .check(let path):
            return try check(path)
        case .update(let path):
            var results: [MicroResult] = []
            try MicroBenchmarks.run([]) { results.append($0) }
            try SmallFile.write(Baseline.text(of: results), to: path)
            print("\(path): \(results.count) benchmarks")
            return 0
        case .tellPlaces:
            try MicroBenchmarks.trace(options.names, report: MicroCommand.tell)
            return 0
        }
    }

    // MARK: Showing

    private static let heading =
        padded("benchmark", 30) + rightAligned("ns", 10) + rightAligned("allocations", 13)
        + rightAligned("bytes", 11) + rightAligned("journal bytes", 15)

    private static func line(_ result: MicroResult) -> String {
        padded(result.name, 30) + rightAligned("\(Int(result.nanoseconds.rounded()))", 10)
            + rightAligned(decimal(result.allocations), 13)
            + rightAligned("\(Int(result.allocatedBytes.rounded()))", 11)
            + rightAligned(decimal(result.journalBytes), 15)
    }

    private static func rightAligned(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }

    private static func json(_ result: MicroResult) -> String {
        "{\"benchmark\":\"\(result.name)\",\"nanoseconds\":\(decimal(result.nanoseconds)),"
            + "\"allocations\":\(decimal(result.allocations)),"
            + "\"allocatedBytes\":\(decimal(result.allocatedBytes)),"
            + "\"journalBytes\":\(decimal(result.journalBytes))}"
    }

    private static func tell(_ name: String, _ places: [AllocationPlace]) {
        print(name)
        for place in places where place.allocations >= 0.001 {
            print(
                "  \(decimal(place.allocations)) allocations, "
                    + "\(decimal(place.bytes)) bytes of an operation")
            for function in place.functions { print("      " + function) }
        }
        fflush(nil)
    }

    // MARK: Checking

    private func check(_ path: String) throws -> Int32 {
        guard let text = SmallFile.text(path) else { throw BenchError("\(path) cannot be read") }
        guard let baseline = Baseline(text) else {
            throw BenchError("\(path): a line is not a name and two numbers")
        }
        var failureCount = 0
        var fallCount = 0
        var found: Set<String> = []
        try MicroBenchmarks.run(options.names) { result in
            found.insert(result.name)
            switch baseline.verdict(on: result) {
            case .same: return
            case .grew(let change):
                failureCount += 1
                print("\(result.name) costs more: \(change)")
            case .fell(let change):
                fallCount += 1
                print("\(result.name) costs less: \(change)")
            case .unknown:
                failureCount += 1
                print("\(result.name) is not in \(path)")
            }
        }
        for name in baseline.names where options.names.isEmpty && !found.contains(name) {
            failureCount += 1
            print("\(name) is in \(path), and there is no such benchmark")
        }
        if failureCount > 0 {
            print("apus-bench micro NAME --where tells from where an operation allocates;")
        }
        if failureCount + fallCount > 0 {
            print("apus-bench micro --update \(path) makes what was found the expectation.")
        } else {
            print("\(found.count) benchmarks cost what \(path) says.")
        }
        return failureCount > 0 ? 1 : 0
    }
}
