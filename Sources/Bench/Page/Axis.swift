import Glibc

/// One direction of a plot: which values it covers, where they lie, and which of them are named.
struct Axis {
    enum Scale: Equatable {
        case linear
        case logarithmic
        /// Fractions such as 0.99, spread by their distance from one: 0, 0.9, 0.99, 0.999 lie evenly.
        case percentile
    }

    let scale: Scale
    let low: Double
    let high: Double
    let ticks: [Double]
    /// How a value is written beside its tick.
    let label: (Double) -> String

    /// An axis from zero to a round value that covers `most`.
    static func linear(upTo most: Double, count: Int = 5, label: @escaping (Double) -> String)
        -> Axis
    {
        let step = niceStep(max(most, 1e-9) / Double(count))
        let high = max((most / step).rounded(.up), 1) * step
        let ticks = (0...Int((high / step).rounded())).map { Double($0) * step }
        return Axis(scale: .linear, low: 0, high: high, ticks: ticks, label: label)
    }

    /// An axis over exactly `range`, with ticks within it.
    static func linear(_ range: ClosedRange<Double>, label: @escaping (Double) -> String) -> Axis {
        let step = niceStep(max(range.upperBound - range.lowerBound, 1e-9) / 6)
        let first = Int((range.lowerBound / step).rounded(.up))
        let last = Int((range.upperBound / step + 1e-9).rounded(.down))
        let ticks = first <= last ? (first...last).map { Double($0) * step } : []
        return Axis(
            scale: .linear, low: range.lowerBound, high: max(range.upperBound, step), ticks: ticks,
            label: label)
    }

    /// An axis of powers that covers the values from `least` to `most`, which are above zero.
    static func logarithmic(
        from least: Double, to most: Double, label: @escaping (Double) -> String
    ) -> Axis {
        let low = roundedDown(max(least, 1e-9))
        var high = roundedUp(max(most, low * 1.000_001))
        if high <= low { high = low * 10 }
        var ticks: [Double] = []
        // With few decades the twos and fives are named too.
        let factors = log10(high / low) > 3.5 ? [1.0] : [1.0, 2, 5]
        for power in Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up)) {
            for factor in factors {
                let tick = factor * pow(10, Double(power))
                if tick >= low * 0.999 && tick <= high * 1.001 { ticks.append(tick) }
            }
        }
        return Axis(scale: .logarithmic, low: low, high: high, ticks: ticks, label: label)
    }

    /// An axis of percentiles as far as so many values can tell.
    static func percentile(count: UInt64) -> Axis {
        let nines = min(6, max(2, Int(log10(Double(max(count, 100))).rounded(.down))))
        var ticks = [0.5, 0.9]
        for number in 2...nines { ticks.append(1 - pow(10, -Double(number))) }
        return Axis(scale: .percentile, low: 0, high: 1 - pow(10, -Double(nines)), ticks: ticks) {
            let digits = max(0, Int((-log10(max(1 - $0, 1e-9))).rounded()) - 2)
            return fixed($0 * 100, digits) + " %"
        }
    }

    /// Where a value lies, from 0 to 1.
    func place(_ value: Double) -> Double {
        let part: Double
        switch scale {
        case .linear: part = (value - low) / (high - low)
        case .logarithmic: part = log10(max(value, low) / low) / log10(high / low)
        case .percentile: part = log10(1 - min(value, high)) / log10(1 - high)
        }
        return min(max(part, 0), 1)
    }

    /// 1, 2 or 5 times a power of ten, not less than a step.
    static func niceStep(_ step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= step * 0.999_999 } ?? power * 10
    }

    private static func roundedDown(_ value: Double) -> Double {
        let power = pow(10, log10(value).rounded(.down))
        return [5, 2, 1].map { $0 * power }.first { $0 <= value * 1.000_001 } ?? power
    }

    private static func roundedUp(_ value: Double) -> Double {
        let power = pow(10, log10(value).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= value * 0.999_999 } ?? power * 10
    }
}

/// Values beside ticks.
enum AxisLabel {
    /// `0`, `500`, `80k`, `1.5M`
    static func count(_ value: Double) -> String {
        func scaled(_ value: Double, _ unit: String) -> String {
            fixed(value, value == value.rounded() ? 0 : 1) + unit
        }
        if value >= 1_000_000 { return scaled(value / 1_000_000, "M") }
        if value >= 1000 { return scaled(value / 1000, "k") }
        return fixed(value, value == value.rounded() ? 0 : 1)
    }

    /// `0.5 µs`, `250 µs`, `1.5 ms`, `2 s`, from nanoseconds.
    static func time(_ nanoseconds: Double) -> String {
        func scaled(_ value: Double, _ unit: String) -> String {
            let digits =
                value >= 100 || abs(value - value.rounded()) < 0.005 ? 0 : value >= 10 ? 1 : 2
            return fixed(value, digits) + " " + unit
        }
        if nanoseconds < 999_500 { return scaled(nanoseconds / 1000, "µs") }
        if nanoseconds < 999_500_000 { return scaled(nanoseconds / 1e6, "ms") }
        return scaled(nanoseconds / 1e9, "s")
    }

    static func seconds(_ value: Double) -> String {
        fixed(value, value == value.rounded() ? 0 : 1) + " s"
    }
}
