/// What a run has measured, as a table for people and as JSON for programs.
struct RunReport {
    /// One row of the table of latencies.
    struct Row {
        let name: String
        let histogram: Histogram
    }

    let settings: LoadSettings
    let targetName: String
    let result: LoadResult
    let figures: LoadFigures
    let residentByteCount: UInt64?
    let peakResidentByteCount: UInt64?
    /// What was resident before there were connections; set where their memory is of interest.
    var residentBefore: UInt64?

    init(_ target: Target, _ settings: LoadSettings, _ result: LoadResult) {
        self.settings = settings
        targetName = target.name
        self.result = result
        figures = LoadFigures(result)
        residentByteCount = target.residentByteCount
        peakResidentByteCount = target.peakResidentByteCount
    }

    /// The latencies of each step, of all together when there are several, and of operations.
    var rows: [Row] {
        var rows = Step.allCases.map {
            Row(name: $0.name, histogram: result.latencies[$0.rawValue])
        }
        .filter { $0.histogram.count > 0 }
        if rows.count > 1 { rows.append(Row(name: "all requests", histogram: result.allLatencies)) }
        if result.operations.count > 0 {
            rows.append(Row(name: "whole operation", histogram: result.operations))
        }
        return rows
    }

    /// What was run, in two lines.
    var heading: [String] {
        let shape = settings.shape
        var parts = [
            settings.workload == .fanOut || settings.workload == .httpDelivery
                ? "query protocol" : "\(settings.style.wireProtocol.rawValue) protocol",
            "\(grouped(settings.connections)) connections",
        ]
        if shape.batch > 1 { parts.append("batches of \(shape.batch)") }
        parts.append("bodies of \(shape.bodySize.text)")
        if shape.attributeCount > 0 { parts.append("\(shape.attributeCount) attributes") }
        if shape.groupCount > 0 { parts.append("\(grouped(shape.groupCount)) groups") }
        if settings.queueCount > 1 { parts.append("\(grouped(settings.queueCount)) queues") }
        if settings.queuedCount > 0 { parts.append("\(grouped(settings.queuedCount)) queued") }
        if settings.workload == .fanOut || settings.workload == .httpDelivery {
            parts.append("\(grouped(settings.subscriberCount)) subscribers")
        }
        if settings.style.credentials != nil { parts.append("signed") }
        return [
            "\(settings.workload.rawValue) on \(targetName): \(parts.joined(separator: ", "))",
            "\(pace), \(fixed(Double(result.nanoseconds) / 1e9, 1)) s"
                + (settings.workload == .receiveDelete || settings.warmUp == .zero
                    ? "" : " after a warm-up of \(settings.warmUp.text)"),
        ]
    }

    private var pace: String {
        guard let rate = settings.rate else { return "closed loop" }
        return "open loop, \(grouped(rate)) operations/s, \(settings.spacing.rawValue) arrivals"
    }

    /// The table and what stands around it.
    var text: String {
        (heading + [""] + totals + [""] + latencyTable + [""] + costs + failures)
            .joined(separator: "\n") + "\n"
    }

    private var totals: [String] {
        var lines = [padded("", 18) + aligned("total", 16) + aligned("per second", 16)]
        func line(_ name: String, _ count: Int) {
            let rate = Double(count) * 1e9 / Double(max(result.nanoseconds, 1))
            lines.append(
                padded(name, 18) + aligned(grouped(count), 16) + aligned(grouped(rate), 16))
        }
        line("requests", result.requestCount)
        line("messages", result.messageCount)
        line("errors", result.failureCount)
        if settings.rate != nil { line("never begun", result.lateCount) }
        return lines
    }

    private var latencyTable: [String] {
        let titles = ["count", "mean"] + Percentiles.told.map(\.name)
        var lines = [padded("latency in ms", 18) + titles.map { aligned($0, 12) }.joined()]
        for row in rows {
            let values =
                [grouped(Int(row.histogram.count)), short(row.histogram.mean / 1e6)]
                + Percentiles.told.map {
                    short(Double(row.histogram.percentile($0.fraction)) / 1e6)
                }
            lines.append(padded(row.name, 18) + values.map { aligned($0, 12) }.joined())
        }
        return lines
    }

