import Bytes

/// Publish and PublishBatch: one record for a message and everybody who gets it, or several for a
/// message that very many get (see `UnfinishedPublishes`).
extension Broker {
    mutating func perform(
        _ publish: Publish, from caller: Caller, at now: Moment, token: UInt64,
        into sink: any RecordSink
    ) throws(BrokerError) -> PublishedMessage {
        guard let arn = publish.topicARN ?? publish.targetARN else {
            return try publishDirectly(publish, from: caller, at: now, into: sink)
        }
        guard publish.phoneNumber == nil,
            publish.topicARN == nil || publish.targetARN == nil
        else {
            throw .invalidParameter(
                "Only one of TopicArn, TargetArn and PhoneNumber can be specified")
        }
        if arn.hasPrefix("arn:aws:sns:"), Broker.namesDevice(arn) {
            return try publishDirectly(publish, from: caller, at: now, into: sink)
        }
        let isFIFO = arn.hasSuffix(".fifo")
        try PublishRules.checkPresence(publish.message)
        try PublishRules.checkIdentifiers(publish.message, isFIFO: isFIFO)
        let topic = try topic(
            named: arn, from: caller,
            parameter: publish.topicARN == nil ? "TargetArn" : "TopicArn")
        try PublishRules.checkDeduplication(publish.message, topic.settings)
        try PublishRules.check(publish.message)
        try checkRoom()
        try checkLine(for: topic)
        return self.publish(
            publish.message, to: topic, from: caller, at: now, token: token, into: sink)
    }

    mutating func perform(
        _ publish: PublishBatch, from caller: Caller, at now: Moment, token: UInt64,
        into sink: any RecordSink
    ) throws(BrokerError) -> [BatchResult<PublishedMessage>] {
        let topic = try topic(
            named: publish.topicARN, from: caller, parameter: "TopicArn")
        let ids = try PublishRules.checkBatch(publish.entries, topic.settings)
        try checkRoom()
        var results: [BatchResult<PublishedMessage>] = []
        results.reserveCapacity(ids.count)
        for (id, entry) in zip(ids, publish.entries) {
            do throws(BrokerError) {
                try PublishRules.checkPresence(entry.message)
                try PublishRules.checkIdentifiers(
                    entry.message, isFIFO: topic.settings.isFIFO)
                try PublishRules.check(entry.message)
                try checkLine(for: topic)
                let published = self.publish(
                    entry.message, to: topic, from: caller, at: now, token: token, into: sink)
                results.append(BatchResult(id: id, result: .success(published)))
            } catch {
                results.append(BatchResult(id: id, result: .failure(error)))
            }
        }
        return results
    }

    /// Whether the last element of an ARN that is not empty has a slash.
    private static func namesDevice(_ arn: String) -> Bool {
        var isWithinElement = false
        for byte in arn.utf8.reversed() {
            if byte == 0x2F { return true }
            if byte == 0x3A, isWithinElement { return false }
            isWithinElement = byte != 0x3A
        }
        return false
    }

    private func checkRoom() throws(BrokerError) {
        guard acceptsMessages else { throw .noRoomForMessages }
    }

    // MARK: To a topic

    private mutating func publish(
        _ draft: NotificationDraft, to topic: Topic, from caller: Caller, at now: Moment,
        token: UInt64, into sink: any RecordSink
    ) -> PublishedMessage {
        encodeAttributes(draft.attributes)
        let arn = topic.arn
        return arn.withByteView { target in
            var stored = StoredNotification(
                draft, to: target, number: topic.number, attributes: attributeScratch.view,
                sender: caller.account, seed: entropy.next(), at: now)
            stored.signatureVersion = UInt8(topic.settings.signatureVersion)
            guard topic.settings.isFIFO else {
                stored.id = entropy.nextMessageID()
                if postpones(topic) {
                    postpone(stored, to: topic, token: token)
                } else {
                    receiversLeft -= topic.filters.count
                    fanOut(&stored, to: topic, into: sink)
                }
                return PublishedMessage(id: stored.id)
            }
            return publishOnce(&stored, to: topic, into: sink)
        }
    }

