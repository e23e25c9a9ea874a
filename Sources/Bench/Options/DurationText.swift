/// Lengths of time as people write them.
extension Duration {
    /// Reads `10`, `10s`, `1.5s`, `500ms`, `2m` or `1h`; nil when it is none of them.
    init?(text: String) {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
        let unit = units.first { text.hasSuffix($0.0) }
        let digits = text.dropLast(unit?.0.count ?? 0)
        guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let number = Double(digits), number.isFinite, number < 1e9
        else { return nil }
        self = .nanoseconds(Int64(number * (unit?.1 ?? 1) * 1e9))
    }

    /// In nanoseconds, for arithmetic with the clock; not negative.
    var nanosecondCount: UInt64 {
        let parts = components
        return UInt64(max(0, parts.seconds)) * 1_000_000_000
            + UInt64(max(0, parts.attoseconds / 1_000_000_000))
    }

    /// In seconds.
    var secondCount: Double { Double(nanosecondCount) / 1e9 }

    /// `250 ms`, `2 s`, `1.5 s`.
    var text: String {
        let seconds = secondCount
        if seconds == 0 { return "0 s" }
        if seconds < 1 { return "\(fixed(seconds * 1000, 0)) ms" }
        return "\(fixed(seconds, seconds == seconds.rounded() ? 0 : 1)) s"
    }
}
