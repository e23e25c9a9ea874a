import Glibc

/// What happened while a run went on.
enum TimePlots {
    private static func seconds(_ interval: LoadResult.Interval) -> Double {
        Double(interval.end) / 1e9
    }

    private static func axis(_ result: LoadResult) -> Axis {
        .linear(0...max(result.intervals.last.map(seconds) ?? 1, 0.1), label: AxisLabel.seconds)
    }

    /// Each interval with what is to be told of it.
    private static func hints(
        _ result: LoadResult, _ text: (LoadResult.Interval) -> String
    ) -> [Plot.Hint] {
        result.intervals.map { interval in
            let end = seconds(interval)
            return Plot.Hint(
                from: end - Double(interval.nanoseconds) / 1e9, to: end,
                text: "\(fixed(end, 1)) s: \(text(interval))")
        }
    }

    /// Points in the middle of the intervals; the first and the last reach the ends.
    private static func points(
        _ result: LoadResult, _ value: (LoadResult.Interval) -> Double
    ) -> [(x: Double, y: Double)] {
        let intervals = result.intervals
        return intervals.enumerated().map { index, interval in
            let end = seconds(interval)
            let middle = end - Double(interval.nanoseconds) / 2e9
            return (index == 0 ? 0 : index == intervals.count - 1 ? end : middle, value(interval))
        }
    }

    /// Requests a second over time, across the page.
    static func throughput(_ result: LoadResult) -> String {
        let most = result.intervals.map(\.requestsPerSecond).max() ?? 1
        var series = [
            Plot.Series(
                name: "requests", color: 1, points: points(result) { $0.requestsPerSecond },
                isFilled: true)
        ]
        var legend: [(name: String, color: Int)] = []
        if result.failureCount > 0 {
            series.append(
                Plot.Series(
                    name: "errors", color: 4,
                    points: points(result) {
                        Double($0.failureCount) * 1e9 / Double(max($0.nanoseconds, 1))
                    }))
            legend = [("requests", 1), ("errors", 4)]
        }
        let plot = Plot(
            x: axis(result), y: .linear(upTo: most, label: AxisLabel.count), series: series,
            hints: hints(result) { "\(grouped($0.requestsPerSecond)) requests/s" },
            width: Plot.whole)
        return HTML.figure(
            "Throughput", "requests per second", legend: legend, plot.svg, isWide: true)
    }

    /// Median, tail and worst over time.
    static func latency(_ result: LoadResult) -> String {
        let told = result.intervals.filter { $0.requestCount > 0 }
        let least = Double(told.map(\.median).min() ?? 1)
        let most = Double(told.map(\.highest).max() ?? 1)
        let kinds: [(String, Int, (LoadResult.Interval) -> Double)] = [
            ("max", 4, { Double($0.highest) }), ("p99", 2, { Double($0.tail) }),
            ("p50", 1, { Double($0.median) }),
        ]
        let plot = Plot(
            x: axis(result),
            y: .logarithmic(from: max(least, 1000), to: max(most, 2000), label: AxisLabel.time),
            series: kinds.map { kind in
                Plot.Series(name: kind.0, color: kind.1, points: points(result, kind.2))
            },
            hints: hints(result) {
                "p50 \(AxisLabel.time(Double($0.median))), p99 \(AxisLabel.time(Double($0.tail))), "
                    + "max \(AxisLabel.time(Double($0.highest)))"
            }, width: Plot.whole)
        return HTML.figure(
            "Latency over time", "of all requests", legend: kinds.reversed().map { ($0.0, $0.1) },
            plot.svg, isWide: true)
    }

