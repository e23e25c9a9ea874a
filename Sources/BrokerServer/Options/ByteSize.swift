/// A number of bytes as people write it: `512MiB`, `1GiB`, `64KiB`, `4096`.
enum ByteSize {
    private static let units: [(name: String, factor: UInt64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// The number of bytes that `text` names; nil when it names none.
    static func parse(_ text: String) -> UInt64? {
        for unit in units where text.hasSuffix(unit.name) {
            return multiply(String(text.dropLast(unit.name.count)), by: unit.factor)
        }
        return multiply(text, by: 1)
    }

    private static func multiply(_ digits: String, by factor: UInt64) -> UInt64? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let number = UInt64(digits)
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    /// `count` in the largest unit that divides it.
    static func text(_ count: UInt64) -> String {
        for unit in units.dropLast() where count > 0 && count % unit.factor == 0 {
            return "\(count / unit.factor)\(unit.name)"
        }
        return "\(count)"
    }
}
