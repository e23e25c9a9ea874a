/// Counts durations in buckets whose width is at most 1/64 of their value.
///
/// A duration of `n` nanoseconds falls into a bucket by its highest set bit and the six bits below
/// it. Recording is O(1) and allocates nothing.
final class Histogram {
    private static let subBits = 6
    private static let subCount = 1 << subBits
    private var counts: [UInt64]
    private(set) var count: UInt64 = 0
    private(set) var highest: UInt64 = 0

    init() {
        counts = Array(repeating: 0, count: (64 - Histogram.subBits + 1) * Histogram.subCount)
    }

    /// Adds one duration.
    func record(_ nanoseconds: UInt64) {
        counts[Histogram.bucket(nanoseconds)] += 1
        count += 1
        highest = max(highest, nanoseconds)
    }

    /// The duration that `fraction` of all durations do not exceed; 0 when there are none.
    func percentile(_ fraction: Double) -> UInt64 {
        let wanted = UInt64((Double(count) * fraction).rounded(.up))
        var seen: UInt64 = 0
        for (bucket, number) in counts.enumerated() where number > 0 {
            seen += number
            if seen >= wanted { return min(Histogram.upperBound(bucket), highest) }
        }
        return highest
    }

    static func bucket(_ value: UInt64) -> Int {
        guard value >= UInt64(subCount) else { return Int(value) }
        let shift = 63 - value.leadingZeroBitCount - subBits
        return (shift + 1) * subCount + Int(truncatingIfNeeded: value >> UInt64(shift)) - subCount
    }

    static func upperBound(_ bucket: Int) -> UInt64 {
        guard bucket >= subCount else { return UInt64(bucket) }
        let shift = UInt64(bucket / subCount - 1)
        return (UInt64(bucket % subCount + subCount) << shift) | ((1 << shift) - 1)
    }
}
