import BrokerCore

/// The broker's own clock: it starts where the journal's last record left it, has moved on by the
/// time the broker was stopped, and then follows the machine's monotonic clock.
public struct BrokerClock: Sendable {
    private let origin: UInt64
    private let monotonicOrigin: UInt64

    /// The clock of a broker whose last record bears `latest`.
    ///
    /// - Parameters:
    ///   - wall: The wall clock now. Behind the last record's, no time is taken to have passed.
    ///   - monotonic: The monotonic clock now.
    public init(after latest: Moment, wall: UInt64, monotonic: UInt64) {
        let last = latest.timestamp.milliseconds
        let stopped = last == 0 || wall < last ? 0 : wall - last
        origin = latest.instant.milliseconds + stopped
        monotonicOrigin = monotonic
    }

    /// Both clocks; all in milliseconds.
    public func moment(wall: UInt64, monotonic: UInt64) -> Moment {
        precondition(monotonic >= monotonicOrigin, "a monotonic clock does not go back")
        return Moment(
            instant: Instant(milliseconds: origin + (monotonic - monotonicOrigin)),
            timestamp: Timestamp(milliseconds: wall))
    }

    /// When the monotonic clock will show `instant`.
    public func monotonic(of instant: Instant) -> UInt64 {
        monotonicOrigin + (max(instant.milliseconds, origin) - origin)
    }
}
