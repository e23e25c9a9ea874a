import Bytes

/// Puts the load of a workload on a target once.
struct LoadRun {
    let target: Target
    let settings: LoadSettings
    var progress: ProgressLine?

    /// Measures for the time or the requests that the settings want.
    func measure() throws -> LoadResult {
        switch settings.workload {
        case .fanOut: try measureFanOut()
        case .httpDelivery: try measureDeliveries()
        default: try measureQueues()
        }
    }

    private var plan: LoadPlan {
        LoadPlan(
            stop: settings.requestCount > 0
                ? .requests(settings.requestCount) : .time(settings.duration.nanosecondCount),
            warmUp: settings.warmUp.nanosecondCount,
            schedule: settings.rate.map {
                ArrivalSchedule(
                    rate: $0, spacing: settings.spacing,
                    seed: UInt64(bitPattern: Int64(settings.seed)))
            }, timeout: settings.timeout.nanosecondCount, processes: target.processes,
            progress: progress)
    }

    private func measureQueues() throws -> LoadResult {
        let queues = try target.makeQueues(settings)
        if settings.queuedCount > 0 {
            try target.fill(queues, messageCount: settings.queuedCount, settings, progress)
        }
        let result = try measure(on: queues)
        try target.deleteQueues(queues, settings)
        return result
    }

    /// Measures on queues that are there, and leaves them there.
    func measure(on queues: [QueueAddress]) throws -> LoadResult {
        var shape = settings.shape
        let requests = queueRequests(queues, shape)
        var plan = plan
        switch settings.workload {
        case .send, .sendBatch:
            return try run(SendWorkload(requests), plan)
        case .receiveDelete:
            // Each round of messages takes two requests: a receive and a delete.
            let count =
                settings.requestCount > 0
                ? settings.requestCount : Int(20_000 * settings.duration.secondCount)
            try target.fill(
                queues, messageCount: max(1, count / 2) * shape.batch, settings, progress)
            // What a warm-up takes out is missing at the end.
            plan.warmUp = 0
            return try run(RoundTripWorkload(requests, sends: false), plan)
        case .roundTrip, .fifo, .backlog:
            return try run(RoundTripWorkload(requests, sends: true), plan)
        case .longPollIdle:
            plan.waitsForAnswers = false
            plan.timeout += UInt64(settings.waitSeconds) * 1_000_000_000
            return try run(PollWorkload(requests: requests), plan)
        case .mixed:
            shape.batch = 1
            let single = queueRequests(queues, shape)
            return try run(
                MixedWorkload(
                    single, requests, settings.mix,
                    seed: UInt64(bitPattern: Int64(settings.seed))), plan)
        case .fanOut, .httpDelivery:
            preconditionFailure("workloads on topics have no queue of their own")
        }
    }

    private func queueRequests(_ queues: [QueueAddress], _ shape: MessageShape) -> QueueRequests {
        QueueRequests(
            settings.style.writer(target.endpoint, .sqs), queues: queues, shape: shape,
            waitSeconds: settings.workload == .longPollIdle ? settings.waitSeconds : 0,
            seed: UInt64(bitPattern: Int64(settings.seed)))
    }

    private func run<Load: Workload>(_ load: Load, _ plan: LoadPlan) throws -> LoadResult {
        var load = load
        let client = try LoadClient(target.endpoint, connectionCount: settings.connections)
        return try client.run(&load, plan)
    }

    private func measureFanOut() throws -> LoadResult {
        guard target.kind == .broker else {
            return try measure(Topic(arn: "arn:aws:sns:us-east-1:000000000000:bench"))
        }
        if settings.subscriberCount > 50 {
            progress?.note("subscribing \(grouped(settings.subscriberCount)) queues")
        }
        let control = target.control(settings.style)
        let topic = try Topic.followedByQueues(
            control, name: "bench-\(Clock.now)", count: settings.subscriberCount)
        let result = try measure(topic)
        try topic.delete(control)
        return result
    }

    /// Measures publishing to a topic that is there.
    func measure(_ topic: Topic) throws -> LoadResult {
        try run(publishing(topic), plan)
    }

    private func publishing(_ topic: Topic) -> PublishWorkload {
        PublishWorkload(
            settings.style.writer(target.endpoint, .sns), topicARN: topic.arn,
            shape: settings.shape, receiverCount: settings.subscriberCount, requestCount: nil)
    }

    private func measureDeliveries() throws -> LoadResult {
        let control = target.control(settings.style)
        let topic = try Topic(control, name: "bench-\(Clock.now)")
        var publish = ByteWriter(capacity: 4096)
        publishing(topic).write(into: &publish)
        let load = try DeliveryLoad(
            control, topic, publishBytes: publish.array, endpointCount: settings.subscriberCount,
            connectionCount: settings.connections)
        if settings.warmUp > .zero {
            _ = try load.run(LoadPlan(stop: .time(settings.warmUp.nanosecondCount)))
        }
        let result = try load.run(plan)
        try topic.delete(control)
        return result
    }
}
