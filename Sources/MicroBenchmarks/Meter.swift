import CAllocations

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

/// Measures time and allocations of this thread.
enum Meter {
    private static let clock = ContinuousClock()

    /// The cost of `work`, without bytes of a journal.
    static func cost(of work: () throws -> Void) rethrows -> Cost {
        let begun = clock.now
        let before = apus_allocations_of_thread()
        try work()
        let after = apus_allocations_of_thread()
        let elapsed = (clock.now - begun).components
        return Cost(
            nanoseconds: Double(elapsed.seconds) * 1e9 + Double(elapsed.attoseconds) / 1e9,
            allocationCount: Double(after.count - before.count),
            allocatedByteCount: Double(after.bytes - before.bytes))
    }
}
