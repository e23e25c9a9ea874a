import Bytes

/// Giving out receipt handles and finding what one names.
extension Broker {
    /// What a receipt handle of a queue stands for now.
    enum Receipt {
        /// The message is deleted, expired or purged.
        case gone
        /// The message was not received again since.
        case latest(UInt32)
        /// The message has been received again since.
        case superseded(UInt32)
    }

    /// The handle of one receive of one message.
    func handle(queue: UInt32, slot: UInt32, generation: UInt32, receive: UInt32) -> ReceiptHandle {
        var handle = ReceiptHandle(
            queue: queue, slot: slot, generation: generation, receive: receive, tag: 0)
        handle.tag = tag(of: handle)
        return handle
    }

    private func tag(of handle: ReceiptHandle) -> UInt64 {
        var hasher = SipHasher(key: handleKey)
        hasher.update(littleEndian: UInt64(handle.queue) << 32 | UInt64(handle.slot))
        hasher.update(littleEndian: UInt64(handle.generation) << 32 | UInt64(handle.receive))
        return hasher.finish().first
    }

    /// Finds what the handle that a client sent stands for. O(1).
    ///
    /// - Throws: `missingParameter`; `receiptHandleIsInvalid` for what this queue never gave out.
    mutating func receipt(_ text: ByteView?, of queue: Queue) throws(BrokerError) -> Receipt {
        guard let text, !text.isEmpty else { throw .missing(parameter: "ReceiptHandle") }
        guard let handle = ReceiptHandle(text: text, scratch: &scratch),
            handle.queue == queue.number, handle.tag == tag(of: handle)
        else {
            throw BrokerError(
                .receiptHandleIsInvalid,
                "The input receipt handle \"\(text.string)\" is not a valid receipt handle.")
        }
        let slot = handle.slot
        guard slot != 0, slot < store.messages.highWater,
            store.messages[slot].generation == handle.generation,
            store.messages[slot].place != .free,
            store.backlogNumber(of: slot) == queue.backlog.number
        else { return .gone }
        let delivery = store.messages[slot].delivery
        guard delivery != 0, store.deliveries[delivery].receiveCount == handle.receive else {
            return .superseded(slot)
        }
        return .latest(slot)
    }

    /// Whether a message is in flight and its timeout has not passed, whether or not the tick has
    /// got round to showing it again.
    func isInFlight(_ slot: UInt32, at instant: Instant) -> Bool {
        store.messages[slot].place == .inFlight
            && store.deliveries[store.messages[slot].delivery].visibleAt > instant.milliseconds
    }
}
