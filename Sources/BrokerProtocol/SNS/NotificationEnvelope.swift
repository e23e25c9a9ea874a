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
        false
    }

    /// Appends what a queue's message of this entry has as its body: the envelope, or the message
    /// alone when it is raw.
    ///
    /// - Parameter signature: In base64; empty when it is not signed.
    public static func appendBody(
        of notification: StoredNotification, entry: Int, for protocolKind: SubscriptionProtocol,
        links: NotificationLinks, signature: ByteView, into writer: inout ByteWriter
    ) {}
}