    /// Publishes a message of a FIFO topic unless its identifier was accepted within the window;
    /// then the answer is that of the first.
    private mutating func publishOnce(
        _ stored: inout StoredNotification, to topic: Topic, into sink: any RecordSink
    ) -> PublishedMessage {
        var digits = ByteWriter(capacity: 64)
        if stored.deduplicationID.isEmpty {
            // A content-based identifier is the SHA-256 of the message in hexadecimal.
            SHA256Digest(of: stored.message).withView { digits.append(hex: $0) }
            stored.deduplicationID = digits.view
        }
        let key = deduplicationKey(of: stored, in: topic)
        if let known = accepted(key, at: stored.instant) {
            return PublishedMessage(
                id: MessageID(high: known.idHigh, low: known.idLow),
                sequenceNumber: known.sequenceNumber)
        }
        stored.id = entropy.nextMessageID()
        stored.sequenceNumber = nextSequenceNumber(after: topic.sequence, at: stored.timestamp)
        fanOut(&stored, to: topic, deduplicationKey: key, into: sink)
        return PublishedMessage(id: stored.id, sequenceNumber: stored.sequenceNumber)
    }

    /// The digest by which a FIFO topic knows a message again.
    func deduplicationKey(of stored: StoredNotification, in topic: Topic) -> Hash128 {
        guard let backlog = topic.backlog else {
            preconditionFailure("a FIFO topic keeps its deduplication identifiers")
        }
        return deduplicationKey(
            of: stored.deduplicationID,
            within: topic.settings.fifoThroughputScope == .messageGroup ? stored.groupID : nil,
            in: backlog)
    }

    /// Decides who of `range` gets the message, and records it with them.
    ///
    /// - Returns: How many want it, and the last subscription that was decided on; nil when none is
    ///   left.
    @discardableResult
    mutating func fanOut(
        _ stored: inout StoredNotification, to topic: Topic,
        among range: SubscriptionRange = SubscriptionRange(), deduplicationKey key: Hash128? = nil,
        into sink: any RecordSink
    ) -> (count: Int, last: UInt32?) {
        matched.removeAll(keepingCapacity: true)
        var facts = MessageFacts(attributes: stored.attributeBytes, body: stored.message)
        let last = topic.filters.matching(&facts, among: range, into: &matched)
        if range.isFirst {
            topics.noteCount(of: topic)
            topic.counts.published += 1
            topic.counts.filteredOut += UInt64(topic.filters.refusedCount)
        }
        var fanOut = FanOut()
        var entries = exchange(&self.entries, with: [])
        defer {
            entries.removeAll(keepingCapacity: true)
            self.entries = entries
        }
        var isReplaying = false
        for number in matched {
            guard let subscription = topics.subscriptions[Int(number)] else {
                preconditionFailure("the filters name subscriptions that are there")
            }
            if subscription.replay != nil {
                isReplaying = true
                continue
            }
            let entry = entry(for: subscription, of: stored, &fanOut)
            if let entry { entries.append(entry) }
        }
        // Those who wait for a replay get it from the archive, though its policy was taken away.
        if topic.settings.archiveDays != nil || isReplaying {
            entries.append(
                StoredNotification.Entry(
                    kind: .archive, isRaw: false, subscription: 0,
                    subscriptionID: MessageID(high: 0, low: 0)))
        }
        // What a standard topic publishes for nobody leaves no trace.
        guard !entries.isEmpty || key != nil else { return (matched.count, last) }
        record(&stored, entries, into: sink) { broker, stored, entries, position, length in
            broker.applyPublished(
                stored, entries, in: topic, deduplicationKey: key, at: position, length: length)
        }
        return (matched.count, last)
    }

