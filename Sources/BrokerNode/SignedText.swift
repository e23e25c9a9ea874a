import BrokerCore
import BrokerProtocol
import Bytes

/// What has to be signed before something can be shown to a subscriber.
enum SignedText {
    /// Nothing.
    case none
    /// This text.
    case text(SignatureKey, [UInt8])
    /// What was signed already.
    case signed([UInt8])

    /// What an entry of a published message needs when a queue's message shows it.
    ///
    /// - Parameter payload: The payload of its record. Damage counts as unsigned, and is found by
    ///   the encoder.
    static func needed(
        by payload: ByteView, entry: Int, _ signatures: inout Signatures
    ) -> SignedText {
        guard let notification = try? StoredNotification(payload: payload),
            // Messages of FIFO topics are not signed.
            notification.sequenceNumber == 0,
            let receiver = try? notification.entry(entry), !receiver.isRaw
        else { return .none }
        let key = SignatureKey(notification, for: receiver.protocolInQueue)
        if let signature = signatures.find(key) { return .signed(signature) }
        var text = ByteWriter(capacity: notification.message.count + 256)
        guard
            NotificationEnvelope.appendSignedText(
                of: notification, entry: entry, for: receiver.protocolInQueue, into: &text)
        else { return .none }
        return .text(key, text.array)
    }

    /// What a delivery needs.
    ///
    /// - Parameter payload: The payload of the record, for notifications.
    static func needed(
        by delivery: DueDelivery, payload: ByteView, links: NotificationLinks,
        _ signatures: inout Signatures
    ) -> SignedText {
        let key: SignatureKey
        switch delivery.content {
        case .confirmation(let confirmation): key = SignatureKey(confirmation)
        case .notification:
            guard !delivery.isRaw, let notification = try? StoredNotification(payload: payload),
                notification.sequenceNumber == 0
            else { return .none }
            key = SignatureKey(notification, for: delivery.protocolKind)
        case .archive: return .none
        }
        if let signature = signatures.find(key) { return .signed(signature) }
        var text = ByteWriter(capacity: payload.count + 256)
        guard
            DeliveryEncoder.appendSignedText(
                of: delivery, payload: payload, links: links, into: &text)
        else { return .none }
        return .text(key, text.array)
    }
}
