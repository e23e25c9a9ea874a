import BrokerCore
import Bytes

/// What gateways for phones and mobile applications get; protocol-docs/sns-gateways.md describes the
/// documents.
extension DueNotification {
    /// The request that hands a text message to a gateway.
    func textMessage(at url: String) -> EncodedDelivery {
        gatewayRequest(to: url) { document, body in
            document.text("PhoneNumber", delivery.endpoint, into: &body)
            notification.withMessage(for: delivery.protocolKind.messageKey) {
                document.text("Message", $0, into: &body)
            }
        }
    }

    /// The request that hands a push message to a gateway.
    func pushMessage(at url: String) -> EncodedDelivery {
        // arn:aws:sns:<region>:<account>:endpoint/<platform>/<application>/<id>
        let parts = delivery.endpoint.split(separator: "/", omittingEmptySubsequences: false)
        let platform = parts.count > 1 ? String(parts[1]) : ""
        let application = parts.count > 2 ? String(parts[2]) : ""
        return gatewayRequest(to: url) { document, body in
            document.text("EndpointArn", delivery.endpoint, into: &body)
            document.text("Platform", platform, into: &body)
            document.text("Application", application, into: &body)
            if let device = delivery.device {
                document.text("Token", device.token, into: &body)
                if let data = device.userData {
                    document.text("CustomUserData", data, into: &body)
                }
            }
            platform.withByteView { key in
                notification.withMessage(for: key) {
                    document.text("Message", $0, into: &body)
                }
            }
        }
    }

    private func gatewayRequest(
        to url: String, _ write: (inout DocumentWriter, inout ByteWriter) -> Void
    ) -> EncodedDelivery {
        var body = ByteWriter(capacity: notification.message.count + 1024)
        var document = DocumentWriter(.compact)
        document.begin(into: &body)
        document.identifier("MessageId", notification.id, into: &body)
        write(&document, &body)
        if !notification.subject.isEmpty {
            document.text("Subject", notification.subject, into: &body)
        }
        document.time("Timestamp", notification.timestamp, into: &body)
        if !delivery.topicARN.isEmpty { document.text("TopicArn", delivery.topicARN, into: &body) }
        if !delivery.subscriptionARN.isEmpty {
            document.text("SubscriptionArn", delivery.subscriptionARN, into: &body)
        }
        document.attributes("MessageAttributes", notification.attributes, into: &body)
        document.end(into: &body)
        let headers = [
            (name: "Content-Type", value: "application/json"),
            (name: "User-Agent", value: DeliveryEncoder.userAgent),
        ]
        return EncodedDelivery(address: .http(url: url, headers: headers), body: body.array)
    }
}
