import Bytes

/// Resets that go on.
struct UnfinishedResets {
    /// Who asked, and was not told yet.
    var waiting: [UInt64] = []
    /// Who can be told.
    var finished: [UInt64] = []
    /// What is looked at next.
    var nextQueue = 1
    var nextTopic = 1
    var nextPlatform = 1
    var nextOwed: UInt32 = 1

    init() {}

    /// Begins again with the first of everything.
    mutating func rewind() { (nextQueue, nextTopic, nextPlatform, nextOwed) = (1, 1, 1, 1) }
}

/// Deletes everything and forgets that it was there, for test suites that share a server.
///
/// One record does it for what a tick has time for. While there is more, queues, topics, platform
/// applications and deliveries go by records of their own, some in each tick; messages, subscriptions
/// and devices are swept afterwards as always.
extension Broker {
    /// Begins a reset; `takeFinishedResets` tells when everything is gone.
    public mutating func reset(token: UInt64, at now: Moment, into sink: any RecordSink) {
        resets.waiting.append(token)
        resets.rewind()
        unfinishedPublishes.finishAll()
        continueReset(at: now, into: sink)
    }

    /// Hands out the tokens under which resets were begun that are finished now.
    public mutating func takeFinishedResets(_ body: (_ token: UInt64) -> Void) {
        for token in exchange(&resets.finished, with: []) { body(token) }
    }

    /// Deletes as much as a tick has time for, and at last what is left.
    mutating func continueReset(at now: Moment, into sink: any RecordSink) {
        let limit = subscriptionsPerTick
        let count =
            queueCount + topics.topicCount + topics.platformCount + owedDeliveryCount
        if count > limit { return deleteSome(limit, at: now, into: sink) }
        beginRecord(at: now)
        endRecord(.brokerReset, into: sink)
        applyReset(at: now)
        unfinishedPublishes.finishAll()
        resets.finished += exchange(&resets.waiting, with: [])
    }

    private mutating func deleteSome(_ limit: Int, at now: Moment, into sink: any RecordSink) {
        var left = limit
        while left > 0, resets.nextQueue < queues.count {
            resets.nextQueue += 1
            guard let queue = queues[resets.nextQueue - 1] else { continue }
            left -= 1
            delete(queue, at: now, into: sink)
        }
        while left > 0, resets.nextTopic < topics.topics.count {
            resets.nextTopic += 1
            guard let topic = topics.topics[resets.nextTopic - 1], !topic.isDeleted else {
                continue
            }
            left -= 1 + topic.subscriptions.count
            delete(topic, at: now, into: sink)
        }
        while left > 0, resets.nextPlatform < topics.platforms.count {
            resets.nextPlatform += 1
            guard let platform = topics.platforms[resets.nextPlatform - 1] else { continue }
            left -= 1 + platform.devices.count
            delete(platform, at: now, into: sink)
        }
        while left > 0, resets.nextOwed < store.owed.highWater {
            resets.nextOwed += 1
            guard store.owed[resets.nextOwed - 1].state != .free else { continue }
            left -= 1
            end(resets.nextOwed - 1, at: now, into: sink)
        }
        // What has come since is looked at in another round.
        if left > 0 { resets.rewind() }
    }

    mutating func applyReset(at now: Moment) {
        // Names do not rest that a reset has freed.
        for case let queue? in queues { applyQueueDeleted(queue, at: now) }
        for slot in 1..<max(store.owed.highWater, 1) where store.owed[slot].state != .free {
            applyDeliveryEnded(slot, at: now)
        }
        ring.removeAll()
        deletedNames = DeletedNames()
        tasks.list.removeAll()
        applyTopicReset(at: now)
    }
}
