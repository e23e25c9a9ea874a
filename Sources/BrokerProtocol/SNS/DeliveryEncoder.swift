import BrokerCore
import Bytes

/// Where deliveries go for which a local server stands in; nil where none is configured.
public struct DeliveryEndpoints: Sendable {
    /// A Lambda-compatible endpoint, by its base URL.
    public var lambda: String?
    /// A Firehose-compatible endpoint, by its base URL.
    public var firehose: String?
    /// The gateway that takes SMS as JSON.
    public var sms: String?
    /// The gateway that takes mobile push messages as JSON.
    public var push: String?
    public init() {}
}

/// A delivery as it leaves: a request to a URL, or a mail.
public struct EncodedDelivery: Sendable {
    /// How it leaves.
    public enum Address: Sendable {
        case http(url: String, headers: [(name: String, value: String)])
        case mail(recipient: String)
        /// There is nothing that could take it, and why.
        case none(reason: String)
    }
    public var address: Address
    public var body: [UInt8]
    public init(address: Address, body: [UInt8]) {
        self.address = address
        self.body = body
    }

    /// Nothing that could take it.
    static func none(_ reason: String) -> EncodedDelivery {
        EncodedDelivery(address: .none(reason: reason), body: [])
    }
}

/// Turns deliveries that are due into what is sent.
public enum DeliveryEncoder {
    /// What requests name as their sender.
    static let userAgent = "Amazon Simple Notification Service Agent"

    /// Appends the text to be signed for a delivery.
    ///
    /// - Parameter payload: The payload of the record, for notifications.
    /// - Returns: Whether it is signed at all.
    public static func appendSignedText(
        of delivery: DueDelivery, payload: ByteView, links: NotificationLinks,
        into writer: inout ByteWriter
    ) -> Bool {
        switch delivery.content {
        case .notification(_, _, let entry):
            guard let notification = try? StoredNotification(payload: payload) else { return false }
            return NotificationEnvelope.appendSignedText(
                of: notification, entry: entry, for: delivery.protocolKind, into: &writer)
        case .confirmation(let confirmation):
            guard [.http, .https, .emailJSON].contains(delivery.protocolKind) else { return false }
            ConfirmationDocument(confirmation, of: delivery, links: links)
                .appendSignedText(into: &writer)
            return true
        case .archive: return false
        }
    }

    /// What is sent for a delivery.
    ///
    /// - Parameter signature: In base64; empty when it is not signed.
    public static func encode(
        _ delivery: DueDelivery, payload: ByteView, links: NotificationLinks, signature: ByteView,
        endpoints: DeliveryEndpoints
    ) -> EncodedDelivery {
        switch delivery.content {
        case .notification(_, _, let index):
            guard let notification = try? StoredNotification(payload: payload),
                let entry = try? notification.entry(index)
            else { return .none("the message's record cannot be read") }
            let due = DueNotification(
                delivery: delivery, notification: notification, entry: entry, links: links,
                signature: signature)
            return encode(due, endpoints)
        case .confirmation(let confirmation):
            let document = ConfirmationDocument(confirmation, of: delivery, links: links)
            return encode(document, delivery, signature: signature)
        case .archive: return .none("an archive takes no messages over the network")
        }
    }

    private static func encode(
        _ due: DueNotification, _ endpoints: DeliveryEndpoints
    ) -> EncodedDelivery {
        switch due.delivery.protocolKind {
        case .http, .https: return due.request
        case .email, .emailJSON: return due.mail
        case .lambda:
            guard let base = endpoints.lambda else {
                return .none("no endpoint for Lambda functions is configured")
            }
            return due.invocation(at: base)
        case .firehose:
            guard let base = endpoints.firehose else {
                return .none("no endpoint for Firehose is configured")
            }
            return due.putRecord(at: base)
        case .sms:
            guard let url = endpoints.sms else { return .none("no SMS gateway is configured") }
            return due.textMessage(at: url)
        case .application:
            guard let url = endpoints.push else { return .none("no push gateway is configured") }
            return due.pushMessage(at: url)
        case .sqs: return .none("a queue takes no messages over the network")
        }
    }

    private static func encode(
        _ document: ConfirmationDocument, _ delivery: DueDelivery, signature: ByteView
    ) -> EncodedDelivery {
        switch delivery.protocolKind {
        case .http, .https: return document.request(to: delivery.endpoint, signature: signature)
        case .email: return document.mail(to: delivery.endpoint)
        case .emailJSON: return document.jsonMail(to: delivery.endpoint, signature: signature)
        case .sqs, .lambda, .firehose, .sms, .application:
            return .none("\(delivery.protocolKind.name) subscriptions are not confirmed by message")
        }
    }

    /// What an attempt's answer means.
    ///
    /// A client's error, other than asking too often, is not mended by repetition; everything else
    /// that is no success may be.
    ///
    /// - Parameter status: The status of the response.
    public static func result(
        of delivery: DueDelivery, status: Int, body: [UInt8]
    ) -> DeliveryResult {
        switch status {
        case 200..<300: return .delivered
        case 429: return .failed
        case 410 where [.sms, .application].contains(delivery.protocolKind): return .gone
        case 400..<500:
            // Firehose says all that a client can do wrong, or too often, with 400.
            let isBusy =
                delivery.protocolKind == .firehose && body.withByteView(saysTooManyRequests)
            return isBusy ? .failed : .refused
        default: return .failed
        }
    }

    private static func saysTooManyRequests(_ body: ByteView) -> Bool {
        body.firstIndex(of: "Throttl") != nil || body.firstIndex(of: "LimitExceeded") != nil
            || body.firstIndex(of: "ServiceUnavailable") != nil
    }
}

/// A published message on its way to one receiver.
struct DueNotification {
    let delivery: DueDelivery
    let notification: StoredNotification
    let entry: StoredNotification.Entry
    let links: NotificationLinks
    /// In base64; empty when it is not signed.
    let signature: ByteView

    /// The MessageId as it is written.
    var messageID: String { notification.id.text }
}

extension ConfirmationDocument {
    init(
        _ confirmation: DueDelivery.Confirmation, of delivery: DueDelivery, links: NotificationLinks
    ) {
        self.init(
            confirmation: confirmation, topicARN: delivery.topicARN,
            subscriptionARN: delivery.subscriptionARN, links: links)
    }
}

extension MessageID {
    /// The identifier as it is written: a UUID.
    var text: String {
        var writer = ByteWriter(capacity: 64)
        writer.append(uuid: high, low: low)
        return writer.view.string
    }
}
