/// What stands in the middle of several rounds, and how far apart they are.
enum Statistics {
    /// The median; nil when there are no values.
    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Half of what lies between the least and the most, as a part of the median: 0.05 means ±5 %.
    static func spread(_ values: [Double]) -> Double? {
        guard let median = median(values), median > 0, let least = values.min(),
            let most = values.max()
        else { return nil }
        return (most - least) / 2 / median
    }

    /// One value by another; nil when either is missing or the other is zero.
    static func ratio(_ value: Double?, _ base: Double?) -> Double? {
        guard let value, let base, base > 0 else { return nil }
        return value / base
    }
}