    mutating func record(
        _ stored: inout StoredNotification, _ entries: [StoredNotification.Entry],
        into sink: any RecordSink,
        _ apply: (
            inout Broker, StoredNotification, [StoredNotification.Entry], JournalPosition, Int
        ) -> Void
    ) {
        stored.publication = store.publications.nextIndex
        scratch.removeAll(keepingCapacityUpTo: 1 << 16)
        stored.writeHead(entries: entries, to: &scratch)
        latestInstant = stored.instant
        latestTimestamp = stored.recordedAt
        let length = scratch.count + stored.message.count
        let position = endRecord(.notificationPublished, body: stored.message, into: sink)
        apply(&self, stored, entries, position, length)
    }

    // MARK: Entries

    /// What the entries of one message have to know of each other, and of the message.
    struct FanOut {
        /// The sequence numbers given in FIFO queues, by the number of the queue.
        fileprivate var sequences: [UInt32: UInt64] = [:]
        /// Bytes in a queue, once they were counted.
        private var rawByteCount: Int?
        private var envelopeByteCount: Int?

        init() {}

        /// Bytes of the message in a queue.
        fileprivate mutating func byteCount(of stored: StoredNotification, isRaw: Bool) -> Int {
            if let known = isRaw ? rawByteCount : envelopeByteCount { return known }
            let count = stored.byteCountInQueue(isRaw: isRaw)
            if isRaw { rawByteCount = count } else { envelopeByteCount = count }
            return count
        }
    }

    /// What a subscription gets of a message: an entry, or nil when its queue has accepted the same
    /// deduplication identifier already, or when nothing can take the message.
    mutating func entry(
        for subscription: Subscription, of stored: StoredNotification, _ fanOut: inout FanOut
    ) -> StoredNotification.Entry? {
        let isRaw = subscription.settings.rawMessageDelivery
        var entry = StoredNotification.Entry(
            kind: .delivery, isRaw: isRaw, protocolKind: subscription.protocolKind,
            subscription: subscription.number,
            subscriptionID: subscription.id)
        guard let identity = subscription.queue else { return entry }
        let queue = queue(of: identity)
        var fault: QueueDelivery.Fault? = .queueDoesNotExist
        if let queue { fault = self.fault(of: stored, in: queue, subscription, &fanOut) }
        if let queue, fault == nil {
            // What comes from the archive comes again on purpose.
            if queue.settings.isFIFO, !stored.isReplayed, isDuplicate(stored, in: queue) {
                return nil
            }
            entry.kind = .queue
            assign(queue, to: &entry, &fanOut, at: stored.timestamp)
            note(.delivered, of: stored, for: subscription, identity)
            return entry
        }
        guard let queue = deadLetterQueue(of: subscription) else {
            note(.failed, fault, of: stored, for: subscription, identity)
            return nil
        }
        entry.kind = .deadLetter
        assign(queue, to: &entry, &fanOut, at: stored.timestamp)
        note(.redriven, fault, of: stored, for: subscription, identity)
        return entry
    }

    /// Why a queue cannot take the message; nil when its type, its size limit and its policy allow
    /// it.
    private func fault(
        of stored: StoredNotification, in queue: Queue, _ subscription: Subscription,
        _ fanOut: inout FanOut
    ) -> QueueDelivery.Fault? {
        let isRaw = subscription.settings.rawMessageDelivery
        if queue.settings.isFIFO, !subscription.topic.settings.isFIFO { return .wrongType }
        if isRaw, stored.attributeCount > Limits.messageAttributes { return .tooManyAttributes }
        if fanOut.byteCount(of: stored, isRaw: isRaw) > queue.settings.maximumMessageSize {
            return .tooLong
        }
        return queue.refusesNotifications(from: subscription.topic.arn) ? .denied : nil
    }

    private func isDuplicate(_ stored: StoredNotification, in queue: Queue) -> Bool {
        let key = deduplicationKey(
            of: stored.deduplicationID, groupID: stored.groupID, in: queue)
        return accepted(key, at: stored.instant) != nil
    }

    private func assign(
        _ queue: Queue, to entry: inout StoredNotification.Entry,
        _ fanOut: inout FanOut, at timestamp: Timestamp
    ) {
        entry.queue = queue.number
        guard queue.settings.isFIFO else { return }
        entry.sequenceNumber = nextSequenceNumber(
            after: fanOut.sequences[queue.number] ?? queue.sequence, at: timestamp)
        fanOut.sequences[queue.number] = entry.sequenceNumber
    }

