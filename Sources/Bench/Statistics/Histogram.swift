import Glibc

/// Counts durations in buckets whose width is at most 1/128 of their value: a percentile is told at
/// most 0.8 % too high.
///
/// A duration of `n` nanoseconds falls into a bucket by its highest set bit and the seven bits below
/// it; those above 2^41 ns (37 minutes) share the last bucket. Recording is O(1) and allocates
/// nothing.
@safe
final class Histogram {
    private static let subBits = 7
    private static let subCount = 1 << subBits
    private static let limit: UInt64 = 1 << 41
    private static let bucketCount = bucket(limit - 1) + 1
    /// What percentiles may be wrong by.
    static let errorText = "0.8 %"

    private let counts: UnsafeMutablePointer<UInt64>
    private(set) var count: UInt64 = 0
    private(set) var highest: UInt64 = 0
    private(set) var lowest: UInt64 = .max
    private var total: UInt64 = 0

    init() {
        unsafe counts = .allocate(capacity: Histogram.bucketCount)
        unsafe counts.initialize(repeating: 0, count: Histogram.bucketCount)
    }

    deinit { unsafe counts.deallocate() }

    /// Adds one duration.
    func record(_ nanoseconds: UInt64) {
        let bucket = Histogram.bucket(min(nanoseconds, Histogram.limit - 1))
        precondition(bucket < Histogram.bucketCount, "a bucket of the histogram")
        // Safe because the bucket was just checked.
        unsafe counts[bucket] += 1
        count += 1
        total &+= nanoseconds
        highest = max(highest, nanoseconds)
        lowest = min(lowest, nanoseconds)
    }

    /// Adds everything that another histogram has counted.
    func add(_ other: Histogram) {
        // Safe because both have the same number of buckets.
        for bucket in 0..<Histogram.bucketCount { unsafe counts[bucket] += other.counts[bucket] }
        count += other.count
        total &+= other.total
        highest = max(highest, other.highest)
        lowest = min(lowest, other.lowest)
    }

    /// Forgets everything.
    func removeAll() {
        guard count > 0 else { return }
        unsafe counts.update(repeating: 0, count: Histogram.bucketCount)
        (count, highest, lowest, total) = (0, 0, .max, 0)
    }

    /// The mean; 0 when there are none.
    var mean: Double { count == 0 ? 0 : Double(total) / Double(count) }

    /// The duration that `fraction` of all durations do not exceed; 0 when there are none.
    func percentile(_ fraction: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let wanted = max(1, UInt64((Double(count) * min(max(fraction, 0), 1)).rounded(.up)))
        var seen: UInt64 = 0
        for bucket in 0..<Histogram.bucketCount {
            // Safe because the loop stays within the buckets.
            seen += unsafe counts[bucket]
            if seen >= wanted { return min(Histogram.upperBound(bucket), highest) }
        }
        return highest
    }

    /// How many durations each part of a logarithmic scale holds: `perDecade` parts for each power
    /// of ten, from the first to the last that is not empty.
    func spread(perDecade: Int) -> [(from: Double, to: Double, count: UInt64)] {
        guard count > 0 else { return [] }
        var parts: [Int: UInt64] = [:]
        for bucket in 0..<Histogram.bucketCount {
            let number = unsafe counts[bucket]
            guard number > 0 else { continue }
            let value = Double(max(1, min(Histogram.upperBound(bucket), highest)))
            parts[Int((log10(value) * Double(perDecade)).rounded(.down)), default: 0] += number
        }
        guard let first = parts.keys.min(), let last = parts.keys.max() else { return [] }
        return (first...last).map { part in
            (
                pow(10, Double(part) / Double(perDecade)),
                pow(10, Double(part + 1) / Double(perDecade)), parts[part] ?? 0
            )
        }
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
