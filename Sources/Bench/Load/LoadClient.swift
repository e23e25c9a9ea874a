import Bytes
import CLinux

/// When a run ends.
enum StopRule {
    /// After this many nanoseconds.
    case time(UInt64)
    /// When this many requests are answered.
    case requests(Int)
    /// When this many messages are finished.
    case messages(Int)
    /// When the workload has no more operations.
    case workload
}

/// How a load is run.
struct LoadPlan {
    var stop = StopRule.workload
    /// For how long requests are sent before anything is counted.
    var warmUp: UInt64 = 0
    /// When operations begin; nil for a closed loop, in which each connection begins its next one
    /// when the last one is over.
    var schedule: ArrivalSchedule?
    /// After how long a request without an answer has failed.
    var timeout: UInt64 = 60_000_000_000
    /// Whether the requests under way at the end are waited for.
    var waitsForAnswers = true
    /// What the server's cost is sampled from.
    var processes: [Int32] = []
    /// Where the progress is shown; nil for nowhere.
    var progress: ProgressLine?
}

/// Runs operations over keep-alive connections. One thread, epoll, no allocation per request.
final class LoadClient {
    let endpoint: Endpoint
    private let poller: Poller
    private var connections: [LoadConnection] = []
    private let pieces = ChunkedBody()
    /// Connections without an operation; the last one is the next to get one.
    private var idle: [Int] = []
    /// Connections that could not be opened again, and since when there are any.
    private var broken: [Int] = []
    private var brokenSince: UInt64 = 0
    private var busyCount = 0
    private var isStopping = false
    private var result = LoadResult()
    private var recent = Histogram()
    private var schedule: ArrivalSchedule?
    /// When the schedule began.
    private var scheduleStart: UInt64 = 0

    init(_ endpoint: Endpoint, connectionCount: Int) throws(SystemError) {
        self.endpoint = endpoint
        poller = try Poller()
        apus_wake_exactly()
        for index in 0..<connectionCount {
            let connection = try LoadConnection(endpoint.address, port: endpoint.port)
            try poller.add(connection.socket.number, index: index)
            connections.append(connection)
        }
    }

    /// Runs the workload as planned, until every request is answered.
    func run<Load: Workload>(_ workload: inout Load, _ plan: LoadPlan) throws -> LoadResult {
        result = LoadResult()
        recent = Histogram()
        isStopping = false
        busyCount = 0
        idle = Array((0..<connections.count).reversed())
        schedule = plan.schedule
        scheduleStart = Clock.now
        var sampler = Sampler(plan, startingAt: scheduleStart)
        var processorTime = ProcessorTime.own
        while true {
            let now = Clock.now
            if sampler.isWarm(now) {
                result.removeAll()
                recent.removeAll()
                processorTime = ProcessorTime.own
            }
            if !isStopping { try startOperations(&workload, at: now) }
            if isStopping && (busyCount == 0 || !plan.waitsForAnswers) { break }
            if busyCount == 0 && schedule == nil && broken.isEmpty { break }
            let readyCount = poller.wait(nanoseconds: waitingTime(sampler, at: now))
            for position in 0..<readyCount {
                try handle(poller.readyIndex(position), &workload)
            }
            if sampler.isDue(Clock.now) {
                sampler.sample(result, recent, isStopping: isStopping)
                failLate(plan.timeout)
                try repair()
            }
            if !isStopping && (Interruption.isRequested || sampler.isOver(result, Clock.now)) {
                stop(at: Clock.now, workload.firstStep)
            }
        }
        result.nanoseconds = Clock.now - sampler.begun
        result.clientNanoseconds = ProcessorTime.own - processorTime
        sampler.finish(result, recent)
        return result
    }

    /// From now on nothing begins. What was due and has not begun counts with the time it waited.
    private func stop(at now: UInt64, _ step: Step) {
        isStopping = true
        guard var schedule else { return }
        while scheduleStart + schedule.next < now {
            result.lateCount += 1
            result.latencies[step.rawValue].record(now - scheduleStart - schedule.next)
            schedule.advance()
        }
    }

    /// How long to wait for answers: until the next arrival or sample.
    private func waitingTime(_ sampler: Sampler, at now: UInt64) -> UInt64 {
        var deadline = sampler.next
        if let schedule, !isStopping, !idle.isEmpty {
            deadline = min(deadline, scheduleStart + schedule.next)
        }
        return deadline > now ? deadline - now : 0
    }

    /// Gives operations to idle connections: all of them in a closed loop, else those that are due.
    private func startOperations<Load: Workload>(_ workload: inout Load, at now: UInt64)
        throws(SystemError)
    {
        while let index = idle.last {
            var due = now
            if let schedule {
                due = scheduleStart + schedule.next
                guard due <= now else { return }
            }
            guard try begin(index, &workload, due: due) else {
                isStopping = true
                return
            }
            self.schedule?.advance()
            idle.removeLast()
            busyCount += 1
        }
    }