    /// The server's processor time over time; nothing when its process is not known.
    static func server(_ result: LoadResult) -> String {
        let told = result.intervals.filter { $0.serverNanoseconds != nil }
        guard told.count > 1 else { return "" }
        func share(_ interval: LoadResult.Interval) -> Double {
            Double(interval.serverNanoseconds ?? 0) / Double(max(interval.nanoseconds, 1)) * 100
        }
        let cpu = Plot(
            x: axis(result),
            y: .linear(upTo: max(told.map(share).max() ?? 1, 1)) { fixed($0, 0) + " %" },
            series: [
                Plot.Series(
                    name: "processor", color: 3, points: points(result, share), isFilled: true)
            ], hints: hints(result) { "\(fixed(share($0), 1)) % of a core" })
        let most = Double(told.map(\.residentByteCount).max() ?? 1) / 1_048_576
        let memory = Plot(
            x: axis(result), y: .linear(upTo: most) { fixed($0, 0) + " MiB" },
            series: [
                Plot.Series(
                    name: "memory", color: 5,
                    points: points(result) { Double($0.residentByteCount) / 1_048_576 },
                    isFilled: true)
            ], hints: hints(result) { memoryText($0.residentByteCount) })
        let cores = LoadFigures(result).serverCores ?? 0
        let mean = "\(fixed(cores * 100, cores < 0.1 ? 2 : 0)) % of a core on average"
        return HTML.figure("Server processor", mean, cpu.svg)
            + HTML.figure("Server memory", "resident", memory.svg)
    }
}

/// Latencies by percentile, with as much room for each further nine.
enum PercentilePlot {
    static func figure(_ rows: [(name: String, histogram: Histogram)], isWide: Bool = false)
        -> String
    {
        let most = rows.map(\.histogram.count).max() ?? 1
        let x = Axis.percentile(count: most)
        let lowest = rows.map { $0.histogram.percentile(0) }.min() ?? 1
        let highest = rows.map { $0.histogram.percentile(x.high) }.max() ?? 1
        let series = rows.enumerated().map { index, row in
            Plot.Series(
                name: row.name, color: index % 6 + 1,
                points: (0...160).map { step in
                    // Even steps along the axis.
                    let fraction = 1 - pow(1 - x.high, Double(step) / 160)
                    return (fraction, Double(row.histogram.percentile(fraction)))
                })
        }
        let hints = zip(x.ticks, x.ticks.dropFirst()).map { low, high in
            Plot.Hint(
                from: low, to: high,
                text: "\(x.label(high)): "
                    + rows.map {
                        "\($0.name) \(AxisLabel.time(Double($0.histogram.percentile(high))))"
                    }.joined(separator: ", "))
        }
        let plot = Plot(
            x: x,
            y: .logarithmic(
                from: Double(max(lowest, 1000)), to: Double(max(highest, 2000)),
                label: AxisLabel.time), series: series, hints: hints,
            width: isWide ? Plot.whole : Plot.half)
        return HTML.figure(
            "Latency by percentile", "",
            legend: rows.count > 1 ? series.map { ($0.name, $0.color) } : [], plot.svg,
            isWide: isWide)
    }
}

/// How many requests took how long.
enum SpreadPlot {
    static func figure(_ rows: [RunReport.Row]) -> String {
        let shown = rows.filter { $0.name != "all requests" && $0.name != "whole operation" }
        let parts = shown.map { $0.histogram.spread(perDecade: 24) }
        let bounds = parts.flatMap { $0 }
        guard let low = bounds.map(\.from).min(), let high = bounds.map(\.to).max() else {
            return ""
        }
        let most = bounds.map(\.count).max() ?? 1
        let series = zip(shown, parts).enumerated().map { index, pair in
            var points: [(x: Double, y: Double)] = []
            for part in pair.1 {
                points.append((part.from, Double(part.count)))
                points.append((part.to, Double(part.count)))
            }
            return Plot.Series(
                name: pair.0.name, color: index % 6 + 1,
                points: [(points[0].x, 0)] + points + [(points[points.count - 1].x, 0)],
                isFilled: shown.count == 1)
        }
        let plot = Plot(
            x: .logarithmic(from: low, to: high, label: AxisLabel.time),
            y: .linear(upTo: Double(most), label: AxisLabel.count), series: series)
        return HTML.figure(
            "How latencies are spread", "requests by what they took",
            legend: shown.count > 1 ? series.map { ($0.name, $0.color) } : [], plot.svg)
    }
}
