import CAllocations
import Glibc

/// What some work cost this thread.
struct Cost {
    var nanoseconds = 0.0
    var allocationCount = 0.0
    var allocatedByteCount = 0.0
    var journalByteCount = 0.0

    static func + (left: Cost, right: Cost) -> Cost {
        Cost(
            nanoseconds: left.nanoseconds + right.nanoseconds,
            allocationCount: left.allocationCount + right.allocationCount,
            allocatedByteCount: left.allocatedByteCount + right.allocatedByteCount,
            journalByteCount: left.journalByteCount + right.journalByteCount)
    }

    /// The cost of one of `count` equal parts.
    func divided(by count: Int) -> Cost {
        Cost(
            nanoseconds: nanoseconds / Double(count),
            allocationCount: allocationCount / Double(count),
            allocatedByteCount: allocatedByteCount / Double(count),
            journalByteCount: journalByteCount / Double(count))
    }
}

/// Measures processor time and allocations of this thread.
enum Meter {
    /// The cost of `work`, without bytes of a journal.
    static func cost(of work: () throws -> Void) rethrows -> Cost {
        let begun = nanoseconds
        let before = apus_allocations_of_thread()
        try work()
        let after = apus_allocations_of_thread()
        return Cost(
            nanoseconds: Double(nanoseconds - begun),
            allocationCount: Double(after.count - before.count),
            allocatedByteCount: Double(after.bytes - before.bytes))
    }

    /// The processor time that this thread has had: on a busy machine it says more than a clock.
    private static var nanoseconds: UInt64 {
        var time = timespec()
        // Safe because the kernel writes one timespec.
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
