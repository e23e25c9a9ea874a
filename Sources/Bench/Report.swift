/// Prints what was measured: a table for people, JSON for programs.
struct Report {
    let workload: WorkloadName
    let options: Options
    let summaries: [Summary]

    /// The row that the others are compared with: the reference, else the first.
    private var base: Summary { summaries.last { !$0.isBroker } ?? summaries[0] }

    /// A table of medians and, under it, ratios to the base.
    var text: String {
        let round =
            options.requestCount.map { "\($0) requests" } ?? "\(fixed(options.seconds, 1)) s"
        var lines = [
            "\(workload.rawValue): \(workload.explanation)",
            "\(options.connections) connections, \(options.bodyByteCount)-byte bodies, medians of "
                + "\(options.roundCount) alternating rounds of \(round)",
            "",
            padded("", 24) + Report.columns.map { aligned($0, 13) }.joined(),
        ]
        lines += summaries.map(row)
        if summaries.count > 1 {
            lines += summaries.filter { $0.name != base.name }.map(ratioRow)
        }
        for summary in summaries where summary.failureCount > 0 {
            lines.append(
                "\(summary.name): \(summary.failureCount) requests were answered with an error")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let columns = [
        "requests/s", "messages/s", "server us/req", "msgs/s/core", "client us/req", "p50 us",
        "p99 us",
        "peak MiB",
    ]

    private func row(_ summary: Summary) -> String {
        let values = [
            fixed(summary.requestsPerSecond, 0),
            summary.isBroker ? fixed(summary.messagesPerSecond, 0) : "",
            summary.serverMicroseconds.map { fixed($0, 2) } ?? "",
            summary.isBroker ? summary.messagesPerCore.map { fixed($0, 0) } ?? "" : "",
            fixed(summary.clientMicroseconds, 2),
            fixed(summary.medianLatency, 0),
            fixed(summary.tailLatency, 0),
            summary.peakResidentByteCount > 0
                ? fixed(Double(summary.peakResidentByteCount) / 1_048_576, 0) : "",
        ]
        return padded(summary.name, 24) + values.map { aligned($0, 13) }.joined()
    }

    /// How a row relates to the base: throughput, processor time and latencies.
    private func ratioRow(_ summary: Summary) -> String {
        func ratio(_ value: Double?, _ other: Double?) -> String {
            guard let value, let other, other > 0 else { return "" }
            return fixed(value / other, 2) + "x"
        }
        let values = [
            ratio(summary.requestsPerSecond, base.requestsPerSecond), "",
            ratio(summary.serverMicroseconds, base.serverMicroseconds), "", "",
            ratio(summary.medianLatency, base.medianLatency),
            ratio(summary.tailLatency, base.tailLatency), "",
        ]
        let name = "  \(summary.name) / \(base.name)"
        let columns = values.map { aligned($0, 13) }.joined()
        return name.count <= 24
            ? padded(name, 24) + columns : "\(name)\n\(padded("", 24))\(columns)"
    }

    /// One line of JSON.
    var json: String {
        let rows = summaries.map { summary in
            let fields = [
                "\"name\":\"\(summary.name)\"",
                "\"requestsPerSecond\":\(fixed(summary.requestsPerSecond, 1))",
                "\"messagesPerSecond\":\(fixed(summary.messagesPerSecond, 1))",
                "\"serverMicrosecondsPerRequest\":"
                    + (summary.serverMicroseconds.map { fixed($0, 3) } ?? "null"),
                "\"clientMicrosecondsPerRequest\":\(fixed(summary.clientMicroseconds, 3))",
                "\"p50Microseconds\":\(fixed(summary.medianLatency, 1))",
                "\"p99Microseconds\":\(fixed(summary.tailLatency, 1))",
                "\"peakResidentBytes\":\(summary.peakResidentByteCount)",
                "\"failures\":\(summary.failureCount)",
            ]
            return "{\(fields.joined(separator: ","))}"
        }
        return "{\"workload\":\"\(workload.rawValue)\",\"connections\":\(options.connections),"
            + "\"bodyBytes\":\(options.bodyByteCount),\"rounds\":\(options.roundCount),"
            + "\"targets\":[\(rows.joined(separator: ","))]}\n"
    }
}

/// `value` with this many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
    var factor = 1.0
    for _ in 0..<digits { factor *= 10 }
    let scaled = UInt64((abs(value) * factor).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let whole = scaled / UInt64(factor)
    guard digits > 0 else { return "\(sign)\(whole)" }
    let part = String(scaled % UInt64(factor))
    return "\(sign)\(whole).\(String(repeating: "0", count: digits - part.count))\(part)"
}

/// `text` with spaces after it up to a width.
func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// `text` with spaces before it up to a width.
func aligned(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
}
