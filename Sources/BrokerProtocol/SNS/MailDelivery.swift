import BrokerCore
import Bytes

/// What subscribers of the protocols email and email-json get.
extension DueNotification {
    var mail: EncodedDelivery {
        let mail = Mail(
            recipient: delivery.endpoint,
            subject: notification.subject.isEmpty
                ? "AWS Notification Message" : notification.subject,
            date: notification.timestamp,
            identifier: "\(messageID).\(entry.subscriptionID.text)",
            fields: [
                ("x-amz-sns-message-id", messageID),
                ("x-amz-sns-subscription-arn", delivery.subscriptionARN),
            ])
        var text = ByteWriter(capacity: notification.message.count + 2048)
        if delivery.protocolKind == .emailJSON {
            NotificationEnvelope.append(
                notification, entry, for: delivery.protocolKind, links: links,
                signature: signature, .lines, into: &text)
        } else {
            notification.withMessage(for: delivery.protocolKind.messageKey) { text.append($0) }
            text.append(
                """


                --
                If you wish to stop receiving notifications from this topic, please click or \
                visit the link below to unsubscribe:
                \(links.base)/?Action=Unsubscribe&SubscriptionArn=\(delivery.subscriptionARN)

                """)
        }
        return mail.encoded(text: text.view)
    }
}

extension ConfirmationDocument {
    /// The mail with the link to click.
    func mail(to recipient: String) -> EncodedDelivery {
        let text =
            confirmation.isUnsubscribe
            ? """
            Your subscription to the topic below has been deactivated:
            \(topicARN)

            If this was in error or you wish to resubscribe, click or visit the link below:
            \(subscribeURL)

            """
            : """
            You have chosen to subscribe to the topic:
            \(topicARN)

            To confirm this subscription, click or visit the link below (If this was in error no \
            action is necessary):
            \(subscribeURL)

            """
        return text.withByteView { envelope(to: recipient).encoded(text: $0) }
    }

    /// The mail with the document that HTTP endpoints get.
    func jsonMail(to recipient: String, signature: ByteView) -> EncodedDelivery {
        var text = ByteWriter(capacity: 2048)
        append(signature: signature, into: &text)
        return envelope(to: recipient).encoded(text: text.view)
    }

    private func envelope(to recipient: String) -> Mail {
        Mail(
            recipient: recipient,
            subject: confirmation.isUnsubscribe
                ? "AWS Notification - Unsubscribe Confirmation"
                : "AWS Notification - Subscription Confirmation",
            date: confirmation.timestamp, identifier: confirmation.id.text)
    }
}
