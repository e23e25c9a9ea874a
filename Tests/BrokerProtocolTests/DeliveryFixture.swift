import Bytes

@testable import BrokerCore
@testable import BrokerProtocol

/// Deliveries that are due, and what is sent for them, for tests.
struct DeliveryFixture {
    var protocolKind: SubscriptionProtocol
    var endpoint: String
    var notification = NotificationFixture(kind: .delivery)
    var contentType = "text/plain; charset=UTF-8"
    /// A confirmation instead of the notification.
    var confirmation: DueDelivery.Confirmation?
    /// Whether a subscription gets it, and not one device or phone.
    var isSubscribed = true
    var device: DueDelivery.Device?
    var endpoints = DeliveryFixture.allEndpoints

    static var allEndpoints: DeliveryEndpoints {
        var endpoints = DeliveryEndpoints()
        endpoints.lambda = "http://lambda:1"
        endpoints.firehose = "http://firehose:2"
        endpoints.sms = "http://sms:3/text"
        endpoints.push = "http://push:4/push"
        return endpoints
    }

    static func confirmation(isUnsubscribe: Bool) -> DueDelivery.Confirmation {
        DueDelivery.Confirmation(
            isUnsubscribe: isUnsubscribe, id: OutcomeEncoderTests.id, token: "70ken",
            timestamp: Timestamp(milliseconds: 1_335_920_046_655), signatureVersion: 1)
    }

    var delivery: DueDelivery {
        let content: DueDelivery.Content =
            confirmation.map { .confirmation($0) }
            ?? .notification(position: .start, length: 0, entry: 1)
        return DueDelivery(
            number: 1, content: content, protocolKind: protocolKind, endpoint: endpoint,
            device: device,
            subscriptionARN: isSubscribed ? NotificationFixture.subscription : "",
            topicARN: isSubscribed ? NotificationFixture.topic.string : "",
            isRaw: notification.isRaw, contentType: contentType, attempts: 0,
            since: Instant(milliseconds: 0))
    }

    func encoded(payload: ByteView? = nil) -> EncodedDelivery {
        DeliveryEncoder.encode(
            delivery, payload: payload ?? notification.payload, links: OutcomeEncoderTests.links,
            signature: "c2ln", endpoints: endpoints)
    }

    /// The request that is sent: its URL, its header lines, its body.
    func request() -> (url: String, headers: [String], body: String) {
        let encoded = encoded()
        guard case .http(let url, let headers) = encoded.address else {
            return ("\(encoded.address)", [], "")
        }
        let body = encoded.body.withByteView { $0.string }
        return (url, headers.map { "\($0.name): \($0.value)" }, body)
    }

    /// Why nothing is sent; nil when something is.
    func reason() -> String? {
        guard case .none(let reason) = encoded().address else { return nil }
        return reason
    }

    /// The mail that is sent: its recipient, header lines and text.
    func mail() -> (recipient: String, headers: [String], text: String)? {
        let encoded = encoded()
        guard case .mail(let recipient) = encoded.address else { return nil }
        let whole = encoded.body.withByteView { $0.string }
        guard let end = whole.range(of: "\n\n") else { return nil }
        let head = whole[..<end.lowerBound].split(separator: "\n").map(String.init)
        return (recipient, head, String(whole[end.upperBound...]))
    }

    func signedText() -> String? {
        var writer = ByteWriter()
        let isSigned = DeliveryEncoder.appendSignedText(
            of: delivery, payload: notification.payload, links: OutcomeEncoderTests.links,
            into: &writer)
        return isSigned ? writer.view.string : nil
    }
}
