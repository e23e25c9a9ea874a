import Testing

@testable import Bench

private let machine = Machine(
    processor: "Some CPU", coreCount: 2, memory: "8.00 GiB", kernel: "Linux 6.1",
    fileSystem: "ext4", date: "2026-01-02")

/// A run with an answer each millisecond and one error.
private func result() -> LoadResult {
    let result = LoadResult()
    for number in 1...1000 {
        result.latencies[Step.send.rawValue].record(UInt64(number) * 10_000)
        result.requestCount += 1
    }
    result.messageCount = 1000
    result.nanoseconds = 1_000_000_000
    result.fail("400 A<B")
    for number in 1...10 {
        var interval = LoadResult.Interval()
        interval.end = UInt64(number) * 100_000_000
        interval.nanoseconds = 100_000_000
        interval.requestCount = 100
        interval.median = 5_000_000
        interval.tail = 9_900_000
        interval.highest = 10_000_000
        interval.serverNanoseconds = 1_000_000
        interval.residentByteCount = 50 << 20
        result.intervals.append(interval)
    }
    return result
}

/// The tags that are opened and not closed, or closed and not opened.
private func unbalancedTags(_ html: String) -> [String] {
    let alone: Set = ["meta", "!doctype"]
    var open: [String] = []
    for part in html.split(separator: "<").dropFirst() {
        let tag = part.prefix { $0 != ">" }
        let name = String(tag.prefix { !$0.isWhitespace })
        if name.hasPrefix("/") {
            guard open.last == String(name.dropFirst()) else { return open + [name] }
            open.removeLast()
        } else if !tag.hasSuffix("/") && !alone.contains(name) {
            open.append(name)
        }
    }
    return open
}

@Suite struct PageTests {
    @Test func theReportOfARunIsOneWholePageWithoutOutsideFiles() throws {
        var settings = LoadSettings()
        settings.workload = .send
        let report = RunReport(Target("a & b", Endpoint(loopback: 1)), settings, result())
        let html = RunPage(report: report, machine: machine).html
        #expect(unbalancedTags(html) == [])
        #expect(html.contains("<title>send on a &amp; b</title>"))
        #expect(html.contains("400 A&lt;B"))
        #expect(html.contains("prefers-color-scheme: dark"))
        for outside in ["http:", "https:", "src=", "href=", "@import", "<script"] {
            #expect(!html.contains(outside))
        }
        #expect(html.split(separator: "<svg ").count == 7)
        #expect(!html.contains("nan") && !html.contains("inf "))
    }

    @Test func aRunWithoutAnyAnswerHasAPageToo() {
        let report = RunReport(
            Target("a", Endpoint(loopback: 1)), LoadSettings(), LoadResult())
        #expect(unbalancedTags(RunPage(report: report, machine: machine).html) == [])
    }

    @Test func aComparisonHasBarsForEachServer() {
        let contenders = ["first", "second"].map { name in
            Contender(name: name, target: Target(name, Endpoint(loopback: 1))) { _ in result() }
        }
        let outcome = Comparison.Outcome(
            settings: LoadSettings(), roundCount: 2,
            entries: contenders.map { Comparison.Entry($0, [result(), result()]) })
        let html = ComparisonPage(reports: [ComparisonReport(outcome)], machine: machine).html
        #expect(unbalancedTags(html) == [])
        #expect(html.contains("<h1>first and second</h1>"))
        #expect(html.split(separator: "<rect class=\"bar").count == 5)
        #expect(ComparisonReport(outcome).text.contains("second / first"))
    }

    @Test func aBacklogHasABarForEachDepth() {
        let rows = [0, 1000].map {
            BacklogReport.Row(depth: $0, figures: LoadFigures(result()), residentByteCount: nil)
        }
        let html = BacklogPage(report: BacklogReport(rows: rows), targetName: "x", machine: machine)
            .html
        #expect(unbalancedTags(html) == [])
        #expect(html.contains("1,000 queued"))
        #expect(BacklogReport(rows: rows).text.contains("1.00×"))
    }

    @Test func axesAreRoundAndHoldTheirValues() {
        for most in [0.3, 1, 7, 99, 12_345, 9e9] {
            let axis = Axis.linear(upTo: most, label: AxisLabel.count)
            #expect(axis.high >= most && axis.high <= most * 2.5)
            #expect((3...12).contains(axis.ticks.count))
            #expect(axis.place(0) == 0)
        }
        let log = Axis.logarithmic(from: 730, to: 41_000, label: AxisLabel.time)
        #expect(log.low <= 730 && log.high >= 41_000)
        #expect(abs(log.place((log.low * log.high).squareRoot()) - 0.5) < 1e-9)
        let percentiles = Axis.percentile(count: 100_000)
        #expect(abs(percentiles.place(0.9) * 5 - 1) < 1e-9)
        #expect(abs(percentiles.place(0.999) * 5 - 3) < 1e-9)
        #expect(
            percentiles.ticks.map(percentiles.label) == [
                "50 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %",
            ])
    }

    @Test func labelsOfAxesAreShort() {
        #expect(AxisLabel.count(80_000) == "80k")
        #expect(AxisLabel.count(1_500_000) == "1.5M")
        #expect(AxisLabel.time(500) == "0.50 µs")
        #expect(AxisLabel.time(250_000) == "250 µs")
        #expect(AxisLabel.time(20_000_000) == "20 ms")
        #expect(AxisLabel.time(1_500_000_000) == "1.50 s")
    }

    @Test func theTableOfARunTellsTotalsLatenciesAndErrors() {
        let report = RunReport(Target("x", Endpoint(loopback: 1)), LoadSettings(), result())
        let text = report.text
        #expect(text.contains("send on x: json protocol, 64 connections, bodies of 1024 bytes"))
        #expect(text.contains("error: 400 A<B: 1"))
        #expect(report.rows.map(\.name) == ["send"])
        #expect(report.json.written.contains("\"errorsByKind\":{\"400 A<B\":1}"))
    }
}
