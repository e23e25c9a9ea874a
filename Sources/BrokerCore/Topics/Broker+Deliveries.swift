import Bytes

/// Deliveries to what is no queue: owed from the publish on, attempted until they succeed, are given
/// up, or go to the subscription's dead-letter queue.
extension Broker {
    // MARK: Owing

    /// A delivery is owed from now on, and due at once.
    mutating func owe(
        _ kind: OwedSlot.Kind, to receiver: UInt32, publication: UInt32 = 0, entry: Int = 0,
        at now: Moment
    ) -> UInt32 {
        let slot = store.owed.allocate()
        var owed = OwedSlot()
        owed.generation = store.owed[slot].generation
        owed.kind = kind
        owed.receiver = receiver
        owed.publication = publication
        owed.entry = UInt32(entry)
        owed.since = now.instant.milliseconds
        owed.sinceTimestamp = now.timestamp.milliseconds
        owed.dueAt = now.instant.milliseconds
        store.owed[slot] = owed
        count(slot, 1)
        becomeDue(slot)
        return slot
    }

    private func count(_ slot: UInt32, _ change: Int) {
        let owed = store.owed[slot]
        if owed.kind == .archive {
            guard let topic = topics.topics[Int(owed.receiver)] else { return }
            if change > 0 {
                topic.unarchived.push(order: owed.since, slot: slot, stamp: owed.generation)
            } else {
                // Whatever is over and first goes, so that the heap does not grow for ever.
                _ = oldestUnarchived(of: topic)
            }
        } else {
            subscription(of: owed)?.owedCount += change
        }
    }

    /// When the oldest message was published that is on its way to the topic's archive, in
    /// milliseconds of the broker's clock; nil when there is none. O(log n), spread over the
    /// deliveries.
    func oldestUnarchived(of topic: Topic) -> UInt64? {
        while let first = topic.unarchived.first {
            if store.owed[first.slot].generation == first.stamp { return first.order }
            _ = topic.unarchived.pop()
        }
        return nil
    }

    /// The subscription that a delivery is owed to.
    private func subscription(of owed: OwedSlot) -> Subscription? {
        switch owed.kind {
        case .notification, .confirmation, .unsubscribeConfirmation:
            guard let subscription = topics.subscriptions[Int(owed.receiver)] else {
                preconditionFailure("a subscription outlives what is owed to it")
            }
            return subscription
        case .archive, .direct: return nil
        }
    }

    private func line(of owed: OwedSlot) -> DeliveryLine {
        switch owed.kind {
        case .archive: return ring.archive
        case .direct: return ring.direct
        default:
            guard let subscription = subscription(of: owed) else {
                preconditionFailure("every other delivery is owed to a subscription")
            }
            return subscription.line
        }
    }

    /// A delivery waits no longer.
    mutating func becomeDue(_ slot: UInt32) {
        store.owed[slot].state = .due
        store.owed[slot].timer = 0
        store.owed[slot].next = 0
        let line = line(of: store.owed[slot])
        if line.last == 0 {
            line.first = slot
        } else {
            store.owed[line.last].next = slot
        }
        line.last = slot
        ring.enter(line)
    }

    private mutating func wait(_ slot: UInt32) {
        store.owed[slot].state = .waiting
        store.owed[slot].timer = chores.schedule(
            at: store.owed[slot].dueAt, payload: Chore.delivery.payload(slot))
    }

    /// The second that a line waited for has come; `slot` is its first delivery.
    mutating func endThrottle(of slot: UInt32) {
        let line = line(of: store.owed[slot])
        line.throttleTimer = 0
        ring.enter(line)
    }

    // MARK: Taking

