import Bytes

/// How topics and subscriptions change: each change is a record of the object's whole new state, and
/// `apply…` alone puts it into force.
extension Broker {
    // MARK: Topics

    /// Records a new topic.
    mutating func create(
        _ identity: TopicIdentity, _ settings: TopicSettings, tags: QueueTags, at now: Moment,
        into sink: any RecordSink
    ) {
        let image = TopicImage(
            number: UInt32(topics.topics.count),
            backlog: settings.isFIFO ? UInt32(store.backlogs.count) : 0, identity: identity,
            createdAt: now.timestamp, settings: settings, tags: tags)
        record(image, at: now, into: sink)
    }

    /// Records what a topic becomes.
    mutating func change(
        _ topic: Topic, to settings: TopicSettings, tags: QueueTags, at now: Moment,
        into sink: any RecordSink
    ) {
        var image = TopicImage(topic)
        image.settings = settings
        image.tags = tags
        record(image, at: now, into: sink)
    }

    private mutating func record(
        _ image: TopicImage, at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        image.encode(to: &scratch)
        endRecord(.topicChanged, into: sink)
        apply(image)
    }

    mutating func apply(_ image: TopicImage) {
        if Int(image.number) < topics.topics.count, let topic = topics.topics[Int(image.number)] {
            touch(topic)
            topic.settings = image.settings
            topic.tags = image.tags
            return
        }
        var backlog: Backlog?
        if image.settings.isFIFO {
            let own = Backlog(number: image.backlog, queueNumber: 0, isFIFO: true)
            own.snapshotEpoch = snapshot.epoch
            store.backlogs.append(own)
            backlog = own
        }
        let topic = Topic(
            number: image.number, identity: image.identity, createdAt: image.createdAt,
            settings: image.settings, tags: image.tags, backlog: backlog)
        topic.snapshotEpoch = snapshot.epoch
        topics.enter(topic)
    }

    /// Deletes a topic and ends its subscriptions.
    mutating func delete(_ topic: Topic, at now: Moment, into sink: any RecordSink) {
        beginRecord(at: now)
        scratch.append(littleEndian: topic.number)
        endRecord(.topicDeleted, into: sink)
        applyTopicDeleted(topic)
    }

    mutating func applyTopicDeleted(_ topic: Topic) {
        touch(topic)
        topic.deletionEpoch = snapshot.isActive ? snapshot.epoch : 0
        topics.leave(topic)
        if let backlog = topic.backlog { abandon(backlog) }
        // A FIFO topic has few, and some may be getting messages from the archive.
        sweep(topic, limit: topic.settings.isFIFO ? .max : subscriptionsPerTick)
        if !topic.subscriptions.isEmpty { deletedTopics.append(topic) }
        releaseIfUnused(topic)
    }

    /// Forgets a topic that is deleted, has no subscriptions left and is owed nothing.
    mutating func releaseIfUnused(_ topic: Topic) {
        guard topic.isDeleted, topic.subscriptions.isEmpty, topic.lingeringCount == 0,
            oldestUnarchived(of: topic) == nil, topics.topics[Int(topic.number)] === topic
        else { return }
        touch(topic)
        topics.topics[Int(topic.number)] = nil
    }

    // MARK: Subscriptions

    /// Records a new subscription, or what one becomes.
    mutating func change(
        to image: SubscriptionImage, owesConfirmation: Bool = false, startsReplay: Bool = false,
        at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        scratch.append(UInt8((owesConfirmation ? 1 : 0) | (startsReplay ? 2 : 0)))
        image.encode(to: &scratch)
        endRecord(.subscriptionChanged, into: sink)
        guard let topic = topics.topics[Int(image.topic)] else {
            preconditionFailure("a subscription is changed while it has a topic")
        }
        apply(
            image, of: topic, owesConfirmation: owesConfirmation, startsReplay: startsReplay,
            at: now)
    }

