import Bytes
import Testing

@testable import BrokerCore

/// How outcomes read in a transcript.
extension Scenario {
    func describe(_ error: BrokerError) -> String {
        var text = error.message
        for (handle, label) in handleLabels { text = text.replacing(handle, with: label) }
        return text.isEmpty ? "error \(error.code)" : "error \(error.code): \(text)"
    }

    func describe(_ sent: SentMessage, of draft: MessageDraft) -> String {
        #expect(sent.bodyDigest == MD5Digest(of: draft.body ?? ByteView()))
        #expect((sent.attributesDigest != nil) == !draft.attributes.isEmpty)
        #expect((sent.systemAttributesDigest != nil) == !draft.systemAttributes.isEmpty)
        guard let sequence = sent.sequenceNumber else { return label(sent.id) }
        return "\(label(sent.id)) \(label(sequence: sequence))"
    }

    func describe(batch outcome: Outcome) -> [String] {
        guard case .batch(let results) = outcome else { return ["?"] }
        return results.map { result in
            switch result.result {
            case .success: "\(result.id.string): ok"
            case .failure(let error): "\(result.id.string): \(describe(error))"
            }
        }
    }

    func describe(_ messages: [ReceivedMessage], isDetailed: Bool) throws -> [String] {
        if messages.isEmpty { return ["nothing"] }
        return try messages.map { try describe($0, isDetailed: isDetailed) }
    }

    private func describe(_ received: ReceivedMessage, isDetailed: Bool) throws -> String {
        if let entry = received.entry {
            return try describe(received, entry: entry, isDetailed: isDetailed)
        }
        let stored = try world.message(received)
        #expect(stored.bodyDigest == MD5Digest(of: stored.body))
        let text = stored.body.string.replacing("\n", with: "\\n")
        let body = stored.body.count > 40 ? "(\(stored.body.count) bytes)" : text
        let id = received.replacedID ?? stored.id
        var parts = ["\(label(received.receiptHandle)) \(label(id)) \(body)"]
        if received.receiveCount != 1 { parts.append("receive \(received.receiveCount)") }
        guard isDetailed else { return parts.joined(separator: ", ") }
        parts.append("sent \(seconds(received.sentAt ?? stored.timestamp))")
        parts.append("first received \(seconds(received.firstReceivedAt))")
        if !stored.groupID.isEmpty { parts.append("group \(stored.groupID.string)") }
        if stored.sequenceNumber != 0 { parts.append(label(sequence: stored.sequenceNumber)) }
        if received.deduplicationIDIsMessageID {
            parts.append("deduplication \(label(stored.id))")
        } else if !stored.deduplicationID.isEmpty {
            parts.append("deduplication \(stored.deduplicationID.string.prefix(16))")
        }
        if !stored.traceHeader.isEmpty { parts.append("trace \(stored.traceHeader.string)") }
        for attribute in stored.attributes {
            let value = attribute.value.string
            parts.append("\(attribute.name.string) \(attribute.dataType.string) \(value)")
        }
        if stored.sender != .anonymous { parts.append("sender \(stored.sender)") }
        if let source = received.deadLetterSourceARN { parts.append("from \(source)") }
        return parts.joined(separator: ", ")
    }

    /// A message of a fan-out: its place in the queue and what was published.
    private func describe(
        _ received: ReceivedMessage, entry index: Int, isDetailed: Bool
    ) throws -> String {
        let stored = try world.notification(at: received.position, length: received.length)
        let entry = try stored.entry(index)
        let id = received.replacedID ?? stored.messageID(ofEntry: index)
        let body =
            stored.message.count > 40
            ? "(\(stored.message.count) bytes)" : stored.message.string
        var parts = ["\(label(received.receiptHandle)) \(label(id)) \(body)"]
        if received.receiveCount != 1 { parts.append("receive \(received.receiveCount)") }
        guard isDetailed else { return parts.joined(separator: ", ") }
        parts.append(entry.isRaw ? "raw" : "enveloped")
        parts.append("published \(seconds(stored.timestamp)) as \(label(stored.id))")
        if stored.isReplayed { parts.append("replayed") }
        if !stored.groupID.isEmpty { parts.append("group \(stored.groupID.string)") }
        if stored.sequenceNumber != 0 { parts.append(label(sequence: stored.sequenceNumber)) }
        if entry.sequenceNumber != 0 { parts.append("as \(label(sequence: entry.sequenceNumber))") }
        if !stored.deduplicationID.isEmpty {
            parts.append("deduplication \(stored.deduplicationID.string.prefix(16))")
        }
        if !stored.traceHeader.isEmpty { parts.append("trace \(stored.traceHeader.string)") }
        for attribute in stored.attributes {
            let value = attribute.value.string
            parts.append("\(attribute.name.string) \(attribute.dataType.string) \(value)")
        }
        if let source = received.deadLetterSourceARN { parts.append("from \(source)") }
        return parts.joined(separator: ", ")
    }

    func describe(_ task: MoveTaskDescription) -> String {
        var parts = [task.status.rawValue]
        if let handle = task.taskHandle {
            parts[0] += " \(taskHandles.first { $0.value == handle }?.key ?? "?")"
        }
        parts.append("\(task.approximateNumberOfMessagesMoved) moved")
        if let toMove = task.approximateNumberOfMessagesToMove { parts.append("of \(toMove)") }
        if let rate = task.maxNumberOfMessagesPerSecond { parts.append("rate \(rate)") }
        if let destination = task.destinationARN { parts.append("to \(destination)") }
        if let reason = task.failureReason { parts.append(reason) }
        parts.append("started \(seconds(task.startedAt))")
        return parts.joined(separator: ", ")
    }

    /// Wall-clock time as the time since the scenario began.
    private func seconds(_ timestamp: Timestamp) -> String {
        let passed = timestamp.milliseconds - World.start.timestamp.milliseconds
        let fraction = String(passed % 1000)
        return passed % 1000 == 0
            ? "\(passed / 1000)s"
            : "\(passed / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)s"
    }
}