    /// Deliveries to attempt now, at most `limit` of them; each is then under way until
    /// `finishDelivery`.
    ///
    /// Oldest first for each subscription, in turns between subscriptions, within the throttle and
    /// the bound of deliveries under way of each. O(1) for each delivery.
    ///
    /// - Parameter share: How many deliveries one subscription may have under way, from 1; above the
    ///   bound it has no effect.
    public mutating func takeDueDeliveries(
        limit: Int, share: Int = .max, at now: Moment, _ body: (DueDelivery) -> Void
    ) {
        precondition(share > 0, "every subscription has its turn")
        var left = limit
        while left > 0, let line = ring.next() {
            let slot = line.first
            // What is under way brings the line back when it ends.
            guard line.isReady, line.underwayCount < share, !throttles(line, slot, at: now)
            else { continue }
            line.first = store.owed[slot].next
            if line.first == 0 { line.last = 0 }
            store.owed[slot].next = 0
            store.owed[slot].state = .underway
            line.underwayCount += 1
            ring.enter(line)
            left -= 1
            body(describe(slot))
        }
    }

    /// Deliveries that are owed, in any state.
    public var owedDeliveryCount: Int { store.owed.count }

    /// Counts a delivery against the receiver's throttle; true when it has to wait for the next
    /// second.
    private mutating func throttles(_ line: DeliveryLine, _ slot: UInt32, at now: Moment) -> Bool {
        guard store.owed[slot].kind == .notification,
            let subscription = subscription(of: store.owed[slot]),
            let limit = retryPlan(for: subscription).maxReceivesPerSecond
        else { return false }
        if line.throttleCount == 0 || line.throttledSince + 1000 <= now.instant.milliseconds {
            line.throttledSince = now.instant.milliseconds
            line.throttleCount = 0
        }
        guard line.throttleCount >= limit else {
            line.throttleCount += 1
            return false
        }
        line.throttleTimer = chores.schedule(
            at: line.throttledSince + 1000, payload: Chore.throttle.payload(slot))
        return true
    }

    private func describe(_ slot: UInt32) -> DueDelivery {
        let owed = store.owed[slot]
        var delivery = DueDelivery(
            number: UInt64(owed.generation) << 32 | UInt64(slot), content: content(of: owed),
            protocolKind: .http, endpoint: "", subscriptionARN: "", topicARN: "", isRaw: false,
            contentType: "text/plain; charset=UTF-8", attempts: Int(owed.attempts),
            since: Instant(milliseconds: owed.since))
        switch owed.kind {
        case .archive:
            delivery.topicARN = topics.topics[Int(owed.receiver)]?.arn ?? ""
        case .direct:
            delivery.protocolKind =
                SubscriptionProtocol(rawValue: UInt8(owed.receiver)) ?? .application
            delivery.endpoint = ring.directTargets[slot] ?? ""
        case .notification, .confirmation, .unsubscribeConfirmation:
            guard let subscription = subscription(of: owed) else { break }
            delivery.protocolKind = subscription.protocolKind
            delivery.endpoint =
                subscription.protocolKind == .sms
                ? PhoneNumber.withoutSeparators(subscription.endpoint) : subscription.endpoint
            delivery.subscriptionARN = subscription.arn
            delivery.topicARN = subscription.topic.arn
            delivery.isRaw = subscription.settings.rawMessageDelivery
            delivery.contentType = retryPlan(for: subscription).contentType
        }
        if delivery.protocolKind == .application, let device = device(of: delivery.endpoint) {
            delivery.device = DueDelivery.Device(
                token: device.token, userData: device.customUserData)
        }
        return delivery
    }

    private func content(of owed: OwedSlot) -> DueDelivery.Content {
        switch owed.kind {
        case .notification, .direct, .archive:
            let publication = store.publications[owed.publication]
            let position = JournalPosition(offset: publication.position)
            if owed.kind == .archive {
                return .archive(position: position, length: Int(publication.length))
            }
            return .notification(
                position: position, length: Int(publication.length), entry: Int(owed.entry))
        case .confirmation, .unsubscribeConfirmation:
            guard let subscription = subscription(of: owed) else {
                preconditionFailure("a confirmation is owed to a subscription")
            }
            var hasher = SipHasher(key: hashKey)
            hasher.update(littleEndian: subscription.token.first)
            hasher.update(littleEndian: subscription.token.second)
            return .confirmation(
                DueDelivery.Confirmation(
                    isUnsubscribe: owed.kind == .unsubscribeConfirmation,
                    id: MessageID(random: hasher.finish()), token: tokenText(of: subscription),
                    timestamp: Timestamp(milliseconds: owed.sinceTimestamp),
                    signatureVersion: UInt8(subscription.topic.settings.signatureVersion)))
        }
    }

