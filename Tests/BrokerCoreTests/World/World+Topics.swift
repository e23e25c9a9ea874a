import Bytes
import Testing

@testable import BrokerCore

/// What a node does for deliveries and the archive, without courier and database.
extension World {
    /// What is due, under way from now on.
    func takeDeliveries(limit: Int, share: Int = .max) -> [DueDelivery] {
        tick()
        var deliveries: [DueDelivery] = []
        broker.takeDueDeliveries(limit: limit, share: share, at: now) { deliveries.append($0) }
        return deliveries
    }

    /// Says what came of a delivery. What the archive has taken is found by `archived`.
    func finish(_ delivery: DueDelivery, _ result: DeliveryResult) -> DeliveryReport? {
        if case .archive(let position, _) = delivery.content, result == .delivered,
            let record = sink.record(at: position)
        {
            archive.append(record.payload)
        }
        defer { tick() }
        return broker.finishDelivery(delivery.number, result, at: now, into: sink)
    }

    func takeReplayRequests() -> [ReplayRequest] {
        var requests: [ReplayRequest] = []
        broker.takeReplayRequests { requests.append($0) }
        return requests
    }

    /// What the archive has for a request, in order.
    func archived(_ request: ReplayRequest) throws -> [ByteView] {
        let all = try archive.map { payload in
            let view = arena.view(payload)
            return (try StoredNotification(payload: view), view)
        }
        let found = all.filter { stored, _ in
            stored.target.string == request.topicARN && stored.timestamp >= request.from
                && stored.timestamp <= request.until ?? stored.timestamp
                && stored.sequenceNumber > request.afterSequence
        }
        let ordered = found.sorted { $0.0.sequenceNumber < $1.0.sequenceNumber }
        return ordered.prefix(request.limit).map(\.1)
    }

    func replayed(_ request: ReplayRequest, _ payloads: [ByteView]) {
        broker.replayed(
            request.subscription, payloads, isEnd: payloads.count < request.limit, at: now,
            into: sink)
        tick()
    }

    /// The published message of a record.
    func notification(at position: JournalPosition, length: Int) throws -> StoredNotification {
        let record = try #require(sink.record(at: position))
        #expect(record.type == .notificationPublished || record.type == .notificationRelocated)
        #expect(record.payload.count == length)
        return try StoredNotification(payload: arena.view(record.payload))
    }
}
