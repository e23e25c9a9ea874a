/// What each operation may allocate and append to the journal: one line for each benchmark, sorted.
///
///     perform.send 0 1216
public struct Baseline: Sendable {
    /// What is expected of a benchmark, per operation.
    struct Expectation: Sendable {
        var allocations: Double
        var journalBytes: Double
    }

    /// How a result stands to its expectation.
    public enum Verdict: Sendable, Equatable {
        case same
        /// It costs more: what, expected and found.
        case grew(String)
        /// It costs less, and the baseline can be lowered.
        case fell(String)
        /// The baseline does not know it.
        case unknown
    }

    /// A table that doubles now and then costs a fraction of an allocation per operation, and where
    /// the rounds stand between two doublings moves with every change. What is worth a look is a
    /// whole allocation more in each tenth operation, or in a hundred where there were few …
    private static let allocationTolerance = 0.01
    /// … or one in a hundred more of what there was.
    private static let relativeTolerance = 0.01
    /// The end of a segment is left over now and then.
    private static let journalTolerance = 0.5

    private var expectations: [String: Expectation] = [:]

    /// Reads the lines of a file; nil when one makes no sense.
    public init?(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            guard words.count == 3, let allocations = Double(words[1]),
                let journalBytes = Double(words[2])
            else { return nil }
            expectations[String(words[0])] = Expectation(
                allocations: allocations, journalBytes: journalBytes)
        }
    }

    /// The names that it has lines for, in order.
    public var names: [String] { expectations.keys.sorted() }

    /// Compares a result with what is expected.
    public func verdict(on result: MicroResult) -> Verdict {
        guard let expected = expectations[result.name] else { return .unknown }
        let allocations = Baseline.change(
            from: expected.allocations, to: result.allocations,
            tolerance: max(
                Baseline.allocationTolerance, expected.allocations * Baseline.relativeTolerance))
        let journalBytes = Baseline.change(
            from: expected.journalBytes, to: result.journalBytes,
            tolerance: Baseline.journalTolerance)
        let words =
            "allocations \(decimal(expected.allocations)) → \(decimal(result.allocations)), "
            + "journal bytes \(decimal(expected.journalBytes)) → \(decimal(result.journalBytes))"
        if allocations > 0 || journalBytes > 0 { return .grew(words) }
        return allocations < 0 || journalBytes < 0 ? .fell(words) : .same
    }

    private static func change(from old: Double, to new: Double, tolerance: Double) -> Int {
        if new > old + tolerance { return 1 }
        return new < old - tolerance ? -1 : 0
    }

    /// The file with these results.
    public static func text(of results: [MicroResult]) -> String {
        let lines = results.sorted { $0.name < $1.name }.map {
            "\($0.name) \(decimal($0.allocations)) \(decimal($0.journalBytes))"
        }
        return """
            # What an operation allocates, and what it appends to the journal: name, allocations, bytes.
            # apus-bench micro --check compares with this file, and --update FILE writes it anew.

            """ + lines.joined(separator: "\n") + "\n"
    }
}

/// A number with as many decimals as it needs, three at most.
public func decimal(_ value: Double) -> String {
    let thousandths = Int((value * 1000).rounded())
    let rest = thousandths % 1000
    guard rest != 0 else { return "\(thousandths / 1000)" }
    var digits = String(1000 + rest).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(thousandths / 1000).\(digits)"
}
