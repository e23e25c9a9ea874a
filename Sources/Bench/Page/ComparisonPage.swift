/// The page of a comparison: a section for each workload, with bars and percentiles side by side.
struct ComparisonPage {
    let reports: [ComparisonReport]
    let machine: Machine

    var html: String {
        let names = reports.first?.outcome.entries.map(\.name) ?? []
        let rounds = reports.first?.outcome.roundCount ?? 0
        return HTML.page(
            title: names.count < 2
                ? names.joined()
                : "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1])",
            lead: [
                "Servers took turns, round by round: medians of \(rounds) rounds, each of which is a dot."
            ], body: reports.map(section).joined(), foot: RunPage.foot(machine))
    }

    private func section(_ report: ComparisonReport) -> String {
        let outcome = report.outcome
        let settings = outcome.settings
        let batch = settings.shape.batch > 1 ? ", batches of \(settings.shape.batch)" : ""
        let lead =
            "\(settings.workload.explanation): \(grouped(settings.connections)) connections\(batch), "
            + "bodies of \(settings.bodySize.text)"
        return "<h2>\(HTML.escaped(settings.workload.rawValue))</h2>"
            + "<p class=\"lead\" style=\"margin-bottom:16px\">\(HTML.escaped(lead))</p>"
            + "<section class=\"plots\">\(plots(outcome))</section>"
            + "<section class=\"sheet\">\(table(report))</section>"
    }

    private func plots(_ outcome: Comparison.Outcome) -> String {
        let entries = outcome.entries
        func bars(_ values: (Comparison.Entry) -> [Double], _ label: (Double) -> String) -> String {
            Bars(
                bars: entries.enumerated().map { index, entry in
                    let rounds = values(entry)
                    let median = Statistics.median(rounds) ?? 0
                    return Bars.Bar(
                        name: entry.name, color: index % 6 + 1, value: median,
                        label: rounds.isEmpty ? "not known" : label(median), dots: rounds)
                }
            ).svg
        }
        let cost = bars({ $0.figures.compactMap { $0.serverMicroseconds } }) {
            "\(fixed($0, 1)) µs"
        }
        let rate = bars({ $0.figures.map(\.requestsPerSecond) }) { "\(grouped($0))/s" }
        let rows = entries.map { entry in
            let all = Histogram()
            for round in entry.rounds { all.add(round.allLatencies) }
            return (name: entry.name, histogram: all)
        }
        return [
            HTML.figure("Server CPU", "per request, less is better", cost),
            HTML.figure("Throughput", "requests per second, more is better", rate),
            PercentilePlot.figure(rows, isWide: true),
        ].joined()
    }

    private func table(_ report: ComparisonReport) -> String {
        let base = report.base
        return HTML.table(
            [
                "server", "requests/s", "messages/s", "CPU per request", "beside \(base.name)",
                "p50", "p99",
                "memory", "errors",
            ],
            report.outcome.entries.map { entry in
                let ratio = Statistics.ratio(
                    entry.median(\.serverMicroseconds), base.median(\.serverMicroseconds))
                return [
                    entry.name, grouped(entry.median(\.requestsPerSecond)),
                    entry.isBroker ? grouped(entry.median(\.messagesPerSecond)) : "",
                    entry.median(\.serverMicroseconds).map { "\(fixed($0, 2)) µs" } ?? "",
                    ratio.map { fixed($0, 2) + "×" } ?? "",
                    AxisLabel.time(entry.median(\.median) * 1000),
                    AxisLabel.time(entry.median(\.tail) * 1000),
                    entry.peakResidentByteCount.map(memoryText) ?? "", grouped(entry.failureCount),
                ]
            })
    }
}

/// The page of a backlog: what a request costs with more and more messages in the queue.
struct BacklogPage {
    let report: BacklogReport
    let targetName: String
    let machine: Machine

    var html: String {
        let knowsCost = report.rows.contains { $0.figures.serverMicroseconds != nil }
        func bars(_ value: (LoadFigures) -> Double, _ label: (Double) -> String) -> String {
            Bars(
                bars: report.rows.map {
                    Bars.Bar(
                        name: "\(grouped($0.depth)) queued", color: 1, value: value($0.figures),
                        label: label(value($0.figures)))
                }
            ).svg
        }
        let cost = bars({ $0.serverMicroseconds ?? 0 }) { "\(fixed($0, 1)) µs" }
        let plots = [
            knowsCost ? HTML.figure("Server CPU", "per request", cost) : "",
            HTML.figure("Median latency", "", bars({ $0.median }) { AxisLabel.time($0 * 1000) }),
            HTML.figure("99th percentile", "", bars({ $0.tail }) { AxisLabel.time($0 * 1000) }),
            HTML.figure(
                "Throughput", "messages per second",
                bars({ $0.messagesPerSecond }) { "\(grouped($0))/s" }),
        ]
        return HTML.page(
            title: "backlog on \(targetName)",
            lead: [
                "Send, receive and delete in batches, with more and more messages in the queue."
            ],
            body: "<section class=\"plots\">\(plots.joined())</section>",
            foot: RunPage.foot(machine))
    }
}
