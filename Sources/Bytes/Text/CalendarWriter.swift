extension ByteWriter {
    /// Appends a time in UTC with milliseconds, such as `2026-11-21T03:15:00.123` (and no zone).
    ///
    /// - Parameters:
    ///   - milliseconds: Since 1970-01-01T00:00:00Z.
    ///   - separator: What stands between date and time.
    public mutating func append(calendar milliseconds: UInt64, separator: StaticString = "T") {
        let date = ByteWriter.civilDate(days: milliseconds / 86_400_000)
        append(digits: date.year, 4)
        append(0x2D as UInt8)
        append(digits: date.month, 2)
        append(0x2D as UInt8)
        append(digits: date.day, 2)
        append(separator)
        let second = milliseconds / 1000 % 86_400
        append(digits: second / 3600, 2)
        append(0x3A as UInt8)
        append(digits: second / 60 % 60, 2)
        append(0x3A as UInt8)
        append(digits: second % 60, 2)
        append(0x2E as UInt8)
        append(digits: milliseconds % 1000, 3)
    }

    /// Appends a time in UTC in the basic format, such as `20261121T031500Z`.
    ///
    /// - Parameter milliseconds: Since 1970-01-01T00:00:00Z.
    public mutating func append(basicCalendar milliseconds: UInt64) {
        let date = ByteWriter.civilDate(days: milliseconds / 86_400_000)
        append(digits: date.year, 4)
        append(digits: date.month, 2)
        append(digits: date.day, 2)
        append(0x54 as UInt8)
        let second = milliseconds / 1000 % 86_400
        append(digits: second / 3600, 2)
        append(digits: second / 60 % 60, 2)
        append(digits: second % 60, 2)
        append(0x5A as UInt8)
    }

    /// Appends the last `count` digits of a number, with zeros in front when it has fewer.
    private mutating func append(digits value: UInt64, _ count: Int) {
        var unit: UInt64 = 1
        for _ in 1..<count { unit *= 10 }
        while unit > 0 {
            append(UInt8(truncatingIfNeeded: 0x30 + value / unit % 10))
            unit /= 10
        }
    }

    /// The date `days` after 1970-01-01. Years begin in March here, so that the leap day is last.
    private static func civilDate(days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
