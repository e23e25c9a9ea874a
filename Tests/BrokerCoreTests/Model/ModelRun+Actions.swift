import Bytes
import Testing

@testable import BrokerCore

/// The actions of a model run: each is done by both and answered the same.
extension ModelRun {
    func perform(_ action: Action) throws -> Outcome {
        for queue in queues { queue.pass(to: now) }
        return try world.perform(action, from: caller).outcome
    }

    func reference(_ queue: NaiveQueue) -> QueueReference {
        world.reference(queue.name, caller)
    }

    func send(_ count: Int) throws {
        let group: String? =
            switch kind {
            case .standard: nil
            case .grouped: shuffle.one(of: [nil, "a", "b", "c", "d"])
            case .fifo: "g\(shuffle.below(4) * shuffle.below(4))"
            }
        var batch = SendMessageBatch()
        batch.queue = reference(main)
        var expected: [(body: String, sequence: Int)] = []
        for queue in queues { queue.pass(to: now) }
        for number in 0..<count {
            bodyCount += 1
            let body = "b\(bodyCount)"
            let isRepeated = shuffle.below(8) == 0
            let deduplication =
                isFIFO ? (isRepeated ? "d\(shuffle.below(4))" : "u\(bodyCount)") : nil
            let delay: Int? = isFIFO || shuffle.below(4) > 0 ? nil : shuffle.one(of: [0, 1, 5, 30])
            var entry = SendMessageBatch.Entry()
            entry.id = world.arena.view("\(number)")
            entry.message.body = world.arena.view(body)
            entry.message.groupID = group.map { world.arena.view($0) }
            entry.message.deduplicationID = deduplication.map { world.arena.view($0) }
            entry.message.delaySeconds = delay
            batch.entries.append(entry)
            note("send \(body) \(group ?? "-") \(deduplication ?? "-") \(delay ?? -1)")
            expected.append(
                main.send(
                    body, group: group, deduplication: deduplication,
                    delay: delay.map { UInt64($0) * 1000 }, at: now))
        }
        guard case .sentBatch(let results) = try perform(.sendMessageBatch(batch)) else { return }
        for (result, expected) in zip(results, expected) {
            let sent = try result.result.get()
            guard let sequence = sent.sequenceNumber else { continue }
            let known = sequences[expected.sequence]
            try expect("\(known ?? sequence)", "\(sequence)")
            sequences[expected.sequence] = sequence
        }
    }

    func receive(from queue: NaiveQueue) throws {
        var receive = ReceiveMessage()
        receive.queue = reference(queue)
        let count = shuffle.one(of: [1, 1, 3, 10, 10])
        let timeout = shuffle.one(of: [0, 1, 1, 5, 5, 30, 100])
        let attempt = isFIFO && shuffle.below(3) == 0 ? "t\(shuffle.below(3))" : nil
        receive.maxNumberOfMessages = count
        receive.visibilityTimeout = timeout
        receive.receiveRequestAttemptID = attempt.map { world.arena.view($0) }
        guard case .received(let messages) = try perform(.receiveMessage(receive)) else {
            throw Difference(text: "a short poll waits")
        }
        let expected = queue.receive(
            count, timeout: UInt64(timeout) * 1000, attempt: attempt, at: now)
        note(
            "receive \(queue.name) \(count) for \(timeout)s \(attempt ?? ""): "
                + expected.map(\.body).joined(separator: " "))
        let actual = try messages.map { "\(try world.message($0).body.string)/\($0.receiveCount)" }
        try expect(
            actual.joined(separator: " "),
            expected.map { "\($0.body)/\($0.receiveCount)" }.joined(separator: " "))
        for (received, message) in zip(messages, expected) {
            message.slot = received.receiptHandle.slot
            handles.append(
                Handle(
                    text: World.text(received.receiptHandle), message: message,
                    receive: message.receiveCount, queue: queue))
        }
        if handles.count > 400 { handles.removeFirst(100) }
    }

    private func anyHandle() -> Handle? {
        guard !handles.isEmpty else { return nil }
        let recent = min(handles.count, shuffle.below(4) == 0 ? handles.count : 12)
        return handles[handles.count - 1 - shuffle.below(recent)]
    }

    /// What a delete with this handle answers, after the model has done it.
    private func expectedDelete(_ handle: Handle) -> String {
        let message = handle.message
        guard message.queue === handle.queue else { return "ok" }
        let isLatest = message.receiveCount == handle.receive
        if isFIFO, !isLatest || message.place != .inFlight { return "expired" }
        if isLatest { handle.queue.remove(message, at: now) }
        return "ok"
    }

