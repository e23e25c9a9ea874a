import Bytes
import Testing

@testable import BrokerCore

/// The verbs of publishing, of deliveries and of the archive.
extension Scenario {
    /// Nil when the verb is another's.
    func performPublishing(_ command: Command) throws -> [String]? {
        switch command.verb {
        case "publish":
            var publish = Publish()
            publish.topicARN = try topicARN(command.word(0))
            publish.message = try notification(command, message: 1)
            guard case .published(let published) = try topic(.publish(publish)) else {
                return ["?"]
            }
            return [describe(published)]
        case "publish-to":
            var publish = Publish()
            let target = try command.word(0)
            if target.hasPrefix("+") {
                publish.phoneNumber = target
            } else {
                publish.targetARN = target
            }
            publish.message = try notification(command, message: 1)
            guard case .published(let published) = try topic(.publish(publish)) else {
                return ["?"]
            }
            return [describe(published)]
        case "publish-batch": return try publishBatch(command)
        case "attempt": return try attempt(command)
        case "owed": return ["\(world.broker.owedDeliveryCount) owed"]
        case "replay": return try replay(command)
        default: return nil
        }
    }

    func topic(_ action: TopicAction) throws -> TopicOutcome {
        guard case .topic(let outcome) = try perform(.topic(action)) else {
            preconditionFailure("an action of SNS has an answer of SNS")
        }
        return outcome
    }

    /// The ARN of a topic of the caller; what looks like an ARN stays as it is.
    func topicARN(_ name: String) -> String? {
        if name == "-" { return nil }
        if name.contains(":") || name == "bad" { return name }
        return TopicIdentity(account: caller.account, region: caller.region, name: name).arn
    }

    private func notification(_ command: Command, message index: Int) throws -> NotificationDraft {
        let message = try draft(command, body: index)
        var draft = NotificationDraft()
        draft.message = message.body
        draft.attributes = message.attributes
        draft.groupID = message.groupID
        draft.deduplicationID = message.deduplicationID
        draft.traceHeader = message.traceHeader
        draft.subject = command["subject"].map { world.arena.view($0) }
        draft.messageStructure = command["structure"].map { world.arena.view($0) }
        return draft
    }

    private func describe(_ published: PublishedMessage) -> String {
        guard let sequence = published.sequenceNumber else { return label(published.id) }
        return "\(label(published.id)) \(label(sequence: sequence))"
    }

    private func publishBatch(_ command: Command) throws -> [String] {
        var batch = PublishBatch()
        batch.topicARN = try topicARN(command.word(0))
        for part in command.entries {
            var entry = PublishBatch.Entry()
            entry.id = part["id"].map { world.arena.view($0) }
            entry.message = try notification(part, message: 0)
            batch.entries.append(entry)
        }
        guard case .publishedBatch(let results) = try topic(.publishBatch(batch)) else {
            return ["?"]
        }
        return results.map { result in
            switch result.result {
            case .success(let published): "\(result.id.string): \(describe(published))"
            case .failure(let error): "\(result.id.string): \(describe(error))"
            }
        }
    }

    // MARK: Deliveries

    /// Attempts what is due, up to `max=`, with the result `delivered`, `failed` or `refused`.
    private func attempt(_ command: Command) throws -> [String] {
        let results: [String: DeliveryResult] = [
            "delivered": .delivered, "failed": .failed, "refused": .refused,
        ]
        guard let result = results[try command.word(0)] else {
            throw Command.Malformed(reason: "no result of this name")
        }
        let limit = try command.integer("max") ?? 1000
        var lines: [String] = []
        let share = try command.integer("share") ?? .max
        for delivery in world.takeDeliveries(limit: limit, share: share) {
            let what = try describe(delivery)
            guard let report = world.finish(delivery, result) else {
                lines.append("\(what): not owed")
                continue
            }
            #expect(report.attempts == delivery.attempts + 1)
            switch report.fate {
            case .delivered: lines.append("\(what): delivered")
            case .retried(0): lines.append("\(what): again at once")
            // How much later has jitter, which restarts change.
            case .retried: lines.append("\(what): again later")
            case .redriven: lines.append("\(what): redriven")
            case .failed: lines.append("\(what): given up")
            }
        }
        return lines.isEmpty ? ["nothing is due"] : lines
    }

    private func describe(_ delivery: DueDelivery) throws -> String {
        let to = "\(delivery.protocolKind.name) \(delivery.endpoint)"
        let attempts = delivery.attempts == 0 ? "" : " after \(delivery.attempts)"
        switch delivery.content {
        case .notification(let position, let length, let entry):
            let stored = try world.notification(at: position, length: length)
            let kind = try stored.entry(entry).kind
            #expect(kind == .delivery || kind == .direct)
            return "\(to) \(label(stored.id)) \(stored.message.string)\(attempts)"
        case .archive(let position, let length):
            let stored = try world.notification(at: position, length: length)
            return "archive \(label(stored.id)) \(stored.message.string)\(attempts)"
        case .confirmation(let confirmation):
            #expect(!confirmation.token.isEmpty)
            return "\(to) \(confirmation.isUnsubscribe ? "unsubscribed" : "confirm")\(attempts)"
        }
    }

    // MARK: The archive

    /// Plays the archive, which holds every message whose delivery to it succeeded.
    private func replay(_ command: Command) throws -> [String] {
        var lines: [String] = []
        for request in world.takeReplayRequests() {
            let found = try world.archived(request)
            let messages = try found.map { try StoredNotification(payload: $0).message.string }
            lines.append("\(request.topicARN): \(messages.joined(separator: " "))")
            world.replayed(request, found)
        }
        return lines.isEmpty ? ["nothing to replay"] : lines
    }
}
