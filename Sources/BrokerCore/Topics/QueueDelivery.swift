import Bytes

/// What became of a message for one queue, which is known when it is published: for the delivery
/// log.
public struct QueueDelivery: Sendable {
    /// Why a queue did not get a message.
    public enum Fault: Sendable {
        case queueDoesNotExist
        /// The queue's policy denies it.
        case denied
        /// A standard topic's message cannot go into a FIFO queue.
        case wrongType
        case tooManyAttributes
        case tooLong
    }

    public var report: DeliveryReport
    /// The ARN of the queue.
    public var queueARN: String
    /// When it was published.
    public var timestamp: Timestamp
    /// The digest of the message as it was published.
    public var digest: MD5Digest
    /// Nil when it was delivered.
    public var fault: Fault?
}

extension Broker {
    /// Statuses that are kept until the node takes them; more of one tick are not told.
    private static let queueDeliveryLimit = 10_000

    /// Hands out what became of messages for queues since the last call: what failed, and what
    /// succeeded where the topic asks for it.
    public mutating func takeQueueDeliveries(_ body: (QueueDelivery) -> Void) {
        guard !queueDeliveries.isEmpty else { return }
        for delivery in queueDeliveries { body(delivery) }
        queueDeliveries.removeAll()
    }

    /// Counts what became of a message for a queue, and notes it if anybody asks.
    mutating func note(
        _ fate: DeliveryReport.Fate, _ fault: QueueDelivery.Fault? = nil,
        of stored: StoredNotification, for subscription: Subscription, _ queue: QueueIdentity
    ) {
        let topic = subscription.topic
        topics.noteCount(of: topic)
        topic.count(.sqs) { counts in
            switch fate {
            case .delivered: counts.delivered += 1
            case .redriven:
                counts.failed += 1
                counts.redriven += 1
            case .failed, .retried: counts.failed += 1
            }
        }
        // Most topics ask for nothing.
        if fault == nil, topic.settings.feedback.isEmpty { return }
        let feedback = topic.settings.feedback(for: .sqs)
        guard fault != nil || feedback.successRoleARN != nil,
            queueDeliveries.count < Self.queueDeliveryLimit
        else { return }
        let digest =
            queueDeliveries.last?.report.messageID == stored.id
            ? queueDeliveries.last?.digest : nil
        var report = DeliveryReport(
            fate: fate, topicARN: topic.arn, protocolKind: .sqs, attempts: 1,
            successRoleARN: feedback.successRoleARN, failureRoleARN: feedback.failureRoleARN,
            successSampleRate: feedback.successSampleRate, messageID: stored.id)
        report.messageID = stored.id
        queueDeliveries.append(
            QueueDelivery(
                report: report, queueARN: queue.arn, timestamp: stored.timestamp,
                digest: digest ?? MD5Digest(of: stored.message), fault: fault))
    }
}
