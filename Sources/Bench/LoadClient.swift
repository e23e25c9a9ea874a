import Bytes

/// When a run of the closed loop ends.
enum StopRule {
    /// After this many nanoseconds.
    case time(UInt64)
    /// When this many messages are finished.
    case messages(Int)
    /// When the workload has no more requests.
    case workload
}

/// What one run of the closed loop did.
struct LoadResult {
    var requestCount = 0
    var messageCount = 0
    var failureCount = 0
    var nanoseconds: UInt64 = 0
    var clientNanoseconds: UInt64 = 0
    let latencies = Histogram()
}

/// One keep-alive connection: at most one request is under way.
final class LoadConnection {
    let socket: Socket
    let received = ReceiveArea()
    var request = ByteWriter(capacity: 4096)
    var sentCount = 0
    var sentAt: UInt64 = 0
    var step = Step.send
    var isBusy = false
    var awaitsWriting = false

    init(_ address: String, port: UInt16) throws(SystemError) {
        socket = try Socket.connected(to: address, port: port)
        socket.makeNonBlocking()
    }

    /// - Parameter accepted: A connection that somebody else has opened.
    init(_ accepted: consuming Socket) { socket = accepted }
}

/// A closed loop over keep-alive connections: each sends its next request when its last one has been
/// answered. One thread, epoll, no allocation per request.
final class LoadClient {
    private let poller: Poller
    private var connections: [LoadConnection] = []

    init(address: String, port: UInt16, connectionCount: Int) throws(SystemError) {
        poller = try Poller()
        for index in 0..<connectionCount {
            let connection = try LoadConnection(address, port: port)
            try poller.add(connection.socket.number, index: index)
            connections.append(connection)
        }
    }

    /// Runs the workload until the rule stops it and every request is answered.
    func run<Load: Workload>(_ workload: inout Load, until rule: StopRule) throws(SystemError)
        -> LoadResult
    {
        var result = LoadResult()
        let processorTime = ProcessorTime.own
        let begun = Clock.now
        var busyCount = 0
        for (index, connection) in connections.enumerated() {
            connection.step = .send
            if try begin(connection, index: index, &workload, at: begun) { busyCount += 1 }
        }
        while busyCount > 0 {
            let readyCount = poller.wait(milliseconds: 1000)
            for position in 0..<readyCount {
                let index = poller.readyIndex(position)
                let connection = connections[index]
                if connection.awaitsWriting { try flush(connection, index: index) }
                guard try connection.socket.receive(into: connection.received) != nil,
                    let response = Response(connection.received.view)
                else { continue }
                let now = Clock.now
                take(response, connection, &workload, at: now, into: &result)
                connection.received.consume(response.count)
                if LoadClient.stops(rule, result, elapsed: now - begun) {
                    connection.isBusy = false
                } else {
                    _ = try begin(connection, index: index, &workload, at: now)
                }
                if !connection.isBusy { busyCount -= 1 }
            }
        }
        result.nanoseconds = Clock.now - begun
        result.clientNanoseconds = ProcessorTime.own - processorTime
        return result
    }

    private static func stops(_ rule: StopRule, _ result: LoadResult, elapsed: UInt64) -> Bool {
        switch rule {
        case .time(let limit): elapsed >= limit
        case .messages(let count): result.messageCount >= count
        case .workload: false
        }
    }

    /// Counts an answer; the bytes of the request are left for the next one to reuse.
    private func take<Load: Workload>(
        _ response: Response, _ connection: LoadConnection, _ workload: inout Load, at now: UInt64,
        into result: inout LoadResult
    ) {
        result.latencies.record(now - connection.sentAt)
        result.requestCount += 1
        if response.status == 200 {
            result.messageCount += workload.take(
                response, &connection.step, request: &connection.request)
        } else {
            result.failureCount += 1
            connection.step = .send
        }
    }

    /// Sends the connection's next request; false when the workload has none.
    private func begin<Load: Workload>(
        _ connection: LoadConnection, index: Int, _ workload: inout Load, at now: UInt64
    ) throws(SystemError) -> Bool {
        connection.isBusy = workload.writeRequest(&connection.step, into: &connection.request)
        guard connection.isBusy else { return false }
        connection.sentCount = 0
        connection.sentAt = now
        try flush(connection, index: index)
        return true
    }

    /// Sends what is left of the request; asks to be told when the kernel takes more.
    private func flush(_ connection: LoadConnection, index: Int) throws(SystemError) {
        let rest = connection.request.view.dropFirst(connection.sentCount)
        connection.sentCount += try connection.socket.send(rest)
        let awaits = connection.sentCount < connection.request.count
        guard awaits != connection.awaitsWriting else { return }
        connection.awaitsWriting = awaits
        try poller.set(connection.socket.number, index: index, awaitsWriting: awaits)
    }
}
