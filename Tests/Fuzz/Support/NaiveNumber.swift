/// A decimal number with nine decimals, the rest cut off, as its sign and digits. Larger ones than
/// 64 bits of billionths are the largest.
struct NaiveNumber: Comparable {
    private let isNegative: Bool
    /// Without zeros in front; none is zero.
    private let digits: [UInt8]

    private static let largest = Array(String(Int64.max).utf8)

    /// What JSON takes, a plus in front and a point at either end besides.
    init?(_ text: [UInt8]) {
        var rest = text[...]
        let isMinus = rest.first == 0x2D
        if isMinus || rest.first == 0x2B { rest.removeFirst() }
        let whole = rest.prefix { $0 &- 0x30 < 10 }
        rest = rest.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == 0x2E {
            fraction = rest.dropFirst().prefix { $0 &- 0x30 < 10 }
            rest = rest.dropFirst(fraction.count + 1)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        var exponent = 0
        if !rest.isEmpty {
            guard rest.removeFirst() | 0x20 == 0x65 else { return nil }
            let isDown = rest.first == 0x2D
            if isDown || rest.first == 0x2B { rest.removeFirst() }
            guard !rest.isEmpty, rest.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
            let size = Int(String(decoding: rest.drop { $0 == 0x30 }.prefix(7), as: UTF8.self)) ?? 0
            exponent = isDown ? -size : size
        }
        var all = (Array(whole) + Array(fraction)).drop { $0 == 0x30 }
        // The digits are billionths once this many have been cut off at the end.
        let cut = fraction.count - exponent - 9
        if all.isEmpty || cut >= all.count {
            all = []
        } else if cut >= 0 {
            all = all.dropLast(cut)
        } else if all.count - cut > 19 {
            all = Self.largest[...]
        } else {
            all += [UInt8](repeating: 0x30, count: -cut)
        }
        if all.count > 19 || (all.count == 19 && Self.largest.lexicographicallyPrecedes(all)) {
            all = Self.largest[...]
        }
        digits = Array(all)
        isNegative = isMinus && !digits.isEmpty
    }

    /// Whether it lies between minus and plus five times ten to the ninth.
    var isComparable: Bool {
        digits.count < 19 || digits == Array("5000000000000000000".utf8)
            || digits.lexicographicallyPrecedes(Array("5000000000000000000".utf8))
    }

    static func < (left: NaiveNumber, right: NaiveNumber) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let (less, more) =
            left.isNegative ? (right.digits, left.digits) : (left.digits, right.digits)
        return less.count == more.count
            ? less.lexicographicallyPrecedes(more) : less.count < more.count
    }
}
