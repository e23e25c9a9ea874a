/// A number of a JSON text.
public struct JSONNumber: Sendable {
    /// What a number is, told by how it is written.
    public enum Value: Equatable, Sendable {
        /// An integer that fits 64 bits.
        case integer(Int64)
        /// An integer that does not.
        case largeInteger
        /// A number with a fraction or an exponent, be it whole like `1.0` or not.
        case decimal
    }

    /// The number as it is written.
    public let raw: ByteView

    /// What the number is.
    public let value: Value

    /// A number whose text has been found to follow the grammar.
    init(raw: ByteView, isInteger: Bool) {
        self.raw = raw
        if isInteger {
            value = Self.scaled(raw).map { .integer($0) } ?? .largeInteger
        } else {
            value = .decimal
        }
    }

    /// The number when it is whole and fits 64 bits, however it is written: 10 for `1e1`.
    public var wholeValue: Int64? {
        switch value {
        case .integer(let value): value
        case .largeInteger: nil
        case .decimal: Self.scaled(raw)
        }
    }

    /// The number exactly, or nil when it is not an integer of 64 bits.
    private static func scaled(_ raw: ByteView) -> Int64? {
        let isNegative = raw[0] == 0x2D
        let mantissaEnd = raw.firstIndex(where: { $0 | 0x20 == 0x65 }) ?? raw.count
        let mantissa = raw[(isNegative ? 1 : 0)..<mantissaEnd]
        let point = mantissa.firstIndex(of: 0x2E) ?? mantissa.count
        // How many digits stand before the point once the exponent has moved it.
        let whole = point + exponent(raw.dropFirst(mantissaEnd + 1))
        var result: Int64 = 0
        var position = 0
        for index in 0..<mantissa.count where index != point {
            let digit = Int64(mantissa[index] &- 0x30)
            if position < whole {
                guard let next = appended(digit, to: result, isNegative) else { return nil }
                result = next
            } else if digit != 0 {
                return nil
            }
            position += 1
        }
        while position < whole, result != 0 {
            guard let next = appended(0, to: result, isNegative) else { return nil }
            result = next
            position += 1
        }
        return result
    }

    private static func appended(_ digit: Int64, to value: Int64, _ isNegative: Bool) -> Int64? {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, overflowToo) = product.addingReportingOverflow(isNegative ? -digit : digit)
        return overflow || overflowToo ? nil : sum
    }

    /// The exponent, held within bounds where it no longer makes a difference.
    private static func exponent(_ digits: ByteView) -> Int {
        var value = 0
        let isNegative = digits.count > 0 && digits[0] == 0x2D
        for index in 0..<digits.count where digits[index] &- 0x30 < 10 {
            value = min(value * 10 + Int(digits[index] - 0x30), 1 << 40)
        }
        return isNegative ? -value : value
    }
}