    // MARK: Applying

    /// The message of a `notificationPublished` record is with everybody who gets it.
    mutating func applyPublished(
        _ stored: StoredNotification, _ entries: [StoredNotification.Entry], in topic: Topic?,
        deduplicationKey: Hash128?, at position: JournalPosition, length: Int
    ) {
        if !stored.isReplayed, let topic, let backlog = topic.backlog {
            touch(topic)
            touch(backlog)
            topic.sequence = stored.sequenceNumber
            let key = deduplicationKey ?? self.deduplicationKey(of: stored, in: topic)
            remember(
                stored.id, sequenceNumber: stored.sequenceNumber, as: key, at: stored.instant,
                in: backlog)
        }
        if stored.isReplayed, let entry = entries.first {
            if let subscription = topics.subscriptions[Int(entry.subscription)] {
                touch(subscription)
                subscription.replay?.sequence = stored.sequenceNumber
            }
        }
        guard !entries.isEmpty else { return }
        let publication = store.publish(
            at: position, length: length, references: entries.count)
        let now = Moment(instant: stored.instant, timestamp: stored.recordedAt)
        for (index, entry) in entries.enumerated() {
            switch entry.kind {
            case .queue, .deadLetter:
                applyEntry(index, entry, of: stored, publication)
            case .delivery:
                _ = owe(
                    .notification, to: entry.subscription, publication: publication, entry: index,
                    at: now)
            case .archive:
                _ = owe(
                    .archive, to: stored.topic, publication: publication, entry: index, at: now)
            case .direct:
                let slot = owe(
                    .direct, to: entry.subscription, publication: publication, entry: index,
                    at: now)
                ring.directTargets[slot] = stored.target.string
            }
        }
    }

    /// An entry's message takes its place in its queue.
    private mutating func applyEntry(
        _ index: Int, _ entry: StoredNotification.Entry, of stored: StoredNotification,
        _ publication: UInt32
    ) {
        guard let queue = queues[Int(entry.queue)] else {
            preconditionFailure("an entry's queue was there when it was decided")
        }
        touch(queue)
        touch(queue.backlog)
        let isFIFO = queue.settings.isFIFO
        if isFIFO {
            queue.sequence = entry.sequenceNumber
            if entry.kind == .queue, !stored.isReplayed {
                remember(
                    stored.messageID(ofEntry: index), sequenceNumber: entry.sequenceNumber,
                    as: self.deduplicationKey(
                        of: stored.deduplicationID, groupID: stored.groupID, in: queue),
                    at: stored.instant, in: queue.backlog)
            }
        }
        let slot = store.allocate(
            entry: index, of: publication, sentAt: stored.instant.milliseconds)
        // Message groups of a FIFO topic mean nothing to a standard queue.
        let hasGroup = !stored.groupID.isEmpty && (isFIFO || stored.sequenceNumber == 0)
        store.attach(
            slot, group: hasGroup ? SipHash.hash128(stored.groupID, hashKey) : nil,
            to: queue.backlog)
        let delay = entry.kind == .queue ? UInt64(queue.settings.delaySeconds) * 1000 : 0
        if delay > 0 {
            store.becomeDelayed(
                slot, until: stored.instant.milliseconds + delay, in: queue.backlog)
            if isFIFO { scheduleDelay(of: queue) }
        } else {
            store.becomeReadyAtFirst(slot, in: queue.backlog)
            mayServe(queue)
        }
        if queue.backlog.retentionTimer == 0 { scheduleRetention(of: queue) }
    }

    /// An entry that could not be delivered is in a dead-letter queue.
    mutating func arrive(
        _ entry: Int, of publication: UInt32, in queue: Queue, at now: Moment
    ) {
        touch(queue)
        touch(queue.backlog)
        let slot = store.allocate(
            entry: entry, of: publication, sentAt: now.instant.milliseconds)
        store.attach(slot, group: nil, to: queue.backlog)
        store.becomeReadyAtFirst(slot, in: queue.backlog)
        mayServe(queue)
        if queue.backlog.retentionTimer == 0 { scheduleRetention(of: queue) }
    }

