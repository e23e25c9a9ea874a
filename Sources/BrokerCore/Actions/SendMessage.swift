import Bytes

/// SendMessage and SendMessageBatch.
extension Broker {
    mutating func perform(
        _ send: SendMessage, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> SentMessage {
        let queue = try queue(send.queue)
        try MessageRules.check(send.message, for: queue.settings, in: .single)
        return try accept(send.message, number: 0, in: queue, from: caller, at: now, into: sink)
    }

    mutating func perform(
        _ send: SendMessageBatch, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> [BatchResult<SentMessage>] {
        let queue = try queue(send.queue)
        try Batches.checkCount(send.entries.count, entryName: "SendMessageBatchRequestEntry")
        try checkBatch(send.entries, for: queue.settings)
        sentResults.removeAll(keepingCapacity: true)
        for (index, entry) in send.entries.enumerated() {
            do throws(BrokerError) {
                try MessageRules.check(entry.message, for: queue.settings, in: .batchEntry)
                let sent = try accept(
                    entry.message, number: index, in: queue, from: caller, at: now, into: sink)
                sentResults.append(BatchResult(id: batchIDs[index], result: .success(sent)))
            } catch {
                sentResults.append(BatchResult(id: batchIDs[index], result: .failure(error)))
            }
        }
        return sentResults
    }

    /// What refuses a batch as a whole: for each entry its id, then on FIFO queues a missing
    /// deduplication or group identifier, then a repeated id; at last the size of all together.
    /// The ids are in `batchIDs` then.
    private mutating func checkBatch(
        _ entries: [SendMessageBatch.Entry], for settings: QueueSettings
    ) throws(BrokerError) {
        batchIDs.removeAll(keepingCapacity: true)
        var byteCount = 0
        for entry in entries {
            let id = try Batches.checkFormat(entry.id)
            if settings.isFIFO {
                guard entry.message.deduplicationID != nil || settings.contentBasedDeduplication
                else { throw MessageRules.missingDeduplicationID }
                guard entry.message.groupID != nil else {
                    throw BrokerError(
                        .invalidParameterValue,
                        "The request must contain the parameter MessageGroupId.")
                }
            }
            try Batches.checkDistinct(id, among: batchIDs)
            batchIDs.append(id)
            byteCount += MessageRules.byteCount(of: entry.message)
        }
        guard byteCount <= Limits.messageBytes else {
            throw BrokerError(
                .batchRequestTooLong,
                "Batch requests cannot be longer than \(Limits.messageBytes) bytes. You have sent "
                    + "\(byteCount) bytes.")
        }
    }

    // MARK: One message

    /// Takes a checked message, the `number`th of its action, into its queue, unless a
    /// deduplication identifier is known already.
    private mutating func accept(
        _ message: MessageDraft, number: Int, in queue: Queue, from caller: Caller,
        at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> SentMessage {
        guard acceptsMessages else { throw .noRoomForMessages }
        let body = message.body ?? ByteView()
        let bodyDigest =
            bodyDigests.isEmpty
            ? MD5Digest(of: body) : MD5Digest(number: number, of: bodyDigests)
        encodeAttributes(message.attributes)
        var stored = StoredMessage(
            instant: now.instant, timestamp: now.timestamp, queue: queue.number, slot: 0,
            id: MessageID(high: 0, low: 0), bodyDigest: bodyDigest,
            attributesDigest: MD5Digest(first: 0, second: 0), sequenceNumber: 0,
            sender: caller.account, delayMilliseconds: 0, groupID: message.groupID ?? ByteView(),
            deduplicationID: message.deduplicationID ?? ByteView(),
            traceHeader: message.traceHeader ?? ByteView(),
            attributeCount: message.attributes.count, attributeBytes: attributeScratch.view,
            body: body)
        var sent = SentMessage(id: stored.id, bodyDigest: bodyDigest)
        if stored.attributeCount > 0 {
            stored.attributesDigest =
                message.attributesDigest ?? MessageDigests.digest(of: stored.attributes)
            sent.attributesDigest = stored.attributesDigest
        }
        if !message.systemAttributes.isEmpty {
            sent.systemAttributesDigest = MessageDigests.digest(of: message.systemAttributes)
            if case .string(let header)? = message.systemAttributes.last?.value {
                stored.traceHeader = header
            }
        }
        if stored.traceHeader.count > Limits.traceHeaderBytes { stored.traceHeader = ByteView() }
        if !queue.settings.isFIFO {
            stored.delayMilliseconds =
                UInt32(message.delaySeconds ?? queue.settings.delaySeconds) * 1000
            send(&stored, in: queue, into: sink)
        } else if message.deduplicationID != nil {
            sendOnce(&stored, in: queue, into: sink)
        } else {
            // A content-based identifier is the SHA-256 of the body in hexadecimal.
            var digits = ByteWriter(capacity: 64)
            SHA256Digest(of: body).withView { digits.append(hex: $0) }
            stored.deduplicationID = digits.view
            sendOnce(&stored, in: queue, into: sink)
        }
        sent.id = stored.id
        sent.sequenceNumber = queue.settings.isFIFO ? stored.sequenceNumber : nil
        return sent
    }

    /// Sends a message of a FIFO queue unless its identifier was accepted within the window; then
    /// the answer is that of the first.
    private mutating func sendOnce(
        _ stored: inout StoredMessage, in queue: Queue, into sink: any RecordSink
    ) {
        let key = deduplicationKey(
            of: stored.deduplicationID, groupID: stored.groupID, in: queue)
        if let known = accepted(key, at: stored.instant) {
            stored.id = MessageID(high: known.idHigh, low: known.idLow)
            stored.sequenceNumber = known.sequenceNumber
            return
        }
        stored.sequenceNumber = nextSequenceNumber(after: queue.sequence, at: stored.timestamp)
        send(&stored, in: queue, into: sink, deduplicationKey: key)
    }

    /// Twenty digits that grow with time and leave gaps, as AWS's do: 10^19, the milliseconds since
    /// 1970, and room for 8,192 messages in each. A wall clock behind the year 2096 adds nothing more;
    /// numbers go on growing one message at a time.
    func nextSequenceNumber(after sequence: UInt64, at timestamp: Timestamp) -> UInt64 {
        let milliseconds = min(timestamp.milliseconds, 4_000_000_000_000)
        return max(sequence + 256, 10_000_000_000_000_000_000 + (milliseconds << 21))
    }

    private mutating func send(
        _ stored: inout StoredMessage, in queue: Queue, into sink: any RecordSink,
        deduplicationKey: Hash128? = nil
    ) {
        stored.id = entropy.nextMessageID()
        stored.slot = store.messages.nextIndex
        scratch.removeAll(keepingCapacityUpTo: 1 << 16)
        stored.writeHead(to: &scratch)
        latestInstant = stored.instant
        latestTimestamp = stored.timestamp
        let length = scratch.count + stored.body.count
        let position = endRecord(.messageSent, body: stored.body, into: sink)
        applySent(
            stored, in: queue, at: position, length: length, deduplicationKey: deduplicationKey)
        statistics.messagesSent += 1
    }

    /// The message of a `messageSent` record takes its place. `deduplicationKey` is that of the
    /// message, when it is known already.
    mutating func applySent(
        _ stored: StoredMessage, in queue: Queue, at position: JournalPosition, length: Int,
        deduplicationKey: Hash128? = nil
    ) {
        touch(queue)
        let backlog = queue.backlog
        touch(backlog)
        let slot = store.allocate(
            position: position, length: length, sentAt: stored.instant.milliseconds)
        let group =
            stored.groupID.isEmpty ? nil : SipHash.hash128(stored.groupID, hashKey)
        store.attach(slot, group: group, to: backlog)
        let delay =
            queue.settings.isFIFO
            ? UInt64(queue.settings.delaySeconds) * 1000 : UInt64(stored.delayMilliseconds)
        if delay > 0 {
            store.becomeDelayed(
                slot, until: stored.instant.milliseconds + delay, in: backlog)
            if queue.settings.isFIFO { scheduleDelay(of: queue) }
        } else {
            store.becomeReadyAtFirst(slot, in: backlog)
            mayServe(queue)
        }
        if queue.settings.isFIFO {
            queue.sequence = stored.sequenceNumber
            let key =
                deduplicationKey
                ?? self.deduplicationKey(
                    of: stored.deduplicationID, groupID: stored.groupID, in: queue)
            remember(
                stored.id, sequenceNumber: stored.sequenceNumber, as: key, at: stored.instant,
                in: queue.backlog)
        }
        if backlog.retentionTimer == 0 { scheduleRetention(of: queue) }
    }
}