    /// Begins an operation on an idle connection; false when the workload has none.
    private func begin<Load: Workload>(_ index: Int, _ workload: inout Load, due: UInt64)
        throws(SystemError) -> Bool
    {
        let connection = connections[index]
        guard workload.begin(connection) else { return false }
        connection.isBusy = true
        connection.begunAt = due
        try send(connection, index, at: due)
        return true
    }

    private func send(_ connection: LoadConnection, _ index: Int, at time: UInt64)
        throws(SystemError)
    {
        connection.sentCount = 0
        connection.sentAt = time
        do {
            try flush(connection, index)
        } catch {
            // The reader of the connection learns it too, and says so.
        }
    }

    /// Sends what is left of the request; asks to be told when the kernel takes more.
    private func flush(_ connection: LoadConnection, _ index: Int) throws(SystemError) {
        let rest = connection.request.view.dropFirst(connection.sentCount)
        connection.sentCount += try connection.socket.send(rest)
        let awaits = connection.sentCount < connection.request.count
        guard awaits != connection.awaitsWriting else { return }
        connection.awaitsWriting = awaits
        try poller.set(connection.socket.number, index: index, awaitsWriting: awaits)
    }

    private func handle<Load: Workload>(_ index: Int, _ workload: inout Load) throws(SystemError) {
        let connection = connections[index]
        do throws(SystemError) {
            if connection.awaitsWriting { try flush(connection, index) }
            guard try connection.socket.receive(into: connection.received) != nil else { return }
        } catch {
            return replace(index, because: error.reason)
        }
        guard let response = Response(connection.received.view, pieces: pieces) else { return }
        guard connection.isBusy else {
            return replace(index, because: "an answer that nobody asked for")
        }
        let now = Clock.now
        let goesOn = take(response, connection, &workload, at: now)
        connection.received.consume(response.count)
        if response.closes { open(index) }
        if goesOn { return try send(connection, index, at: now) }
        if workload.hasSteps { result.operations.record(now - connection.begunAt) }
        if schedule == nil && !isStopping && !response.closes {
            if try begin(index, &workload, due: now) { return }
            isStopping = true
        }
        release(index)
    }

    /// Counts an answer; true when the operation goes on with another request.
    private func take<Load: Workload>(
        _ response: Response, _ connection: LoadConnection, _ workload: inout Load, at now: UInt64
    ) -> Bool {
        let latency = now - connection.sentAt
        result.latencies[connection.step.rawValue].record(latency)
        recent.record(latency)
        result.requestCount += 1
        guard response.status == 200 else {
            let code = response.errorCode
            result.fail(code.isEmpty ? "\(response.status)" : "\(response.status) \(code)")
            return false
        }
        let progress = workload.take(response, connection)
        result.messageCount += progress.messageCount
        if progress.refusedCount > 0 {
            result.fail("refused entry of a batch", count: progress.refusedCount)
        }
        return progress.goesOn
    }

    /// Ends the operation on a connection.
    private func release(_ index: Int) {
        connections[index].isBusy = false
        busyCount -= 1
        if !broken.contains(index) { idle.append(index) }
    }

    /// Gives up a connection, and the operation on it.
    private func replace(_ index: Int, because kind: String) {
        let wasBusy = connections[index].isBusy
        open(index)
        guard wasBusy else { return }
        result.fail(kind)
        release(index)
    }

    /// Opens a connection anew; one that cannot be opened is tried again with the next sample.
    private func open(_ index: Int) {
        let connection = connections[index]
        poller.remove(connection.socket.number)
        do throws(SystemError) {
            try connection.reconnect(endpoint.address, port: endpoint.port)
            try poller.add(connection.socket.number, index: index)
        } catch {
            if broken.isEmpty { brokenSince = Clock.now }
            broken.append(index)
            idle.removeAll { $0 == index }
            result.fail(error.reason)
        }
    }

    /// Tries again to open connections; after half a minute without success it is of no use.
    private func repair() throws {
        guard !broken.isEmpty else { return }
        guard broken.count < connections.count || Clock.now < brokenSince + 30_000_000_000 else {
            throw BenchError("nobody accepts connections at \(endpoint.authority)")
        }
        let tried = broken
        broken.removeAll()
        for index in tried {
            open(index)
            if broken.last != index && !connections[index].isBusy { idle.append(index) }
        }
    }

    /// Fails the requests that have waited for too long.
    private func failLate(_ timeout: UInt64) {
        let now = Clock.now
        for (index, connection) in connections.enumerated()
        where connection.isBusy && now > connection.sentAt + timeout {
            replace(index, because: "no answer in time")
        }
    }
}
