/// What is measured: rounds of operations on something that keeps its state between them.
protocol Subject: AnyObject {
    /// Makes ready for a round of `count` operations; not measured.
    func prepare(_ count: Int) throws
    /// Carries `count` operations out.
    func run(_ count: Int) throws
    /// Bytes that the journal, or the snapshot, has got so far.
    var journalByteCount: UInt64 { get }
}

extension Subject {
    var journalByteCount: UInt64 { 0 }
}

/// A micro-benchmark: its name, and how to set it up.
///
/// Everything that decides what is allocated is fixed: the operations, their number, the clocks and
/// the randomness. So allocations and journal bytes per operation are the same in every run, and
/// only the time varies.
struct Benchmark {
    /// Rounds before those that count: buffers and tables have grown when they are over.
    private static let warmUpRounds = 2
    private static let rounds = 5

    /// The level, the operation and the protocol, with dots between them.
    let name: String
    /// Operations in a round.
    let operationCount: Int
    private let make: () throws -> any Subject

    init(_ name: String, operations: Int, _ make: @escaping () throws -> any Subject) {
        self.name = name
        operationCount = operations
        self.make = make
    }

    /// Measures one operation: the median time of the rounds, and what all of them allocated.
    func run() throws -> MicroResult {
        let subject = try make()
        for _ in 0..<Benchmark.warmUpRounds {
            try subject.prepare(operationCount)
            try subject.run(operationCount)
        }
        var total = Cost()
        var times: [Double] = []
        for _ in 0..<Benchmark.rounds {
            try subject.prepare(operationCount)
            let before = subject.journalByteCount
            var cost = try Meter.cost { try subject.run(operationCount) }
            cost.journalByteCount = Double(subject.journalByteCount - before)
            times.append(cost.nanoseconds / Double(operationCount))
            total = total + cost
        }
        times.sort()
        let cost = total.divided(by: operationCount * Benchmark.rounds)
        return MicroResult(
            name: name, nanoseconds: times[times.count / 2], allocations: cost.allocationCount,
            allocatedBytes: cost.allocatedByteCount, journalBytes: cost.journalByteCount)
    }

    /// Runs a round when everything has grown, and says from where it allocates.
    func places() throws -> [AllocationPlace] {
        let subject = try make()
        for _ in 0..<Benchmark.warmUpRounds {
            try subject.prepare(operationCount)
            try subject.run(operationCount)
        }
        try subject.prepare(operationCount)
        return try AllocationPlace.noted(operationCount: operationCount) {
            try subject.run(operationCount)
        }
    }
}

/// What one operation of a benchmark cost.
public struct MicroResult: Sendable {
    /// The benchmark.
    public var name: String
    /// Processor time, the median of the rounds.
    public var nanoseconds: Double
    /// Blocks asked of the allocator.
    public var allocations: Double
    /// Their bytes.
    public var allocatedBytes: Double
    /// Bytes appended to the journal, or to the snapshot that is measured.
    public var journalBytes: Double
}
