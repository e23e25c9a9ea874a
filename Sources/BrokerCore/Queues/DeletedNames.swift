import Bytes

/// The names of deleted queues, which rest for sixty seconds.
struct DeletedNames {
    /// Names that a deletion forgets, so that very many are not forgotten at once.
    private static let forgottenAtOnce = 256

    private struct Deletion {
        var identity: QueueIdentity
        var digest: Hash128
        var at: Instant
    }

    /// The number of a name's latest deletion, by the digest of its identity.
    private let latest = HashIndex()
    /// In order; those before `first` are forgotten.
    private var deletions: [Deletion] = []
    private var first = 0
    /// The number of `deletions[0]`.
    private var firstNumber: UInt32 = 0

    init() {}

    /// When the queue was deleted, if that is remembered.
    subscript(digest: Hash128) -> Instant? {
        latest[digest].map { deletions[Int($0 &- firstNumber)].at }
    }

    /// How many deletions are remembered.
    var count: Int { deletions.count - first }

    /// The deletions that are remembered, in order.
    var list: some Sequence<(identity: QueueIdentity, at: Instant)> {
        deletions[first...].lazy.map { (identity: $0.identity, at: $0.at) }
    }

    /// Remembers a deletion and forgets some of those that are too old to matter. Amortised O(1).
    mutating func insert(_ identity: QueueIdentity, _ digest: Hash128, at instant: Instant) {
        var left = Self.forgottenAtOnce
        while left > 0, first < deletions.count,
            deletions[first].at.adding(seconds: Limits.sixtySeconds) < instant
        {
            let oldest = deletions[first].digest
            if latest[oldest] == firstNumber &+ UInt32(first) { latest.remove(oldest) }
            first += 1
            left -= 1
        }
        if first > 64, first * 2 > deletions.count {
            deletions.removeFirst(first)
            firstNumber &+= UInt32(first)
            first = 0
        }
        latest.insert(digest, firstNumber &+ UInt32(deletions.count))
        deletions.append(Deletion(identity: identity, digest: digest, at: instant))
    }

    /// The name is taken again.
    mutating func remove(_ digest: Hash128) { latest.remove(digest) }
}
