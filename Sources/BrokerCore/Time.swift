/// A point on the broker's own clock, in milliseconds: it never goes back, goes on counting while
/// the broker is stopped, and is what every deadline is measured by.
public struct Instant: Comparable, Hashable, Sendable {
    /// Milliseconds since the clock's origin.
    public var milliseconds: UInt64

    /// Milliseconds that no clock of a broker reaches, some 8,900 years: a queued message has 48
    /// bits for the instant at which it was sent.
    static let bound: UInt64 = 1 << 48

    /// The instant `milliseconds` after the clock's origin.
    public init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    /// Whether `left` is earlier than `right`.
    public static func < (left: Instant, right: Instant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The instant `seconds` later.
    public func adding(seconds: Int) -> Instant {
        Instant(milliseconds: milliseconds + UInt64(seconds) * 1000)
    }

    /// The instant `milliseconds` later.
    public func adding(milliseconds: UInt64) -> Instant {
        Instant(milliseconds: self.milliseconds + milliseconds)
    }
}

/// Wall-clock time in milliseconds since 1970-01-01T00:00:00Z; only for what clients see.
public struct Timestamp: Comparable, Hashable, Sendable {
    /// Milliseconds since 1970.
    public var milliseconds: UInt64

    /// The time `milliseconds` after 1970.
    public init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    /// Whether `left` is earlier than `right`.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

/// Both clocks, read once per tick and passed down.
public struct Moment: Hashable, Sendable {
    /// The broker's own clock, for deadlines.
    public var instant: Instant
    /// The wall clock, for what clients see.
    public var timestamp: Timestamp

    /// A reading of both clocks.
    public init(instant: Instant, timestamp: Timestamp) {
        self.instant = instant
        self.timestamp = timestamp
    }
}
