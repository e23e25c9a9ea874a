/// The page of one run: figures, throughput and latency over time, percentiles and how latencies are
/// spread.
struct RunPage {
    let report: RunReport
    let machine: Machine

    private var result: LoadResult { report.result }
    private var settings: LoadSettings { report.settings }

    var html: String {
        HTML.page(
            title: "\(settings.workload.rawValue) on \(report.targetName)", lead: lead,
            body: cardSection
                + "<section class=\"plots\">\(plots)</section>"
                + "<section class=\"sheet\">\(latencyTable)</section>\(failures)",
            foot: RunPage.foot(machine))
    }

    /// What stands under every page.
    static func foot(_ machine: Machine) -> String {
        "Measured on \(machine.date): \(machine.processor), \(machine.coreCount) cores, "
            + "\(machine.memory), \(machine.kernel). Percentiles come from a histogram and are at most "
            + "\(Histogram.errorText) too high. Client and server may have shared the machine."
    }

    /// The headings without the name of the run, which is the title.
    private var lead: [String] {
        let lines = report.heading
        let first = lines[0].split(separator: ": ", maxSplits: 1).last.map(String.init) ?? ""
        return [first, lines[1]]
    }

    private var cardSection: String {
        let cards = cards
        return
            "<section class=\"cards\" style=\"--count:\(cards.count)\">\(cards.joined())</section>"
    }

    private var cards: [String] {
        let figures = report.figures
        let all = result.allLatencies
        var cards = [HTML.card(grouped(figures.requestsPerSecond), "/s", "requests")]
        if result.messageCount != result.requestCount && result.messageCount > 0 {
            cards.append(HTML.card(grouped(figures.messagesPerSecond), "/s", "messages"))
        }
        for (name, fraction) in [("median latency", 0.5), ("99th percentile", 0.99)] {
            let parts = AxisLabel.time(Double(all.percentile(fraction))).split(separator: " ")
            cards.append(HTML.card(String(parts[0]), String(parts[1]), name))
        }
        if let micros = figures.serverMicroseconds {
            cards.append(
                HTML.card(fixed(micros, 1), "µs", "server CPU a request"))
        }
        if let resident = report.residentByteCount {
            let parts = memoryText(resident).split(separator: " ")
            cards.append(HTML.card(String(parts[0]), String(parts[1]), "server memory"))
        }
        cards.append(
            HTML.card(
                grouped(result.failureCount), "", result.failureCount == 1 ? "error" : "errors",
                isBad: result.failureCount > 0))
        return cards
    }

    private var plots: String {
        [
            TimePlots.throughput(result), TimePlots.latency(result),
            PercentilePlot.figure(report.rows.map { ($0.name, $0.histogram) }),
            SpreadPlot.figure(report.rows), TimePlots.server(result),
        ].joined()
    }

    private var latencyTable: String {
        HTML.table(
            ["latency", "count", "mean"] + Percentiles.told.map(\.name),
            report.rows.map { row in
                [row.name, grouped(Int(row.histogram.count)), AxisLabel.time(row.histogram.mean)]
                    + Percentiles.told.map {
                        AxisLabel.time(Double(row.histogram.percentile($0.fraction)))
                    }
            })
    }

    private var failures: String {
        guard !result.failures.isEmpty else { return "" }
        let rows = result.failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { [$0.key, grouped($0.value)] }
        return "<section class=\"sheet\">\(HTML.table(["error", "count"], rows))</section>"
    }
}