    // MARK: Finishing

    /// Says what came of an attempt and records it; nil when nobody owes the delivery any more.
    public mutating func finishDelivery(
        _ number: UInt64, _ result: DeliveryResult, at now: Moment, into sink: any RecordSink
    ) -> DeliveryReport? {
        let slot = UInt32(truncatingIfNeeded: number)
        guard slot != 0, slot < store.owed.highWater, store.owed[slot].state == .underway,
            store.owed[slot].generation == UInt32(number >> 32)
        else { return nil }
        let owed = store.owed[slot]
        var report = report(on: owed)
        // The archive is no subscriber that anybody counts.
        let topic = owed.kind == .archive ? nil : topic(of: owed)
        if let topic { topics.noteCount(of: topic) }
        if result == .delivered {
            end(slot, at: now, into: sink)
            topic?.count(report.protocolKind) { $0.delivered += 1 }
            return report
        }
        topic?.count(report.protocolKind) { $0.failed += 1 }
        if result == .gone { retire(describe(slot), of: topic, at: now, into: sink) }
        if result == .failed,
            let delay = plan(for: owed).delay(
                afterAttempts: Int(owed.attempts) + 1, jitter: entropy.next().first)
        {
            postpone(slot, until: now.instant.adding(milliseconds: delay), at: now, into: sink)
            report.fate = .retried(inMilliseconds: delay)
        } else if redrive(slot, at: now, into: sink) {
            topic?.count(report.protocolKind) { $0.redriven += 1 }
            report.fate = .redriven
        } else {
            end(slot, at: now, into: sink)
            report.fate = .failed
        }
        return report
    }

    private func plan(for owed: OwedSlot) -> RetryPlan {
        switch owed.kind {
        case .archive: return RetryPlan.archive
        case .direct:
            return RetryPlan(for: SubscriptionProtocol(rawValue: UInt8(owed.receiver)) ?? .sms)
        default:
            guard let subscription = subscription(of: owed) else {
                preconditionFailure("every other delivery is owed to a subscription")
            }
            return retryPlan(for: subscription)
        }
    }

    private func topic(of owed: OwedSlot) -> Topic? {
        owed.kind == .archive
            ? topics.topics[Int(owed.receiver)] : subscription(of: owed)?.topic
    }

    private func report(on owed: OwedSlot) -> DeliveryReport {
        let topic = topic(of: owed)
        let kind =
            subscription(of: owed)?.protocolKind
            ?? SubscriptionProtocol(rawValue: UInt8(truncatingIfNeeded: owed.receiver)) ?? .http
        let feedback = topic?.settings.feedback(for: kind)
        return DeliveryReport(
            fate: .delivered, topicARN: topic?.arn ?? "", protocolKind: kind,
            attempts: Int(owed.attempts) + 1, successRoleARN: feedback?.successRoleARN,
            failureRoleARN: feedback?.failureRoleARN,
            successSampleRate: feedback?.successSampleRate ?? 0, messageID: nil)
    }

    mutating func end(_ slot: UInt32, at now: Moment, into sink: any RecordSink) {
        beginRecord(at: now)
        scratch.append(littleEndian: slot)
        endRecord(.deliveryEnded, into: sink)
        applyDeliveryEnded(slot, at: now)
    }

    private mutating func postpone(
        _ slot: UInt32, until instant: Instant, at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        scratch.append(littleEndian: slot)
        scratch.append(littleEndian: instant.milliseconds)
        endRecord(.deliveryPostponed, into: sink)
        applyDeliveryPostponed(slot, until: instant)
    }

    /// Sends a delivery that is given up to the subscription's dead-letter queue; false when it has
    /// none, or none that can take it.
    private mutating func redrive(
        _ slot: UInt32, at now: Moment, into sink: any RecordSink
    ) -> Bool {
        let owed = store.owed[slot]
        guard owed.kind == .notification, let subscription = subscription(of: owed),
            let queue = deadLetterQueue(of: subscription)
        else { return false }
        beginRecord(at: now)
        scratch.append(littleEndian: slot)
        scratch.append(littleEndian: queue.number)
        endRecord(.deliveryRedriven, into: sink)
        applyDeliveryRedriven(slot, to: queue, at: now)
        return true
    }

