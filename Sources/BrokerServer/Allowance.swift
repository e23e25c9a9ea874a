/// How long a part of a turn may last.
///
/// The time that the thread waited for a processor does not count, because stopping early makes
/// nothing quicker then. Its own clock is a system call, so it is asked only when the other one says
/// that it is time. A part of few steps asks neither.
struct Allowance {
    /// A step takes ten microseconds, about.
    private static let stepsBetweenLooks = 4

    private let nanoseconds: UInt64
    private var steps = 0
    /// When it is time by either clock; nil before the first look.
    private var end: (clock: UInt64, work: UInt64)?
    private var wasSpent = false

    /// An allowance of `nanoseconds` from the first look at the clock on.
    init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Whether it is time to stop. To be asked before each step.
    ///
    /// - Parameters:
    ///   - clock: The time in nanoseconds.
    ///   - work: The processor time of the thread in nanoseconds.
    mutating func isSpent(
        clock: @autoclosure () -> UInt64 = SystemClock.monotonicNanoseconds(),
        work: @autoclosure () -> UInt64 = SystemClock.threadNanoseconds()
    ) -> Bool {
        guard !wasSpent else { return true }
        steps += 1
        guard steps % Allowance.stepsBetweenLooks == 0 else { return false }
        let now = clock()
        guard let end else {
            end = (now + nanoseconds, work() + nanoseconds)
            return false
        }
        guard now >= end.clock else { return false }
        let worked = work()
        wasSpent = worked >= end.work
        self.end?.clock = now + (end.work - min(worked, end.work))
        return wasSpent
    }
}
