import Glibc

/// Shows on standard error how a run goes: on a terminal a line that changes, elsewhere now and
/// then a line.
final class ProgressLine {
    private let title: String
    private let isTerminal: Bool
    private var lastShown: UInt64 = 0
    private var isShown = false
    private var output = StandardError()

    /// Between changes of the line on a terminal, and between lines elsewhere.
    private static let period: (terminal: UInt64, plain: UInt64) = (200_000_000, 5_000_000_000)
    private static let barWidth = 24

    init(_ title: String) {
        self.title = title
        isTerminal = isatty(2) == 1
        lastShown = Clock.now
    }

    /// Shows the latest stretch of the run.
    func show(_ interval: LoadResult.Interval, _ result: LoadResult, _ sampler: Sampler) {
        let now = Clock.now
        let period = isTerminal ? ProgressLine.period.terminal : ProgressLine.period.plain
        guard now - lastShown >= period else { return }
        lastShown = now
        let outlook = sampler.isCounting ? sampler.outlook(result) : nil
        let line = ProgressLine.text(
            title: title, phase: sampler.phase, interval, failureCount: result.failureCount,
            outlook: outlook, hasBar: isTerminal)
        if isTerminal {
            // Back to the beginning, the line, and nothing after it.
            output.write("\r\(line)\u{1B}[K")
            isShown = true
        } else {
            output.write("\(line)\n")
        }
    }

    /// Says something that is no part of a run, such as that a queue is being filled.
    func note(_ text: String) {
        output.write(isTerminal ? "\r\(title): \(text)\u{1B}[K" : "\(title): \(text)\n")
        isShown = isTerminal
    }

    /// Says how something ended, on a line that stays.
    func finish(_ text: String) {
        clear()
        output.write("\(title): \(text)\n")
    }

    /// Removes the line from the terminal.
    func clear() {
        guard isShown else { return }
        output.write("\r\u{1B}[K")
        isShown = false
    }

    /// The line: what runs, how far it is, rate, latencies, errors, time left.
    static func text(
        title: String, phase: String, _ interval: LoadResult.Interval, failureCount: Int,
        outlook: (done: Double, left: Double)?, hasBar: Bool
    ) -> String {
        var parts = ["\(title):"]
        if let outlook {
            if hasBar {
                let full = Int(outlook.done * Double(barWidth))
                parts.append(
                    String(repeating: "━", count: full)
                        + String(repeating: "─", count: barWidth - full))
            } else {
                parts.append("\(fixed(outlook.done * 100, 0)) %")
            }
        } else {
            parts.append(phase)
        }
        parts.append("\(grouped(interval.requestsPerSecond))/s")
        parts.append("p50 \(milliseconds(interval.median))")
        parts.append("p99 \(milliseconds(interval.tail)) ms")
        parts.append(failureCount == 0 ? "no errors" : "\(grouped(failureCount)) errors")
        if let outlook { parts.append("\(fixed(outlook.left, outlook.left < 10 ? 1 : 0)) s left") }
        return parts.joined(separator: "  ")
    }

    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        short(Double(nanoseconds) / 1e6)
    }
}
