/// A point of wall-clock time as log lines show it: `2026-11-21T03:15:00.123Z`.
struct CalendarTime: CustomStringConvertible {
    private let milliseconds: UInt64

    /// The time `milliseconds` after 1970-01-01T00:00:00Z.
    init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    var description: String {
        let date = civilDate(days: milliseconds / 86_400_000)
        let second = milliseconds / 1000 % 86_400
        return digits(date.year, 4) + "-" + digits(date.month, 2) + "-" + digits(date.day, 2) + "T"
            + digits(second / 3600, 2) + ":" + digits(second / 60 % 60, 2) + ":"
            + digits(second % 60, 2) + "." + digits(milliseconds % 1000, 3) + "Z"
    }

    private func digits(_ value: UInt64, _ count: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(count - text.utf8.count, 0)) + text
    }

    /// The date `days` after 1970-01-01. Years begin in March here, so that the leap day is last.
    private func civilDate(days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
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