    mutating func apply(
        _ image: SubscriptionImage, of topic: Topic, owesConfirmation: Bool, startsReplay: Bool,
        at now: Moment
    ) {
        let subscription: Subscription
        var hadReplay = false
        if Int(image.number) < topics.subscriptions.count,
            let existing = topics.subscriptions[Int(image.number)]
        {
            subscription = existing
            touch(subscription)
            hadReplay = subscription.settings.replayPolicy != nil
            topics.change(subscription, to: image.condition)
        } else {
            subscription = image.subscription(of: topic)
            subscription.snapshotEpoch = snapshot.epoch
            topics.enter(subscription)
        }
        scheduleToken(of: subscription)
        if owesConfirmation { owe(confirmationOf: subscription, isUnsubscribe: false, at: now) }
        if startsReplay, let policy = subscription.settings.replay {
            startReplay(of: subscription, policy: policy)
        } else if hadReplay, subscription.settings.replayPolicy == nil {
            breakOffReplay(of: subscription)
        }
    }

    /// Ends a subscription; one that is confirmed and whose endpoint can speak up may take it back
    /// with a new token.
    mutating func end(
        _ subscription: Subscription, at now: Moment, into sink: any RecordSink
    ) {
        let isTold =
            subscription.state == .confirmed
            && [.http, .https].contains(subscription.protocolKind)
        let token = entropy.next()
        beginRecord(at: now)
        scratch.append(littleEndian: subscription.number)
        scratch.append(UInt8(isTold ? 1 : 0))
        scratch.append(littleEndian: token.first)
        scratch.append(littleEndian: token.second)
        endRecord(.subscriptionEnded, into: sink)
        applyEnded(subscription, isTold: isTold, token: token, at: now)
    }

    mutating func applyEnded(
        _ subscription: Subscription, isTold: Bool, token: Hash128, at now: Moment
    ) {
        touch(subscription)
        end(subscription)
        if isTold {
            subscription.token = token
            subscription.isRetakeableUntil = now.instant.adding(
                seconds: TopicLimits.tokenSeconds)
            scheduleToken(of: subscription)
            owe(confirmationOf: subscription, isUnsubscribe: true, at: now)
        }
        releaseIfUnused(subscription)
    }

    /// Takes a subscription out of every list, with its topic still there.
    mutating func end(_ subscription: Subscription) {
        touch(subscription)
        endReplay(of: subscription)
        topics.leave(subscription)
        subscription.state = .ended
        subscription.topic.deletedCount += 1
        subscription.topic.lingeringCount += 1
    }

    /// Forgets a subscription that has ended, cannot be taken back and is owed nothing.
    mutating func releaseIfUnused(_ subscription: Subscription) {
        guard subscription.state == .ended, subscription.isUnused,
            topics.subscriptions[Int(subscription.number)] === subscription
        else { return }
        touch(subscription)
        topics.subscriptions[Int(subscription.number)] = nil
        subscription.topic.lingeringCount -= 1
        releaseIfUnused(subscription.topic)
    }

    // MARK: Tokens

    /// Arms the timer for the end of a subscription's token.
    mutating func scheduleToken(of subscription: Subscription) {
        let end: Instant
        switch subscription.state {
        case .pending(let until): end = until
        case .confirmed: return
        case .ended:
            guard let until = subscription.isRetakeableUntil else { return }
            end = until
        }
        _ = chores.schedule(
            at: end.milliseconds, payload: Chore.subscription.payload(subscription.number))
    }

    /// A token's time may be over: the pending subscription ends, the ended one is forgotten.
    mutating func endToken(
        ofSubscription number: UInt32, at now: Moment, into sink: any RecordSink
    ) {
        guard let subscription = topics.subscriptions[Int(number)] else { return }
        switch subscription.state {
        case .confirmed: break
        case .pending(let until):
            if until <= now.instant, !subscription.hasEnded {
                end(subscription, at: now, into: sink)
            }
        case .ended:
            guard let until = subscription.isRetakeableUntil, until <= now.instant else { return }
            touch(subscription)
            subscription.isRetakeableUntil = nil
            releaseIfUnused(subscription)
        }
    }
}
