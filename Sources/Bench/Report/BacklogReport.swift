/// What a backlog costs: one row for each depth.
struct BacklogReport {
    struct Row {
        let depth: Int
        let figures: LoadFigures
        let residentByteCount: UInt64?
    }

    let rows: [Row]

    private static let titles = [
        "requests/s", "messages/s", "server µs/req", "ratio", "p50 ms", "p99 ms", "resident",
        "errors",
    ]

    var text: String {
        var lines = [padded("queued", 14) + BacklogReport.titles.map { aligned($0, 14) }.joined()]
        for row in rows {
            let figures = row.figures
            let ratio = Statistics.ratio(cost(row), rows.first.flatMap(cost))
            let values = [
                grouped(figures.requestsPerSecond), grouped(figures.messagesPerSecond),
                figures.serverMicroseconds.map { fixed($0, 2) } ?? "-",
                ratio.map { fixed($0, 2) + "×" } ?? "-", short(figures.median / 1000),
                short(figures.tail / 1000), row.residentByteCount.map(memoryText) ?? "-",
                grouped(figures.failureCount),
            ]
            lines.append(padded(grouped(row.depth), 14) + values.map { aligned($0, 14) }.joined())
        }
        lines.append("")
        lines.append(
            "send, receive and delete in batches; the ratio is that of "
                + (rows.first?.figures.serverMicroseconds == nil
                    ? "median latencies" : "processor time")
                + " to the first row")
        return lines.joined(separator: "\n") + "\n"
    }

    /// What a request costs: processor time, or where that is not known the time it takes.
    private func cost(_ row: Row) -> Double? {
        row.figures.serverMicroseconds ?? row.figures.median
    }

    var json: JSONValue {
        .list(
            rows.map { row in
                .object([
                    ("queued", .count(row.depth)),
                    ("requestsPerSecond", .number(row.figures.requestsPerSecond, digits: 1)),
                    ("messagesPerSecond", .number(row.figures.messagesPerSecond, digits: 1)),
                    (
                        "serverMicrosecondsPerRequest",
                        .optional(row.figures.serverMicroseconds, digits: 3)
                    ),
                    ("p50Microseconds", .number(row.figures.median, digits: 1)),
                    ("p99Microseconds", .number(row.figures.tail, digits: 1)),
                    (
                        "residentBytes",
                        .optional(row.residentByteCount.map { Double($0) }, digits: 0)
                    ),
                    ("errors", .count(row.figures.failureCount)),
                ])
            })
    }
}
