import Bytes

/// A message that very many subscriptions get, over several ticks.
struct UnfinishedPublish {
    /// The payload of a `notificationPublished` record without entries.
    let payload: [UInt8]
    let topic: Topic
    /// The subscriptions that have not been looked at.
    var rest: SubscriptionRange
    /// Who asked.
    let token: UInt64
    /// The bytes of all its records, if nobody is filtered out.
    let recordByteCount: UInt64
}

/// The messages that are being published over several ticks, because a tick has time for a bounded
/// number of receivers only. They take turns, those that came first before the others.
///
/// Not part of the durable state: whoever asked is answered when the last record is durable, so that
/// what a crash cuts off was never promised to anybody. Each record is whole by itself.
struct UnfinishedPublishes {
    private var publishes = Line<UnfinishedPublish>()
    /// The tokens of those that have been finished and were not taken yet.
    private var finished: [UInt64] = []
    private var heldByteCount = 0

    /// Bytes of the records that finish them, or more.
    private(set) var recordByteCount: UInt64 = 0

    init() {}

    var count: Int { publishes.count }

    /// Whether no more are taken in.
    var isFull: Bool { heldByteCount >= Limits.unfinishedPublishBytes }

    mutating func append(_ publish: UnfinishedPublish) {
        publishes.append(publish)
        heldByteCount += Self.heldByteCount(of: publish)
        recordByteCount += publish.recordByteCount
    }

    /// The payload with objects that hold it and the reply that waits.
    private static func heldByteCount(of publish: UnfinishedPublish) -> Int {
        publish.payload.count + 1024
    }

    /// The one whose turn it is; nil when there is none.
    var first: UnfinishedPublish? { publishes.first }

    /// The one whose turn it was has come up to `subscription`, or to its end.
    mutating func pass(upTo subscription: UInt32?) {
        var publish = publishes.removeFirst()
        if let subscription {
            publish.rest.first = subscription + 1
            publishes.append(publish)
        } else {
            finished.append(publish.token)
            heldByteCount -= Self.heldByteCount(of: publish)
            recordByteCount -= publish.recordByteCount
        }
    }

    /// Ends all of them where they are.
    mutating func finishAll() {
        while !publishes.isEmpty { pass(upTo: nil) }
    }

    /// Hands out the tokens of those that have been finished.
    mutating func takeFinished(_ body: (UInt64) -> Void) {
        guard !finished.isEmpty else { return }
        for token in finished { body(token) }
        finished.removeAll(keepingCapacity: true)
    }
}

extension Broker {
    /// Publishes whose message has not been given to everybody yet.
    public var unfinishedPublishCount: Int { unfinishedPublishes.count }

    /// Hands out the tokens under which publishes were performed that are finished now: the records
    /// are made, and the answer is true once they are durable. A batch has one for each message that
    /// was unfinished.
    public mutating func takeFinishedPublishes(_ body: (_ token: UInt64) -> Void) {
        unfinishedPublishes.takeFinished(body)
    }

    /// Whether a message to the topic has to wait for the next tick.
    func postpones(_ topic: Topic) -> Bool {
        !topic.settings.isFIFO && topic.filters.count > receiversLeft
    }

    /// Refuses a message that had to wait among too many.
    func checkLine(for topic: Topic) throws(BrokerError) {
        guard postpones(topic), unfinishedPublishes.isFull else { return }
        throw BrokerError(.throttled, "Rate exceeded")
    }

    /// Leaves a message to the next ticks, for the subscriptions that there are now.
    mutating func postpone(_ stored: StoredNotification, to topic: Topic, token: UInt64) {
        scratch.removeAll(keepingCapacityUpTo: 1 << 16)
        stored.writeHead(entries: [], to: &scratch)
        scratch.append(stored.message)
        let receivers = topic.filters.count
        // Its pieces, and two that share a tick with others.
        let pieces = receivers / configuration.receiversPerTick + 2
        unfinishedPublishes.append(
            UnfinishedPublish(
                payload: scratch.array, topic: topic,
                rest: SubscriptionRange(last: UInt32(topics.subscriptions.count - 1)),
                token: token,
                recordByteCount: UInt64(
                    receivers * StoredNotification.Entry.byteCount + pieces * scratch.count)))
    }

    /// Gives unfinished messages to further receivers, as many as a tick has time for.
    mutating func continuePublishes(at now: Moment, into sink: any RecordSink) {
        var left = configuration.receiversPerTick
        while left > 0, !waitsForDisk, var publish = unfinishedPublishes.first {
            publish.rest.limit = left
            let part = continuePublish(publish, at: now, into: sink)
            unfinishedPublishes.pass(upTo: part.last)
            // A record takes time besides, and copying the message as much as its length.
            left -= part.count + 1 + publish.payload.count >> 9
        }
    }

    /// Publishes a message to some of its receivers, as a record of its own: an identifier in a
    /// queue follows from a record's seed and the number of the entry.
    private mutating func continuePublish(
        _ publish: UnfinishedPublish, at now: Moment, into sink: any RecordSink
    ) -> (count: Int, last: UInt32?) {
        // Whoever was to get it has ended with the topic.
        guard !publish.topic.isDeleted else { return (0, nil) }
        return publish.payload.withByteView { payload in
            guard var stored = try? StoredNotification(payload: payload) else {
                preconditionFailure("what was encoded can be decoded")
            }
            stored.instant = now.instant
            stored.recordedAt = now.timestamp
            stored.seed = entropy.next()
            return fanOut(&stored, to: publish.topic, among: publish.rest, into: sink)
        }
    }
}
