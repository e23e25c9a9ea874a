import Bytes

/// Which messages of a FIFO topic's archive a subscription gets again: the ReplayPolicy attribute.
struct ReplayPolicy: Sendable, Equatable {
    /// The attribute's value as it was set.
    let text: String
    /// The first instant of the range.
    let start: Timestamp
    /// The last one; nil for all that follows.
    let end: Timestamp?

    /// What can be wrong with a policy; the texts are what follows "ReplayPolicy: ".
    struct Fault: Error, Equatable {
        var reason: String
    }

    /// Parses the attribute's value, which is not empty.
    init(_ text: String) throws(Fault) {
        guard let policy = JSONValue(parsing: text), case .object(let members) = policy else {
            throw Fault(reason: "failed to parse JSON")
        }
        for member in members
        where !["PointType", "StartingPoint", "EndingPoint"].contains(member.name) {
            throw Fault(reason: "Unexpected field: \(member.name)")
        }
        guard policy["PointType"]?.text == "Timestamp" else {
            throw Fault(reason: "PointType must be Timestamp")
        }
        guard let startText = policy["StartingPoint"]?.text,
            let start = Timestamp(iso8601: startText)
        else { throw Fault(reason: "StartingPoint must be a timestamp") }
        var end: Timestamp?
        if let point = policy["EndingPoint"] {
            guard let text = point.text, let value = Timestamp(iso8601: text) else {
                throw Fault(reason: "EndingPoint must be a timestamp")
            }
            guard value > start else {
                throw Fault(reason: "EndingPoint must be after StartingPoint")
            }
            end = value
        }
        self.text = text
        self.start = start
        self.end = end
    }
}

extension Timestamp {
    /// Parses `YYYY-MM-DDThh:mm:ss`, with a fraction or not, followed by `Z` or an offset such as
    /// `+02:00` (ISO 8601); nil for anything else, and for times before 1970.
    init?(iso8601 text: String) {
        var digits = DigitReader(text)
        guard let year = digits.number(4), digits.skip(0x2D), let month = digits.number(2),
            digits.skip(0x2D), let day = digits.number(2), digits.skip(0x54),
            let hour = digits.number(2), digits.skip(0x3A), let minute = digits.number(2),
            digits.skip(0x3A), let second = digits.number(2),
            (1...12).contains(month), (1...Timestamp.dayCount(year, month)).contains(day),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let milliseconds = digits.fraction()
        guard let offset = digits.offset(), digits.isAtEnd else { return nil }
        let seconds =
            Timestamp.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        guard seconds >= 0 else { return nil }
        self.init(milliseconds: UInt64(seconds) * 1000 + UInt64(milliseconds))
    }

    /// The days of a month.
    private static func dayCount(_ year: Int, _ month: Int) -> Int {
        let next = month == 12 ? days(year + 1, 1, 1) : days(year, month + 1, 1)
        return next - days(year, month, 1)
    }

    /// Days from 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-compatible low-level date
    /// algorithms").
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

/// Reads a date from the front.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(_ count: Int) -> Int? {
        guard rest.count >= count else { return nil }
        var value = 0
        for byte in rest.prefix(count) {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        rest = rest.dropFirst(count)
        return value
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Milliseconds; further digits are dropped.
    mutating func fraction() -> Int {
        guard rest.first == 0x2E else { return 0 }
        rest = rest.dropFirst()
        var value = 0
        var count = 0
        while let digit = number(1) {
            if count < 3 { value = value * 10 + digit }
            count += 1
        }
        while count < 3 {
            value *= 10
            count += 1
        }
        return value
    }

    /// Seconds east of Greenwich; nil when there is no zone.
    mutating func offset() -> Int? {
        if skip(0x5A) { return 0 }
        let sign: Int
        if skip(0x2B) { sign = 1 } else if skip(0x2D) { sign = -1 } else { return nil }
        guard let hours = number(2) else { return nil }
        _ = skip(0x3A)
        guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
