import Bytes

/// How far a subscription has come with messages from the archive.
struct Replay: Equatable {
    /// What is read: first the range of the policy, then what the subscription has missed meanwhile.
    enum Phase: Equatable {
        case range(ReplayPolicy)
        case recent
    }
    var phase: Phase
    /// The number of the last message of the topic that the subscription did not miss: the topic's
    /// last one when the replay began. Times could not tell what came before and what since: the
    /// wall clock may be set back.
    var startSequence: UInt64
    /// The last message that was delivered again; 0 before the first.
    var sequence: UInt64 = 0
    /// The number after which messages have been missed so far.
    var caughtUp: UInt64 { max(startSequence, sequence) }
    /// Whether the node is reading for it. Not part of the durable state.
    var isRequested = false
    /// Set while messages are on their way to the archive that come before what it has: when the
    /// oldest of them was published. Not durable.
    var waitsBehind: UInt64?
}

/// A request for messages of an archive, in the order of their sequence numbers.
public struct ReplayRequest: Sendable {
    /// By which `replayed` names it.
    public var subscription: UInt32
    public var topicARN: String
    /// The first instant of the range, in which messages were published.
    public var from: Timestamp
    /// The last one; nil for no end.
    public var until: Timestamp?
    /// Only messages after this sequence number.
    public var afterSequence: UInt64
    /// How many messages at most.
    public var limit: Int
}

/// Messages of FIFO topics from the archive, again: a subscription with a replay policy gets them
/// as publications of its own, and new messages of the topic only once it has caught up, so that
/// order is kept.
extension Broker {
    private static let replayBatch = 100

    /// A replay policy was set: the subscription gets nothing new until it has caught up. What it
    /// has missed because of a replay that is replaced by this one follows this one.
    mutating func startReplay(of subscription: Subscription, policy: ReplayPolicy) {
        subscription.replay = Replay(
            phase: .range(policy),
            startSequence: subscription.replay?.caughtUp ?? subscription.topic.sequence)
        replaying.removeAll { $0 == subscription.number }
        replaying.append(subscription.number)
    }

    /// The replay policy was taken away: nothing more of its range comes, but what the subscription
    /// has missed does.
    mutating func breakOffReplay(of subscription: Subscription) {
        guard let replay = subscription.replay else { return }
        subscription.replay = Replay(phase: .recent, startSequence: replay.caughtUp)
    }

    /// The subscription gets what is published from now on.
    mutating func endReplay(of subscription: Subscription) {
        subscription.replay = nil
        replaying.removeAll { $0 == subscription.number }
    }

    /// What is to be read from the archive now; each is then under way until `replayed`.
    public mutating func takeReplayRequests(_ body: (ReplayRequest) -> Void) {
        replaying.removeAll { topics.subscriptions[Int($0)]?.replay == nil }
        for number in replaying {
            guard let subscription = topics.subscriptions[Int(number)],
                let replay = subscription.replay, !replay.isRequested,
                replay.waitsBehind == nil
                    || replay.waitsBehind != oldestUnarchived(of: subscription.topic)
            else { continue }
            subscription.replay?.isRequested = true
            subscription.replay?.waitsBehind = nil
            var request = ReplayRequest(
                subscription: number, topicARN: subscription.topic.arn,
                from: Timestamp(milliseconds: 0), afterSequence: replay.sequence,
                limit: Self.replayBatch)
            switch replay.phase {
            case .range(let policy):
                request.from = policy.start
                request.until = policy.end
            case .recent:
                request.afterSequence = replay.caughtUp
            }
            body(request)
        }
    }

    /// Publishes messages that were read from the archive to the subscription that asked for them.
    ///
    /// - Parameters:
    ///   - payloads: Of their records, in the order of their sequence numbers.
    ///   - isEnd: Whether the archive has no more in the range.
    public mutating func replayed(
        _ number: UInt32, _ payloads: [ByteView], isEnd: Bool, at now: Moment,
        into sink: any RecordSink
    ) {
        guard Int(number) < topics.subscriptions.count,
            let subscription = topics.subscriptions[Int(number)],
            subscription.replay?.isRequested == true
        else { return }
        subscription.replay?.isRequested = false
        guard acceptsMessages else { return }
        var isEnd = isEnd
        let oldest = oldestUnarchived(of: subscription.topic)
        for payload in payloads {
            guard let stored = try? StoredNotification(payload: payload) else { continue }
            if let oldest, stored.instant.milliseconds >= oldest {
                // What failed to be archived at first comes later than what followed it.
                subscription.replay?.waitsBehind = oldest
                return
            }
            if let replay = subscription.replay, case .range = replay.phase,
                stored.sequenceNumber > replay.startSequence
            {
                // What was published since the replay began follows, whatever the range.
                isEnd = true
                break
            }
            publishAgain(stored, to: subscription, at: now, into: sink)
        }
        guard isEnd, let replay = subscription.replay else { return }
        if let oldest {
            subscription.replay?.waitsBehind = oldest
        } else if case .range = replay.phase {
            subscription.replay?.phase = .recent
        } else {
            beginRecord(at: now)
            scratch.append(littleEndian: number)
            endRecord(.replayEnded, into: sink)
            applyReplayEnded(subscription)
        }
    }

    private mutating func publishAgain(
        _ original: StoredNotification, to subscription: Subscription, at now: Moment,
        into sink: any RecordSink
    ) {
        guard original.sequenceNumber > subscription.replay?.sequence ?? .max else { return }
        subscription.replay?.sequence = original.sequenceNumber
        var facts = MessageFacts(attributes: original.attributeBytes, body: original.message)
        guard subscription.settings.filterPolicy?.matches(&facts) ?? true else { return }
        var stored = original
        stored.instant = now.instant
        stored.recordedAt = now.timestamp
        stored.isReplayed = true
        stored.topic = subscription.topic.number
        stored.seed = entropy.next()
        var fanOut = FanOut()
        guard let entry = entry(for: subscription, of: stored, &fanOut) else { return }
        record(&stored, [entry], into: sink) { broker, stored, entries, position, length in
            broker.applyPublished(
                stored, entries, in: subscription.topic, deduplicationKey: nil, at: position,
                length: length)
        }
    }

    mutating func applyReplayEnded(_ subscription: Subscription) {
        touch(subscription)
        endReplay(of: subscription)
        subscription.hasReplayed = true
    }
}
