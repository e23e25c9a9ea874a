import Bytes

/// Publishes to a topic whose subscribers are HTTP endpoints of this process, and counts what they
/// get. One thread and one poller for publishers and endpoints.
final class DeliveryLoad {
    let topic: Topic
    private let control: ControlClient
    private let poller: Poller
    private var publishers: [LoadConnection] = []
    private var endpoints: [DeliveryEndpoint] = []
    /// Accepted connections; nil where one has closed.
    private var deliverers: [LoadConnection?] = []
    private let publishBytes: [UInt8]
    private var tokens: [String] = []
    private var deliveredCount = 0
    private var recent = Histogram()

    /// Sets everything up: endpoints, confirmed subscriptions, connections.
    init(
        _ control: ControlClient, _ topic: Topic, publishBytes: [UInt8], endpointCount: Int,
        connectionCount: Int
    ) throws {
        self.control = control
        self.topic = topic
        self.publishBytes = publishBytes
        poller = try Poller()
        for index in 0..<connectionCount {
            let publisher = try LoadConnection(control.address, port: control.port)
            try poller.add(publisher.socket.number, index: index)
            publishers.append(publisher)
        }
        for _ in 0..<endpointCount {
            let endpoint = try DeliveryEndpoint()
            try poller.add(endpoint.listener.number, index: connectionCount + endpoints.count)
            endpoints.append(endpoint)
        }
        for endpoint in endpoints {
            try topic.subscribe(control, "http", endpoint: endpoint.url)
        }
        try confirm()
    }

    private func confirm() throws {
        let deadline = Clock.now + 30_000_000_000
        while tokens.count < endpoints.count {
            guard Clock.now < deadline else {
                throw BenchError("\(tokens.count) of \(endpoints.count) confirmations came")
            }
            try handleReady(into: LoadResult())
        }
        for token in tokens { try topic.confirm(control, token: token) }
    }

    /// Publishes as planned, and goes on until every delivery has come.
    ///
    /// No more deliveries are owed at any time than one for each publisher and endpoint, so that
    /// what is measured is the pace that the server keeps up.
    func run(_ plan: LoadPlan) throws -> LoadResult {
        let result = LoadResult()
        recent = Histogram()
        let processorTime = ProcessorTime.own
        var plan = plan
        plan.warmUp = 0
        var sampler = Sampler(plan, startingAt: Clock.now)
        let window = max(1, publishers.count) * endpoints.count
        var startedCount = 0
        var lastDelivery = Clock.now
        var lastCount = 0
        deliveredCount = 0
        while true {
            let now = Clock.now
            if !sampler.isOver(result, now) && !Interruption.isRequested {
                for (index, publisher) in publishers.enumerated() where !publisher.isBusy {
                    guard startedCount * endpoints.count - deliveredCount < window else { break }
                    try publish(publisher, index: index, at: now)
                    startedCount += 1
                }
            } else if deliveredCount >= (startedCount - result.failureCount) * endpoints.count,
                !publishers.contains(where: \.isBusy)
            {
                break
            }
            if deliveredCount > lastCount { (lastDelivery, lastCount) = (now, deliveredCount) }
            guard now - lastDelivery < 60_000_000_000 else {
                throw BenchError("\(deliveredCount) deliveries came of \(startedCount) messages")
            }
            try handleReady(into: result)
            if sampler.isDue(Clock.now) { sampler.sample(result, recent, isStopping: false) }
        }
        result.messageCount = deliveredCount
        result.nanoseconds = Clock.now - sampler.begun
        result.clientNanoseconds = ProcessorTime.own - processorTime
        sampler.finish(result, recent)
        return result
    }

    private func publish(_ publisher: LoadConnection, index: Int, at now: UInt64) throws {
        if publisher.request.count != publishBytes.count { publisher.request.append(publishBytes) }
        publisher.isBusy = true
        publisher.sentCount = 0
        publisher.sentAt = now
        try flush(publisher, index: index)
    }

