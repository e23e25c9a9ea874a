/// The names of deleted queues, which rest for sixty seconds.
struct DeletedNames {
    private var instants: [QueueIdentity: Instant] = [:]
    /// In order of deletion; those before `first` are forgotten.
    private var order: [(identity: QueueIdentity, at: Instant)] = []
    private var first = 0

    /// When the queue was deleted, if that is remembered.
    subscript(identity: QueueIdentity) -> Instant? { instants[identity] }

    /// The deletions that are remembered, in order.
    var list: ArraySlice<(identity: QueueIdentity, at: Instant)> { order[first...] }

    /// Remembers a deletion and forgets those that are too old to matter. Amortised O(1).
    mutating func insert(_ identity: QueueIdentity, at instant: Instant) {
        while first < order.count,
            order[first].at.adding(seconds: Limits.sixtySeconds) < instant
        {
            let oldest = order[first]
            if instants[oldest.identity] == oldest.at { instants[oldest.identity] = nil }
            first += 1
        }
        if first > 64, first * 2 > order.count {
            order.removeFirst(first)
            first = 0
        }
        instants[identity] = instant
        order.append((identity, instant))
    }

    /// The name is taken again.
    mutating func remove(_ identity: QueueIdentity) { instants[identity] = nil }
}
