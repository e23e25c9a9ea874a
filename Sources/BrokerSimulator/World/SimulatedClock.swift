/// The time of a run, in milliseconds; everybody in the world reads this one.
final class SimulatedClock {
    /// The monotonic clock.
    var now: UInt64 = 1_000_000
    /// How far the wall clock is ahead of it.
    var wallOffset: UInt64 = 1_700_000_000_000

    /// The wall clock.
    var wall: UInt64 { now + wallOffset }
}