    private func handleReady(into result: LoadResult) throws {
        let readyCount = poller.wait(milliseconds: 100)
        for position in 0..<readyCount {
            let index = poller.readyIndex(position)
            let firstDeliverer = publishers.count + endpoints.count
            if index < publishers.count {
                try handlePublisher(index, into: result)
            } else if index < firstDeliverer {
                try accept(endpoints[index - publishers.count])
            } else if let deliverer = deliverers[index - firstDeliverer] {
                try handleDeliverer(deliverer, index: index, position: index - firstDeliverer)
            }
        }
    }

    private func handlePublisher(_ index: Int, into result: LoadResult) throws {
        let publisher = publishers[index]
        if publisher.awaitsWriting { try flush(publisher, index: index) }
        guard try publisher.socket.receive(into: publisher.received) != nil,
            let response = Response(publisher.received.view)
        else { return }
        let latency = Clock.now - publisher.sentAt
        result.latencies[Step.publish.rawValue].record(latency)
        recent.record(latency)
        result.requestCount += 1
        if response.status != 200 { result.fail("\(response.status) \(response.errorCode)") }
        publisher.received.consume(response.count)
        publisher.isBusy = false
    }

    private func accept(_ endpoint: DeliveryEndpoint) throws {
        while let socket = try endpoint.listener.accept() {
            let deliverer = LoadConnection(socket)
            let index = publishers.count + endpoints.count + deliverers.count
            try poller.add(deliverer.socket.number, index: index)
            deliverers.append(deliverer)
        }
    }

    private func handleDeliverer(_ deliverer: LoadConnection, index: Int, position: Int) throws {
        if deliverer.awaitsWriting { try flush(deliverer, index: index) }
        do throws(SystemError) {
            guard try deliverer.socket.receive(into: deliverer.received) != nil else { return }
        } catch {
            // The server may close connections that it does not need.
            poller.remove(deliverer.socket.number)
            deliverers[position] = nil
            return
        }
        while let delivery = Delivery(deliverer.received.view) {
            if let token = delivery.token { tokens.append(token) } else { deliveredCount += 1 }
            deliverer.received.consume(delivery.count)
            deliverer.request.append(DeliveryEndpoint.answer)
        }
        try flush(deliverer, index: index)
        if deliverer.sentCount == deliverer.request.count {
            deliverer.request.removeAll()
            deliverer.sentCount = 0
        }
    }

    private func flush(_ connection: LoadConnection, index: Int) throws(SystemError) {
        let rest = connection.request.view.dropFirst(connection.sentCount)
        if rest.count > 0 { connection.sentCount += try connection.socket.send(rest) }
        let awaits = connection.sentCount < connection.request.count
        guard awaits != connection.awaitsWriting else { return }
        connection.awaitsWriting = awaits
        try poller.set(connection.socket.number, index: index, awaitsWriting: awaits)
    }
}

/// An endpoint that takes everything.
final class DeliveryEndpoint {
    let listener: Listener

    static let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)

    init() throws(SystemError) { listener = try Listener() }

    var url: String { "http://127.0.0.1:\(listener.port)/deliveries" }
}

/// A request that came to an endpoint.
struct Delivery {
    /// The length of head and body together.
    let count: Int
    /// What confirms the subscription, when the request asks for that.
    let token: String?

    /// Reads a request from the front of `bytes`; nil when it is not there as a whole.
    init?(_ bytes: ByteView) {
        guard let count = FloorServer.requestByteCount(bytes),
            let head = bytes.firstRange(of: "\r\n\r\n")
        else { return nil }
        self.count = count
        let isConfirmation =
            bytes[0..<head.lowerBound].firstRange(of: "SubscriptionConfirmation") != nil
        token = isConfirmation ? Delivery.token(bytes[head.upperBound..<count]) : nil
    }

    /// The value of the member `Token`, with or without spaces around the colon.
    private static func token(_ body: ByteView) -> String? {
        guard let name = body.firstRange(of: "\"Token\""),
            let start = body.firstIndex(of: 0x22, from: name.upperBound),
            let end = body.firstIndex(of: 0x22, from: start + 1)
        else { return nil }
        return body[(start + 1)..<end].string
    }
}