    mutating func encodeAttributes(_ attributes: [MessageAttribute]) {
        attributeScratch.removeAll(keepingCapacityUpTo: 1 << 16)
        for attribute in attributes {
            let stored = StoredAttributes.Attribute(sent: attribute)
            StoredAttributes.append(
                name: stored.name, dataType: stored.dataType, isBinary: stored.isBinary,
                value: stored.value, to: &attributeScratch)
        }
    }
}

// MARK: - To one device or phone

extension Broker {
    private mutating func publishDirectly(
        _ publish: Publish, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> PublishedMessage {
        try PublishRules.checkPresence(publish.message)
        try PublishRules.checkIdentifiers(publish.message, isFIFO: false)
        try PublishRules.check(publish.message)
        let kind: SubscriptionProtocol
        let target: String
        if let number = publish.phoneNumber {
            try checkPhoneNumber(number, from: caller)
            try PublishRules.checkText(publish.message)
            kind = .sms
            target = number
        } else if let arn = publish.targetARN ?? publish.topicARN {
            try checkDevice(arn, from: caller)
            kind = .application
            target = arn
        } else {
            throw .invalidParameter(
                "TopicArn or TargetArn Reason: no value for required parameter")
        }
        try checkRoom()
        encodeAttributes(publish.message.attributes)
        let id = entropy.nextMessageID()
        target.withByteView { view in
            var stored = StoredNotification(
                publish.message, to: view, number: 0, attributes: attributeScratch.view,
                sender: caller.account, seed: entropy.next(), at: now)
            stored.id = id
            let entry = StoredNotification.Entry(
                kind: .direct, isRaw: true, protocolKind: kind,
                subscription: UInt32(kind.rawValue),
                subscriptionID: MessageID(high: 0, low: 0))
            record(&stored, [entry], into: sink) { broker, stored, entries, position, length in
                broker.applyPublished(
                    stored, entries, in: nil, deduplicationKey: nil, at: position, length: length)
            }
        }
        return PublishedMessage(id: id)
    }
}

extension StoredNotification {
    /// A message as it was published, without identifier and receivers.
    fileprivate init(
        _ draft: NotificationDraft, to target: ByteView, number: UInt32, attributes: ByteView,
        sender: AccountID, seed: Hash128, at now: Moment
    ) {
        self.init(
            instant: now.instant, timestamp: now.timestamp, topic: number,
            id: MessageID(high: 0, low: 0), seed: seed, sender: sender, signatureVersion: 1,
            target: target, message: draft.message ?? ByteView())
        isStructured = draft.messageStructure.map { $0 == "json" } ?? false
        subject = draft.subject ?? ByteView()
        groupID = draft.groupID ?? ByteView()
        deduplicationID = draft.deduplicationID ?? ByteView()
        let trace = draft.traceHeader ?? ByteView()
        traceHeader = trace.count <= Limits.traceHeaderBytes ? trace : ByteView()
        attributeCount = draft.attributes.count
        attributeBytes = attributes
    }

    /// Bytes of the message in a queue, attributes included, as its size limit counts them. An
    /// envelope is taken to be somewhat longer than it can be without its texts.
    fileprivate func byteCountInQueue(isRaw: Bool) -> Int {
        if isRaw {
            var count = message.count
            for attribute in attributes {
                count += attribute.name.count + attribute.dataType.count + attribute.value.count
            }
            return count
        }
        return 1024 + target.count * 3 + message.jsonEscapedCount + subject.jsonEscapedCount
            + attributeBytes.jsonEscapedCount + attributeCount * 40
    }
}

extension BrokerError {
    /// "Invalid parameter: …", the commonest text of SNS.
    static func invalidParameter(_ text: String) -> BrokerError {
        BrokerError(.invalidParameter, "Invalid parameter: \(text)")
    }
}
