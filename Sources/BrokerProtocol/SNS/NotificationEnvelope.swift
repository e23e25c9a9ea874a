import BrokerCore
import Bytes

/// The JSON in which a published message reaches queues, HTTP endpoints and others, and the text
/// that its signature is over.
public enum NotificationEnvelope {
    /// Appends the text to be signed of a notification as `protocolKind` gets it.
    ///
    /// - Returns: Whether it is signed at all: raw messages and those of FIFO topics are not.
    public static func appendSignedText(
        of notification: StoredNotification, entry: Int, for protocolKind: SubscriptionProtocol,
        into writer: inout ByteWriter
    ) -> Bool {
        guard let found = try? notification.entry(entry), !found.isRaw,
            isSigned(notification, for: protocolKind)
        else { return false }
        notification.withMessage(for: protocolKind.messageKey) {
            writer.append(signed: "Message", $0)
        }
        writer.append(signed: "MessageId", notification.id)
        if !notification.subject.isEmpty { writer.append(signed: "Subject", notification.subject) }
        writer.append(signed: "Timestamp", notification.timestamp)
        writer.append(signed: "TopicArn", notification.target)
        writer.append("Type\nNotification\n")
        return true
    }

    /// Appends what a queue's message of this entry has as its body: the envelope, or the message
    /// alone when it is raw.
    ///
    /// - Parameter signature: In base64; empty when it is not signed.
    public static func appendBody(
        of notification: StoredNotification, entry: Int, for protocolKind: SubscriptionProtocol,
        links: NotificationLinks, signature: ByteView, into writer: inout ByteWriter
    ) {
        guard let found = try? notification.entry(entry), !found.isRaw else {
            notification.withMessage(for: protocolKind.messageKey) { writer.append($0) }
            return
        }
        append(
            notification, found, for: protocolKind, links: links, signature: signature, .lines,
            into: &writer)
    }

    /// Whether what `protocolKind` gets of a notification carries a signature.
    private static func isSigned(
        _ notification: StoredNotification, for protocolKind: SubscriptionProtocol
    ) -> Bool {
        guard notification.sequenceNumber == 0 else { return false }
        switch protocolKind {
        case .sqs, .http, .https, .lambda, .emailJSON: return true
        case .firehose, .email, .sms, .application: return false
        }
    }

    /// Appends an envelope.
    static func append(
        _ notification: StoredNotification, _ entry: StoredNotification.Entry,
        for protocolKind: SubscriptionProtocol, links: NotificationLinks, signature: ByteView,
        _ layout: DocumentWriter.Layout, into writer: inout ByteWriter
    ) {
        writer.reserve(notification.message.count + notification.attributeBytes.count + 1536)
        var document = DocumentWriter(layout)
        document.begin(into: &writer)
        document.text("Type", "Notification" as ByteView, into: &writer)
        document.identifier("MessageId", notification.id, into: &writer)
        if notification.sequenceNumber != 0 {
            document.sequenceNumber("SequenceNumber", notification.sequenceNumber, into: &writer)
        }
        document.text("TopicArn", notification.target, into: &writer)
        if !notification.subject.isEmpty {
            document.text("Subject", notification.subject, into: &writer)
        }
        notification.withMessage(for: protocolKind.messageKey) {
            document.text("Message", $0, into: &writer)
        }
        document.time("Timestamp", notification.timestamp, into: &writer)
        if isSigned(notification, for: protocolKind) {
            document.text(
                "SignatureVersion", notification.signatureVersion == 2 ? "2" : "1" as ByteView,
                into: &writer)
            document.text("Signature", signature, into: &writer)
            document.beginMember("SigningCertURL", into: &writer)
            links.appendCertificateURL(into: &writer)
        }
        document.beginMember("UnsubscribeURL", into: &writer)
        writer.append(0x22)
        append(unsubscribeLinkTo: entry, of: notification, links, into: &writer)
        writer.append(0x22)
        if notification.isReplayed {
            document.text("Replayed", "true" as ByteView, into: &writer)
        }
        if notification.attributeCount > 0 {
            document.attributes("MessageAttributes", notification.attributes, into: &writer)
        }
        document.end(into: &writer)
    }

    /// Appends the link that ends the subscription of `entry`, for the inside of a JSON string.
    static func append(
        unsubscribeLinkTo entry: StoredNotification.Entry, of notification: StoredNotification,
        _ links: NotificationLinks, into writer: inout ByteWriter
    ) {
        links.base.withByteView { writer.append(jsonEscaped: $0) }
        writer.append("/?Action=Unsubscribe&SubscriptionArn=")
        writer.append(jsonEscaped: notification.target)
        writer.append(Character.colon)
        writer.append(uuid: entry.subscriptionID.high, low: entry.subscriptionID.low)
    }
}