    private var costs: [String] {
        var lines: [String] = []
        if let micros = figures.serverMicroseconds, let cores = figures.serverCores {
            var line =
                "server: \(fixed(micros, 2)) µs of processor time a request, "
                + "\(fixed(cores * 100, cores < 0.1 ? 2 : 0)) % of a core"
            if let resident = residentByteCount, let peak = peakResidentByteCount {
                line += "; \(memoryText(resident)) resident, \(memoryText(peak)) at most"
            }
            lines.append(line)
        }
        if let before = residentBefore, let resident = residentByteCount, resident > before {
            let each = (resident - before) / UInt64(settings.connections)
            lines.append("        \(memoryText(each)) for each connection that waits")
        }
        lines.append(
            "client: \(fixed(figures.clientMicroseconds, 2)) µs a request, "
                + "\(fixed(figures.clientCores * 100, figures.clientCores < 0.1 ? 2 : 0)) % of a core; "
                + "percentiles are at most \(Histogram.errorText) too high")
        if let micros = figures.serverMicroseconds, figures.clientMicroseconds > micros,
            result.requestCount > 1000
        {
            lines.append(
                "The client used more than the server: the server may do better than this.")
        }
        if figures.clientCores > 0.9 {
            lines.append(
                "The client had its core to the full: the rate is what the client can do, not the "
                    + "server.")
        }
        return lines
    }

    private var failures: [String] {
        result.failures.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "error: \($0.key): \(grouped($0.value))" }
    }

    /// All of it for programs.
    var json: JSONValue {
        .object([
            ("workload", .text(settings.workload.rawValue)),
            ("server", .text(targetName)),
            ("protocol", .text(settings.style.wireProtocol.rawValue)),
            ("connections", .count(settings.connections)),
            ("batch", .count(settings.shape.batch)),
            ("bodySize", .text(settings.bodySize.text)),
            ("rate", .optional(settings.rate, digits: 1)),
            ("seconds", .number(Double(result.nanoseconds) / 1e9, digits: 3)),
            ("requests", .count(result.requestCount)),
            ("messages", .count(result.messageCount)),
            ("errors", .count(result.failureCount)),
            (
                "errorsByKind",
                .object(
                    result.failures.sorted { $0.key < $1.key }.map { ($0.key, .count($0.value)) })
            ),
            ("neverBegun", .count(result.lateCount)),
            ("requestsPerSecond", .number(figures.requestsPerSecond, digits: 1)),
            ("messagesPerSecond", .number(figures.messagesPerSecond, digits: 1)),
            ("serverMicrosecondsPerRequest", .optional(figures.serverMicroseconds, digits: 3)),
            ("clientMicrosecondsPerRequest", .number(figures.clientMicroseconds, digits: 3)),
            ("serverCores", .optional(figures.serverCores, digits: 4)),
            ("clientCores", .number(figures.clientCores, digits: 4)),
            ("residentBytes", .optional(residentByteCount.map { Double($0) }, digits: 0)),
            ("peakResidentBytes", .optional(peakResidentByteCount.map { Double($0) }, digits: 0)),
            (
                "latencyMicroseconds",
                .object(rows.map { ($0.name, RunReport.latencies($0.histogram)) })
            ),
            ("intervals", .list(result.intervals.map(RunReport.interval))),
        ])
    }

    private static func latencies(_ histogram: Histogram) -> JSONValue {
        .object(
            [
                ("count", .count(Int(histogram.count))),
                ("mean", .number(histogram.mean / 1000, digits: 1)),
            ]
                + Percentiles.told.map {
                    ($0.name, .number(Double(histogram.percentile($0.fraction)) / 1000, digits: 1))
                })
    }

    private static func interval(_ interval: LoadResult.Interval) -> JSONValue {
        .object([
            ("seconds", .number(Double(interval.end) / 1e9, digits: 3)),
            ("requestsPerSecond", .number(interval.requestsPerSecond, digits: 1)),
            ("errors", .count(interval.failureCount)),
            ("p50Microseconds", .number(Double(interval.median) / 1000, digits: 1)),
            ("p99Microseconds", .number(Double(interval.tail) / 1000, digits: 1)),
            ("maxMicroseconds", .number(Double(interval.highest) / 1000, digits: 1)),
        ])
    }
}
