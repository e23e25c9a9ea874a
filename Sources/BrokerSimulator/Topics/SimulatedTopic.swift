/// A topic as the oracle knows it.
final class SimulatedTopic {
    let name: String
    let isFIFO: Bool
    /// Whether the digest of a message stands for its deduplication identifier.
    var isContentBased = false
    /// Whether messages are archived.
    var isArchived = false
    /// Whether its archive policy is taken away and set again.
    var isForgetful = false
    /// Whether it has its archive policy.
    var archiving = History(true)
    /// Whether it is deleted and made again.
    var isWiped = false
    /// The subscriptions it may have.
    var subscriptions: [SimulatedSubscription] = []

    /// Whether it may exist.
    var existence = History(false)
    /// No change is begun before, because one that nobody answered may still happen.
    var quietUntil: UInt64 = 0
    /// The highest sequence number answered up to a time, in the order of time.
    var sequences: [(time: UInt64, highest: String)] = []

    init(_ name: String) {
        self.name = name
        isFIFO = name.hasSuffix(".fifo")
    }

    var arn: String { "arn:aws:sns:us-east-1:000000000000:\(name)" }

    static let archivePolicy = #"{"MessageRetentionPeriod":"7"}"#

    /// Whether messages may be published to it.
    var isThere: Bool { existence.latest && !existence.isChanging }

    /// The attributes that it is made with.
    var attributes: [(String, String)] {
        var attributes: [(String, String)] = []
        if isFIFO { attributes.append(("FifoTopic", "true")) }
        if isContentBased { attributes.append(("ContentBasedDeduplication", "true")) }
        if isArchived {
            attributes.append(("ArchivePolicy", Self.archivePolicy))
        }
        return attributes
    }

    /// Adds a subscription that it may have.
    func add(
        _ receiver: SimulatedSubscription.Receiver, deadLetters: SimulatedQueue? = nil,
        _ change: (SimulatedSubscription) -> Void = { _ in }
    ) {
        let subscription = SimulatedSubscription(receiver, of: self, deadLetters: deadLetters)
        change(subscription)
        subscriptions.append(subscription)
    }
}
