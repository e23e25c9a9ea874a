import Bytes

/// A point of wall-clock time as log lines show it: `2026-11-21T03:15:00.123Z`.
struct CalendarTime: CustomStringConvertible {
    private let milliseconds: UInt64

    /// The time `milliseconds` after 1970-01-01T00:00:00Z.
    init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    var description: String {
        var writer = ByteWriter(capacity: 64)
        writer.append(calendar: milliseconds)
        return writer.view.string + "Z"
    }
}
