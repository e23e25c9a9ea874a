import BrokerCore
import Bytes

/// What HTTP and HTTPS endpoints get.
extension DueNotification {
    var request: EncodedDelivery {
        var headers = [
            (name: "x-amz-sns-message-type", value: "Notification"),
            (name: "x-amz-sns-message-id", value: messageID),
            (name: "x-amz-sns-topic-arn", value: delivery.topicARN),
            (name: "x-amz-sns-subscription-arn", value: delivery.subscriptionARN),
        ]
        var body = ByteWriter(capacity: notification.message.count + 2048)
        if entry.isRaw {
            headers.append((name: "x-amz-sns-rawdelivery", value: "true"))
            notification.withMessage(for: delivery.protocolKind.messageKey) { body.append($0) }
        } else {
            NotificationEnvelope.append(
                notification, entry, for: delivery.protocolKind, links: links,
                signature: signature, .lines, into: &body)
        }
        headers.append((name: "Content-Type", value: delivery.contentType))
        headers += DeliveryEncoder.commonHeaders
        return EncodedDelivery(
            address: .http(url: delivery.endpoint, headers: headers), body: body.array)
    }
}

extension ConfirmationDocument {
    func request(to url: String, signature: ByteView) -> EncodedDelivery {
        var headers = [
            (name: "x-amz-sns-message-type", value: type),
            (name: "x-amz-sns-message-id", value: confirmation.id.text),
            (name: "x-amz-sns-topic-arn", value: topicARN),
        ]
        if confirmation.isUnsubscribe {
            headers.append((name: "x-amz-sns-subscription-arn", value: subscriptionARN))
        }
        headers.append((name: "Content-Type", value: "text/plain; charset=UTF-8"))
        headers += DeliveryEncoder.commonHeaders
        var body = ByteWriter(capacity: 2048)
        append(signature: signature, into: &body)
        return EncodedDelivery(address: .http(url: url, headers: headers), body: body.array)
    }
}

extension DeliveryEncoder {
    /// What every request to a subscriber's URL has.
    fileprivate static var commonHeaders: [(name: String, value: String)] {
        [(name: "User-Agent", value: userAgent), (name: "Accept-Encoding", value: "gzip,deflate")]
    }
}