    private func describe(_ error: BrokerError) -> String {
        for word in ["expired", "not available", "beyond"] where error.message.contains(word) {
            return word
        }
        return error.message
    }

    func delete() throws {
        guard let handle = anyHandle() else { return }
        var delete = DeleteMessage()
        delete.queue = reference(handle.queue)
        delete.receiptHandle = world.arena.view(handle.text)
        note("delete \(handle.message.body) by receive \(handle.receive)")
        var actual = "ok"
        do { _ = try perform(.deleteMessage(delete)) } catch let error as BrokerError {
            actual = describe(error)
        }
        try expect(actual, expectedDelete(handle))
    }

    func deleteBatch(of queue: NaiveQueue) throws {
        let chosen = handles.suffix(30).filter { $0.queue === queue && shuffle.below(2) == 0 }
            .prefix(10)
        guard !chosen.isEmpty else { return }
        var batch = DeleteMessageBatch()
        batch.queue = reference(queue)
        for (number, handle) in chosen.enumerated() {
            var entry = DeleteMessageBatch.Entry()
            entry.id = world.arena.view("\(number)")
            entry.receiptHandle = world.arena.view(handle.text)
            batch.entries.append(entry)
        }
        note("delete batch " + chosen.map(\.message.body).joined(separator: " "))
        guard case .batch(let results) = try perform(.deleteMessageBatch(batch)) else { return }
        // The batch decides on all entries before it removes the first.
        var expected: [String] = []
        var removed: [NaiveMessage] = []
        for handle in chosen {
            if removed.contains(where: { $0 === handle.message }) {
                let isLatest = handle.message.receiveCount == handle.receive
                expected.append(isFIFO && !isLatest ? "expired" : "ok")
                continue
            }
            let message = handle.message
            guard message.queue === queue else {
                expected.append("ok")
                continue
            }
            let isLatest = message.receiveCount == handle.receive
            if isFIFO, !isLatest || message.place != .inFlight {
                expected.append("expired")
            } else {
                if isLatest { removed.append(message) }
                expected.append("ok")
            }
        }
        for message in removed { queue.remove(message, at: now) }
        let actual = results.map { result in
            switch result.result {
            case .success: "ok"
            case .failure(let error): describe(error)
            }
        }
        try expect(actual.joined(separator: " "), expected.joined(separator: " "))
    }

    func changeVisibility() throws {
        guard let handle = anyHandle() else { return }
        let timeout = shuffle.one(of: [0, 0, 1, 5, 30, 600, 43_200])
        var change = ChangeMessageVisibility()
        change.queue = reference(handle.queue)
        change.receiptHandle = world.arena.view(handle.text)
        change.visibilityTimeout = timeout
        note("visibility \(handle.message.body) by receive \(handle.receive) \(timeout)s")
        var actual = "ok"
        do { _ = try perform(.changeMessageVisibility(change)) } catch let error as BrokerError {
            actual = describe(error)
        }
        let message = handle.message
        let isLatest = message.receiveCount == handle.receive
        var expected = "ok"
        if message.queue !== handle.queue || (isFIFO && !isLatest) {
            expected = "not available"
        } else if message.place != .inFlight {
            expected = isFIFO ? "not available" : "ok"
        } else if now + UInt64(timeout) * 1000 > message.receivedAt + 43_200_000 {
            expected = "beyond"
        } else {
            handle.queue.changeVisibility(message, to: UInt64(timeout) * 1000, at: now)
        }
        try expect(actual, expected)
    }

    func purge(_ queue: NaiveQueue) throws {
        advance(60_000)
        note("purge \(queue.name)")
        var purge = PurgeQueue()
        purge.queue = reference(queue)
        _ = try perform(.purgeQueue(purge))
        queue.purge()
    }

    func changeSettings() throws {
        var set = SetQueueAttributes()
        set.queue = reference(main)
        for queue in queues { queue.pass(to: now) }
        if shuffle.below(2) == 0 {
            let delay = shuffle.one(of: [0, 0, 2, 10, 60])
            note("delay of the queue \(delay)s")
            set.attributes = [("DelaySeconds", String(delay))]
            main.setDelay(UInt64(delay) * 1000, at: now)
        } else {
            let retention = shuffle.one(of: [60, 120, 600, 3600])
            note("retention \(retention)s")
            set.attributes = [("MessageRetentionPeriod", String(retention))]
            main.retention = UInt64(retention) * 1000
        }
        _ = try perform(.setQueueAttributes(set))
    }
}