    /// The queue that takes what a subscription's receiver does not.
    func deadLetterQueue(of subscription: Subscription) -> Queue? {
        guard let identity = subscription.settings.deadLetterQueue,
            let queue = queue(of: identity),
            subscription.topic.settings.isFIFO || !queue.settings.isFIFO
        else { return nil }
        return queue
    }

    // MARK: Applying

    mutating func applyDeliveryEnded(_ slot: UInt32, at now: Moment) {
        let owed = store.owed[slot]
        leaveLine(slot)
        if owed.publication != 0 { store.dereference(owed.publication) }
        free(slot, owed)
    }

    mutating func applyDeliveryPostponed(_ slot: UInt32, until instant: Instant) {
        leaveLine(slot)
        store.owed[slot].attempts += 1
        store.owed[slot].dueAt = instant.milliseconds
        wait(slot)
    }

    mutating func applyDeliveryRedriven(_ slot: UInt32, to queue: Queue, at now: Moment) {
        let owed = store.owed[slot]
        leaveLine(slot)
        // The message takes over the delivery's reference.
        arrive(Int(owed.entry), of: owed.publication, in: queue, at: now)
        free(slot, owed)
    }

    /// A delivery is no longer due, waiting or under way. At replay it is in its line still: the
    /// records say what came of attempts, not that they began.
    private mutating func leaveLine(_ slot: UInt32) {
        let owed = store.owed[slot]
        let line = line(of: owed)
        switch owed.state {
        case .underway:
            line.underwayCount -= 1
            ring.enter(line)
        case .due:
            unlink(slot, from: line)
        case .waiting:
            if owed.timer != 0 { chores.cancel(owed.timer) }
            store.owed[slot].timer = 0
        case .free: preconditionFailure("what is not owed does not end")
        }
    }

    /// O(deliveries due before it), which are few: the oldest are attempted first.
    private mutating func unlink(_ slot: UInt32, from line: DeliveryLine) {
        var previous: UInt32 = 0
        var current = line.first
        while current != 0, current != slot {
            previous = current
            current = store.owed[current].next
        }
        precondition(current == slot, "what is due stands in its line")
        let next = store.owed[slot].next
        if previous == 0 { line.first = next } else { store.owed[previous].next = next }
        if line.last == slot { line.last = previous }
    }

    private mutating func free(_ slot: UInt32, _ owed: OwedSlot) {
        let subscription = subscription(of: owed)
        ring.directTargets[slot] = nil
        store.owed[slot].state = .free
        store.owed[slot].generation &+= 1
        count(slot, -1)
        store.owed.free(slot)
        if let subscription, subscription.owedCount == 0 { releaseIfUnused(subscription) }
        if owed.kind == .archive, let topic = topics.topics[Int(owed.receiver)] {
            releaseIfUnused(topic)
        }
    }

    // MARK: Loading

    /// Rebuilds the lines and timers of a loaded snapshot, in the order of the deliveries' times.
    mutating func restoreOwed() throws(RecordError) {
        guard store.owed.highWater > 1 else { return }
        var slots: [UInt32] = []
        for slot in 1..<store.owed.highWater where store.owed[slot].state != .free {
            let owed = store.owed[slot]
            switch owed.kind {
            case .archive:
                guard Int(owed.receiver) < topics.topics.count else {
                    throw RecordError("delivery \(slot) has no topic")
                }
            case .direct: break
            default:
                guard Int(owed.receiver) < topics.subscriptions.count,
                    topics.subscriptions[Int(owed.receiver)] != nil
                else { throw RecordError("delivery \(slot) has no subscription") }
            }
            count(slot, 1)
            slots.append(slot)
        }
        slots.sort { (store.owed[$0].dueAt, $0) < (store.owed[$1].dueAt, $1) }
        for slot in slots { wait(slot) }
    }
}
