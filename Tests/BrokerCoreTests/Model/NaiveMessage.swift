/// A message of the naive model.
final class NaiveMessage {
    enum Place: Equatable {
        case ready
        case delayed
        case inFlight
        case gone
    }

    let body: String
    let group: String?
    var sentAt: UInt64
    var order = 0
    var place = Place.ready
    /// When a delay of its own, or its time in flight, ends.
    var visibleAt: UInt64 = 0
    var receivedAt: UInt64 = 0
    var receiveCount = 0
    /// Receives in the queue where it is now.
    var receiveCountHere = 0
    /// The tie-breaker of the broker for what becomes visible at one instant; known once received.
    var slot: UInt32 = 0
    /// The queue it is in.
    weak var queue: NaiveQueue?

    init(body: String, group: String?, sentAt: UInt64) {
        self.body = body
        self.group = group
        self.sentAt = sentAt
    }
}
