/// What one run of a load did.
final class LoadResult {
    var requestCount = 0
    var messageCount = 0
    /// Requests that got no answer of success, and entries of batches that were refused.
    var failureCount = 0
    /// The same by kind: the status and the server's name for it, or what the kernel said.
    private(set) var failures: [String: Int] = [:]
    /// Operations of an open loop that were due and never began.
    var lateCount = 0
    var nanoseconds: UInt64 = 0
    var clientNanoseconds: UInt64 = 0
    /// The server's processor time; nil when its process is not known.
    var serverNanoseconds: UInt64?
    /// Of the requests of each step.
    let latencies = Step.allCases.map { _ in Histogram() }
    /// Of whole operations; empty when each is one request.
    let operations = Histogram()
    var intervals: [Interval] = []

    /// A stretch of time within the run.
    struct Interval {
        /// Where it ends, in nanoseconds from the beginning.
        var end: UInt64 = 0
        var nanoseconds: UInt64 = 0
        var requestCount = 0
        var failureCount = 0
        var median: UInt64 = 0
        var tail: UInt64 = 0
        var highest: UInt64 = 0
        /// The server's processor time; nil when its process is not known.
        var serverNanoseconds: UInt64?
        var residentByteCount: UInt64 = 0

        var requestsPerSecond: Double {
            Double(requestCount) * 1e9 / Double(max(nanoseconds, 1))
        }
    }

    /// Counts a failure by what it is.
    func fail(_ kind: String, count: Int = 1) {
        failureCount += count
        failures[kind, default: 0] += count
    }

    /// Forgets what the warm-up has counted.
    func removeAll() {
        (requestCount, messageCount, failureCount, lateCount) = (0, 0, 0, 0)
        failures.removeAll()
        intervals.removeAll()
        for histogram in latencies { histogram.removeAll() }
        operations.removeAll()
    }

    /// The latencies of all requests together.
    var allLatencies: Histogram {
        let all = Histogram()
        for histogram in latencies where histogram.count > 0 { all.add(histogram) }
        return all
    }
}
