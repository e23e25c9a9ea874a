import Bytes

/// Numbers as filters compare them: fixed-point, in billionths.
///
/// Exact for nine decimals, of which AWS documents five, and for ±9.2e9, of which AWS documents
/// ±1e9. Further decimals are cut off; larger numbers become the largest, so that a range that is
/// open at one end still sees on which side of it they lie.
enum FilterNumber {
    /// Billionths in one.
    static let one: Int64 = 1_000_000_000

    private static let decimals = 9
    /// As many digits as 64 bits always hold.
    private static let significant = 19
    private static let exponentLimit = 1_000_000

    /// The number that the whole text is, in billionths; nil when it is none. Takes what JSON takes,
    /// and what a Number attribute may be besides: a plus in front and a point at either end.
    static func billionths(_ text: ByteView) -> Int64? {
        var index = 0
        let isNegative = text.count > 0 && text[0] == 0x2D
        if isNegative || (text.count > 0 && text[0] == 0x2B) { index = 1 }
        var value: UInt64 = 0
        var digits = 0
        // Digits of `value`, and the power of ten that it has to be multiplied with.
        var kept = 0
        var power = decimals
        var isFraction = false
        while index < text.count {
            let byte = text[index]
            let digit = byte &- 0x30
            if digit < 10 {
                digits += 1
                if kept < significant {
                    value = value &* 10 &+ UInt64(digit)
                    if value > 0 { kept += 1 }
                    if isFraction { power -= 1 }
                } else if !isFraction {
                    power += 1
                }
            } else if byte == 0x2E, !isFraction {
                isFraction = true
            } else {
                break
            }
            index += 1
        }
        guard digits > 0, let exponent = exponent(text, from: index) else { return nil }
        let magnitude = scaled(value, by: power + exponent)
        return isNegative ? -magnitude : magnitude
    }

    /// The value of `e±n` at `from`, 0 at the end, nil when it is something else.
    private static func exponent(_ text: ByteView, from: Int) -> Int? {
        guard from < text.count else { return 0 }
        guard text[from] | 0x20 == 0x65 else { return nil }
        var index = from + 1
        var isNegative = false
        if index < text.count, text[index] == 0x2D || text[index] == 0x2B {
            isNegative = text[index] == 0x2D
            index += 1
        }
        guard index < text.count else { return nil }
        var value = 0
        while index < text.count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = min(value * 10 + Int(digit), exponentLimit)
            index += 1
        }
        return isNegative ? -value : value
    }

    private static func scaled(_ value: UInt64, by power: Int) -> Int64 {
        var value = value
        var power = power
        while power < 0, value > 0 {
            value /= 10
            power += 1
        }
        while power > 0, value > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return .max }
            value = product
            power -= 1
        }
        return Int64(clamping: value)
    }
}
