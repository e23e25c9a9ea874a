import BrokerCore
import Bytes

extension StoredMessage {
    /// A message that reached its queue by a topic, as if it had been sent to the queue: its body is
    /// what the subscription makes of the notification.
    ///
    /// - Parameters:
    ///   - payload: The payload of a `notificationPublished` record.
    ///   - entry: Which of its receivers the queue is.
    ///   - signature: In base64; empty when it is not signed.
    ///   - body: Takes the body, which must stay as long as this message is used.
    init(
        payload: ByteView, entry index: Int, links: NotificationLinks, signature: ByteView,
        body: inout ByteWriter
    ) throws(ByteReader.EndOfBytes) {
        let notification = try StoredNotification(payload: payload)
        let entry = try notification.entry(index)
        NotificationEnvelope.appendBody(
            of: notification, entry: index, for: entry.protocolInQueue, links: links,
            signature: signature, into: &body)
        // An envelope has the attributes inside.
        let hasAttributes = entry.isRaw && notification.attributeCount > 0
        // A FIFO queue has the group's order, a standard one its fairness: for the latter the group
        // of a FIFO topic means nothing.
        let isOrdered = entry.sequenceNumber != 0
        let keepsGroup = isOrdered || notification.sequenceNumber == 0
        self.init(
            instant: notification.instant, timestamp: notification.recordedAt,
            queue: entry.queue, slot: 0, id: notification.messageID(ofEntry: index),
            bodyDigest: MD5Digest(of: body.view),
            attributesDigest: hasAttributes
                ? MessageDigests.digest(of: notification.attributes)
                : MD5Digest(first: 0, second: 0),
            sequenceNumber: entry.sequenceNumber, sender: notification.sender,
            delayMilliseconds: 0, groupID: keepsGroup ? notification.groupID : ByteView(),
            deduplicationID: isOrdered ? notification.deduplicationID : ByteView(),
            traceHeader: notification.traceHeader,
            attributeCount: hasAttributes ? notification.attributeCount : 0,
            attributeBytes: hasAttributes ? notification.attributeBytes : ByteView(),
            body: body.view)
    }
}

extension StoredNotification.Entry {
    /// Whose text of a message of several a queue gets, and whose signature: in a dead-letter queue
    /// the one of the receiver that could not be reached, as far as those are signed.
    public var protocolInQueue: SubscriptionProtocol {
        switch protocolKind {
        case .sqs, .http, .https, .lambda, .emailJSON: protocolKind
        case .firehose, .email, .sms, .application: .sqs
        }
    }
}
