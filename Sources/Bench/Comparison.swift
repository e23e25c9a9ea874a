/// One round of one target.
struct Round {
    let result: LoadResult
    /// Nanoseconds of processor time that the server used; nil when its process is not known.
    let serverNanoseconds: UInt64?

    var requestsPerSecond: Double {
        Double(result.requestCount) * 1e9 / Double(max(result.nanoseconds, 1))
    }
    var messagesPerSecond: Double {
        Double(result.messageCount) * 1e9 / Double(max(result.nanoseconds, 1))
    }
    var serverMicroseconds: Double? {
        serverNanoseconds.map { Double($0) / 1000 / Double(max(result.requestCount, 1)) }
    }
    var clientMicroseconds: Double {
        Double(result.clientNanoseconds) / 1000 / Double(max(result.requestCount, 1))
    }
    /// Messages per second of the server's processor time: what one core could do.
    var messagesPerCore: Double? {
        serverNanoseconds.map { Double(result.messageCount) * 1e9 / Double(max($0, 1)) }
    }
    func latencyMicroseconds(_ fraction: Double) -> Double {
        Double(result.latencies.percentile(fraction)) / 1000
    }
}

/// The medians of a target's rounds.
struct Summary {
    let name: String
    let isBroker: Bool
    let requestsPerSecond: Double
    let messagesPerSecond: Double
    let serverMicroseconds: Double?
    let clientMicroseconds: Double
    let messagesPerCore: Double?
    let medianLatency: Double
    let tailLatency: Double
    let failureCount: Int
    let peakResidentByteCount: UInt64

    init(_ target: Target, _ rounds: [Round]) {
        name = target.name
        isBroker = target.kind == .broker
        requestsPerSecond = Summary.median(rounds.map(\.requestsPerSecond))
        messagesPerSecond = Summary.median(rounds.map(\.messagesPerSecond))
        serverMicroseconds = Summary.median(rounds.compactMap(\.serverMicroseconds), or: nil)
        clientMicroseconds = Summary.median(rounds.map(\.clientMicroseconds))
        messagesPerCore = Summary.median(rounds.compactMap(\.messagesPerCore), or: nil)
        medianLatency = Summary.median(rounds.map { $0.latencyMicroseconds(0.5) })
        tailLatency = Summary.median(rounds.map { $0.latencyMicroseconds(0.99) })
        failureCount = rounds.reduce(0) { $0 + $1.result.failureCount }
        peakResidentByteCount = target.processes.reduce(0) {
            $0 + ProcessorTime.peakResidentByteCount(of: $1)
        }
    }

    static func median(_ values: [Double]) -> Double { median(values, or: 0) ?? 0 }

    private static func median(_ values: [Double], or none: Double?) -> Double? {
        guard !values.isEmpty else { return none }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// Runs a workload against several targets in turn: A B A B …
struct Comparison {
    let workload: WorkloadName
    let options: Options

    func run(_ targets: [Target]) throws -> [Summary] {
        var rounds = targets.map { _ in [Round]() }
        for target in targets {
            if target.isOurs { try target.touchMemory(options) }
            _ = try round(target, share: 0.25)
        }
        for _ in 0..<options.roundCount {
            for (index, target) in targets.enumerated() {
                rounds[index].append(try round(target, share: 1))
            }
        }
        for target in targets { try target.close() }
        return zip(targets, rounds).map { Summary($0, $1) }
    }

    /// - Parameter share: What part of a round's time or requests to spend.
    private func round(_ target: Target, share: Double) throws -> Round {
        switch workload {
        case .publish: try publishRound(target, share: share)
        case .httpDelivery: try deliveryRound(target, share: share)
        default: try queueRound(target, share: share)
        }
    }

    private func publishRound(_ target: Target, share: Double) throws -> Round {
        let topic = try target.prepareTopic(options)
        let requestCount = options.requestCount.map { max(1, Int(Double($0) * share)) }
        let load = SendWorkload(
            topic.publishRequest(target.content("", options)),
            messagesPerRequest: options.subscriberCount, requestCount: requestCount)
        return try measure(
            target, load,
            requestCount == nil ? .time(UInt64(options.seconds * share * 1e9)) : .workload)
    }

    private func deliveryRound(_ target: Target, share: Double) throws -> Round {
        let load = try DeliveryLoad(
            target.control, content: target.content("", options),
            endpointCount: options.subscriberCount, connectionCount: options.connections)
        let before = ProcessorTime.used(by: target.processes)
        let result = try load.run(
            nanoseconds: UInt64(options.seconds * share * 1e9),
            requestCount: options.requestCount.map { max(1, Int(Double($0) * share)) })
        let after = ProcessorTime.used(by: target.processes)
        try load.topic.delete(target.control)
        return Round(
            result: result, serverNanoseconds: target.processes.isEmpty ? nil : after - before)
    }

    private func queueRound(_ target: Target, share: Double) throws -> Round {
        let url = try target.prepareQueue(options)
        let content = target.content(url, options)
        var rule = StopRule.time(UInt64(options.seconds * share * 1e9))
        var requestCount = options.requestCount.map { max(1, Int(Double($0) * share)) }
        if requestCount != nil { rule = .workload }
        switch workload {
        case .send, .sendBatch:
            let load = SendWorkload(
                content, batch: workload == .sendBatch, requestCount: requestCount)
            return try measure(target, load, rule)
        case .receiveDelete:
            // Each ten messages take two requests: a receive and a delete.
            requestCount = requestCount ?? Int(20_000 * options.seconds * share)
            let messageCount = max(10, (requestCount ?? 0) / 2 * 10)
            try target.fill(url, messageCount: messageCount, options)
            return try measure(
                target, ReceiveDeleteWorkload(content, sends: false), .messages(messageCount))
        case .roundTrip:
            if let requestCount { rule = .messages(requestCount / 3 * 10) }
            return try measure(target, ReceiveDeleteWorkload(content, sends: true), rule)
        case .publish, .httpDelivery:
            throw BenchError("\(workload.rawValue) has no queue of its own")
        }
    }

    private func measure<Load: Workload>(_ target: Target, _ load: Load, _ rule: StopRule) throws
        -> Round
    {
        let client = try LoadClient(
            address: target.control.address, port: target.control.port,
            connectionCount: options.connections)
        var load = load
        let before = ProcessorTime.used(by: target.processes)
        let result = try client.run(&load, until: rule)
        let after = ProcessorTime.used(by: target.processes)
        return Round(
            result: result, serverNanoseconds: target.processes.isEmpty ? nil : after - before)
    }
}
