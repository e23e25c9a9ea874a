/// What a comparison has measured: a table of medians and, under it, ratios.
struct ComparisonReport {
    let outcome: Comparison.Outcome

    init(_ outcome: Comparison.Outcome) { self.outcome = outcome }

    private var settings: LoadSettings { outcome.settings }

    /// What the others are compared with: the reference, else the first.
    var base: Comparison.Entry {
        outcome.entries.last { !$0.isBroker } ?? outcome.entries[0]
    }

    private static let titles = [
        "requests/s", "messages/s", "server µs/req", "±", "msgs/s/core", "client µs/req", "p50 ms",
        "p99 ms", "peak",
    ]
    private static let nameWidth = 26
    private static let width = 14

    var text: String {
        let round =
            settings.requestCount > 0
            ? "\(grouped(settings.requestCount)) requests" : settings.duration.text
        let batch = settings.shape.batch > 1 ? ", batches of \(settings.shape.batch)" : ""
        var lines = [
            "\(settings.workload.rawValue): \(settings.workload.explanation)",
            "\(grouped(settings.connections)) connections\(batch), bodies of "
                + "\(settings.bodySize.text), medians of \(outcome.roundCount) rounds in turn, each "
                + round,
            "",
            Self.line("", Self.titles),
        ]
        lines += outcome.entries.map(row)
        if outcome.entries.count > 1 {
            lines += outcome.entries.filter { $0.name != base.name }.map(ratioRow)
        }
        for entry in outcome.entries where entry.failureCount > 0 {
            lines.append("\(entry.name): \(grouped(entry.failureCount)) errors")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func row(_ entry: Comparison.Entry) -> String {
        let costs = entry.figures.compactMap { $0.serverMicroseconds }
        let spread = Statistics.spread(costs).map { "\(fixed($0 * 100, 0)) %" } ?? ""
        let cost = entry.median(\.serverMicroseconds).map { fixed($0, 2) } ?? ""
        let perCore = entry.median(\.messagesPerCore).map { grouped($0) } ?? ""
        let messages = grouped(entry.median(\.messagesPerSecond))
        let values: [String] = [
            grouped(entry.median(\.requestsPerSecond)), entry.isBroker ? messages : "", cost,
            spread,
            entry.isBroker ? perCore : "", fixed(entry.median(\.clientMicroseconds), 2),
            short(entry.median(\.median) / 1000), short(entry.median(\.tail) / 1000),
            entry.peakResidentByteCount.map(memoryText) ?? "",
        ]
        return Self.line(entry.name, values)
    }

    private static func line(_ name: String, _ values: [String]) -> String {
        padded(name, nameWidth) + values.map { aligned($0, width) }.joined()
    }

    /// How a row relates to the base: throughput, processor time and latencies.
    private func ratioRow(_ entry: Comparison.Entry) -> String {
        func ratio(_ value: Double?, _ other: Double?) -> String {
            Statistics.ratio(value, other).map { fixed($0, 2) + "×" } ?? ""
        }
        let rate = ratio(entry.median(\.requestsPerSecond), base.median(\.requestsPerSecond))
        let cost = ratio(entry.median(\.serverMicroseconds), base.median(\.serverMicroseconds))
        let median = ratio(entry.median(\.median), base.median(\.median))
        let tail = ratio(entry.median(\.tail), base.median(\.tail))
        let values: [String] = [rate, "", cost, "", "", "", median, tail, ""]
        let name = "  \(entry.name) / \(base.name)"
        return name.count <= Self.nameWidth
            ? Self.line(name, values) : "\(name)\n\(Self.line("", values))"
    }

    /// All of it for programs.
    var json: JSONValue {
        .object([
            ("workload", .text(settings.workload.rawValue)),
            ("protocol", .text(settings.style.wireProtocol.rawValue)),
            ("connections", .count(settings.connections)),
            ("batch", .count(settings.shape.batch)),
            ("bodySize", .text(settings.bodySize.text)),
            ("rounds", .count(outcome.roundCount)),
            ("base", .text(base.name)),
            ("servers", .list(outcome.entries.map(json))),
        ])
    }

    private func json(_ entry: Comparison.Entry) -> JSONValue {
        let ratio = Statistics.ratio(
            entry.median(\.serverMicroseconds), base.median(\.serverMicroseconds))
        return .object([
            ("name", .text(entry.name)),
            ("requestsPerSecond", .number(entry.median(\.requestsPerSecond), digits: 1)),
            ("messagesPerSecond", .number(entry.median(\.messagesPerSecond), digits: 1)),
            (
                "serverMicrosecondsPerRequest",
                .optional(entry.median(\.serverMicroseconds), digits: 3)
            ),
            ("serverCostToBase", .optional(ratio, digits: 3)),
            (
                "clientMicrosecondsPerRequest",
                .number(entry.median(\.clientMicroseconds), digits: 3)
            ),
            ("p50Microseconds", .number(entry.median(\.median), digits: 1)),
            ("p99Microseconds", .number(entry.median(\.tail), digits: 1)),
            (
                "peakResidentBytes",
                .optional(entry.peakResidentByteCount.map { Double($0) }, digits: 0)
            ),
            ("errors", .count(entry.failureCount)),
        ])
    }
}
