/// The time of a run, in milliseconds; everybody in the world reads this one.
final class SimulatedClock {
    /// The monotonic clock.
    var now: UInt64 = 1_000_000
    /// How far the wall clock is ahead of it.
    var wallOffset: UInt64 = 1_700_000_000_000

    /// How far the wall clock was set forward in all, and back. The broker's own clock cannot tell
    /// a step from the time that it was stopped, so it may be so much ahead, or behind.
    private(set) var forward: UInt64 = 0
    private(set) var backward: UInt64 = 0

    /// Sets the wall clock.
    func step(forward milliseconds: UInt64) {
        forward += milliseconds
        wallOffset += milliseconds
    }

    /// Sets the wall clock.
    func step(back milliseconds: UInt64) {
        backward += milliseconds
        wallOffset -= milliseconds
    }

    /// The wall clock.
    var wall: UInt64 { now + wallOffset }
}
