/// Keeps the time of a run: when the warm-up is over, when the run is, and what happened in each
/// stretch of it.
struct Sampler {
    private let plan: LoadPlan
    private let started: UInt64
    private var isWarmingUp: Bool
    /// When counting began.
    private(set) var begun: UInt64
    /// When the next sample is due.
    private(set) var next: UInt64
    private let period: UInt64
    private var lastTime: UInt64
    private var lastRequestCount = 0
    private var lastFailureCount = 0
    private var lastServer: UInt64
    private var serverAtBeginning: UInt64

    /// Between samples at least this long.
    private static let shortestPeriod: UInt64 = 100_000_000
    /// From so many samples on, two become one.
    private static let sampleLimit = 600

    init(_ plan: LoadPlan, startingAt now: UInt64) {
        self.plan = plan
        started = now
        begun = now
        lastTime = now
        isWarmingUp = plan.warmUp > 0
        if case .time(let length) = plan.stop {
            period = max(Sampler.shortestPeriod, length / 200)
        } else {
            period = Sampler.shortestPeriod
        }
        next = now + period
        lastServer = ProcessorTime.used(by: plan.processes)
        serverAtBeginning = lastServer
    }

    /// Whether the warm-up has just ended; counting begins now.
    mutating func isWarm(_ now: UInt64) -> Bool {
        guard isWarmingUp, now - started >= plan.warmUp else { return false }
        isWarmingUp = false
        begun = now
        lastTime = now
        next = now + period
        (lastRequestCount, lastFailureCount) = (0, 0)
        lastServer = ProcessorTime.used(by: plan.processes)
        serverAtBeginning = lastServer
        return true
    }

    func isDue(_ now: UInt64) -> Bool { now >= next }

    /// Whether the rule ends the run.
    func isOver(_ result: LoadResult, _ now: UInt64) -> Bool {
        guard !isWarmingUp else { return false }
        return switch plan.stop {
        case .time(let limit): now - begun >= limit
        case .requests(let count): result.requestCount >= count
        case .messages(let count): result.messageCount >= count
        case .workload: false
        }
    }

    /// Adds what happened since the last sample.
    mutating func sample(_ result: LoadResult, _ recent: Histogram, isStopping: Bool) {
        let now = Clock.now
        let server = plan.processes.isEmpty ? 0 : ProcessorTime.used(by: plan.processes)
        var interval = LoadResult.Interval()
        interval.end = now - begun
        interval.nanoseconds = now - lastTime
        interval.requestCount = result.requestCount - lastRequestCount
        interval.failureCount = result.failureCount - lastFailureCount
        interval.median = recent.percentile(0.5)
        interval.tail = recent.percentile(0.99)
        interval.highest = recent.highest
        if !plan.processes.isEmpty {
            // A thread that has ended takes its time with it.
            interval.serverNanoseconds = server > lastServer ? server - lastServer : 0
            interval.residentByteCount = plan.processes.reduce(0) {
                $0 + ProcessorTime.residentByteCount(of: $1)
            }
        }
        lastServer = server
        lastTime = now
        (lastRequestCount, lastFailureCount) = (result.requestCount, result.failureCount)
        next = now + period
        recent.removeAll()
        if !isWarmingUp {
            if result.intervals.count == Sampler.sampleLimit { Sampler.thin(&result.intervals) }
            result.intervals.append(interval)
        }
        plan.progress?.show(interval, result, self)
    }

    /// Takes what is left when the last request is answered.
    mutating func finish(_ result: LoadResult, _ recent: Histogram) {
        if recent.count > 0 && Clock.now - lastTime > period / 4 {
            sample(result, recent, isStopping: true)
        }
        if !plan.processes.isEmpty {
            let used = ProcessorTime.used(by: plan.processes)
            result.serverNanoseconds = used > serverAtBeginning ? used - serverAtBeginning : 0
        }
        plan.progress?.clear()
    }

    /// Makes one of each two intervals.
    private static func thin(_ intervals: inout [LoadResult.Interval]) {
        intervals = stride(from: 0, to: intervals.count - 1, by: 2).map { index in
            let (first, second) = (intervals[index], intervals[index + 1])
            var both = second
            both.nanoseconds += first.nanoseconds
            both.requestCount += first.requestCount
            both.failureCount += first.failureCount
            both.median = (first.median + second.median) / 2
            both.tail = max(first.tail, second.tail)
            both.highest = max(first.highest, second.highest)
            both.serverNanoseconds = first.serverNanoseconds.map {
                $0 + (second.serverNanoseconds ?? 0)
            }
            return both
        }
    }

    /// What part of the run is over, and how long the rest takes; nil when nobody knows.
    func outlook(_ result: LoadResult) -> (done: Double, left: Double)? {
        let elapsed = Double(Clock.now - begun) / 1e9
        func byCount(_ done: Int, _ all: Int) -> (done: Double, left: Double)? {
            let part = min(1, Double(done) / Double(max(all, 1)))
            return part > 0.001 ? (part, elapsed / part - elapsed) : nil
        }
        switch plan.stop {
        case .time(let length):
            let seconds = Double(length) / 1e9
            return (min(1, elapsed / max(seconds, 0.001)), max(0, seconds - elapsed))
        case .requests(let count): return byCount(result.requestCount, count)
        case .messages(let count): return byCount(result.messageCount, count)
        case .workload: return nil
        }
    }

    /// What the progress says of the phase.
    var phase: String { isWarmingUp ? "warming up" : "measuring" }
    var isCounting: Bool { !isWarmingUp }
}
