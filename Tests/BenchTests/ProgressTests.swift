import Testing

@testable import Bench

@Suite struct ProgressTests {
    private var interval: LoadResult.Interval {
        var interval = LoadResult.Interval()
        interval.nanoseconds = 1_000_000_000
        interval.requestCount = 81_234
        interval.median = 710_000
        interval.tail = 1_900_000
        return interval
    }

    @Test func theLineTellsRateLatencyErrorsAndTimeLeft() {
        let line = ProgressLine.text(
            title: "send", phase: "measuring", interval, failureCount: 0,
            outlook: (done: 0.5, left: 5.04), hasBar: false)
        #expect(line == "send:  50 %  81,234/s  p50 0.710  p99 1.90 ms  no errors  5.0 s left")
    }

    @Test func onATerminalABarShowsHowFarItIs() {
        let line = ProgressLine.text(
            title: "send", phase: "measuring", interval, failureCount: 3,
            outlook: (done: 0.5, left: 50), hasBar: true)
        #expect(line.contains("━━━━━━━━━━━━────────────"))
        #expect(line.hasSuffix("3 errors  50 s left"))
    }

    @Test func whoseEndNobodyKnowsSaysItsPhase() {
        let line = ProgressLine.text(
            title: "send", phase: "warming up", interval, failureCount: 0, outlook: nil,
            hasBar: true)
        #expect(line.hasPrefix("send:  warming up  81,234/s"))
    }
}
