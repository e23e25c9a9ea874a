import BrokerCore
import Bytes

/// The message by which an endpoint is asked to confirm that it wants a topic's messages, or told
/// that it gets them no longer.
struct ConfirmationDocument {
    let confirmation: DueDelivery.Confirmation
    let topicARN: String
    let subscriptionARN: String
    let links: NotificationLinks

    /// `SubscriptionConfirmation` or `UnsubscribeConfirmation`.
    var type: String {
        confirmation.isUnsubscribe ? "UnsubscribeConfirmation" : "SubscriptionConfirmation"
    }

    /// The link that confirms, or subscribes again.
    var subscribeURL: String {
        "\(links.base)/?Action=ConfirmSubscription&TopicArn=\(topicARN)&Token=\(confirmation.token)"
    }

    private var message: String {
        guard confirmation.isUnsubscribe else {
            return "You have chosen to subscribe to the topic \(topicARN).\n"
                + "To confirm the subscription, visit the SubscribeURL included in this message."
        }
        return "You have chosen to deactivate subscription \(subscriptionARN).\n"
            + "To cancel this operation and restore the subscription, visit the SubscribeURL "
            + "included in this message."
    }

    /// Appends the text to be signed.
    func appendSignedText(into writer: inout ByteWriter) {
        writer.append(signed: "Message", message)
        writer.append(signed: "MessageId", confirmation.id)
        writer.append(signed: "SubscribeURL", subscribeURL)
        writer.append(signed: "Timestamp", confirmation.timestamp)
        writer.append(signed: "Token", confirmation.token)
        writer.append(signed: "TopicArn", topicARN)
        writer.append(signed: "Type", type)
    }

    /// Appends the document.
    ///
    /// - Parameter signature: In base64.
    func append(signature: ByteView, into writer: inout ByteWriter) {
        var document = DocumentWriter(.lines)
        document.begin(into: &writer)
        document.text("Type", type, into: &writer)
        document.identifier("MessageId", confirmation.id, into: &writer)
        document.text("Token", confirmation.token, into: &writer)
        document.text("TopicArn", topicARN, into: &writer)
        document.text("Message", message, into: &writer)
        document.text("SubscribeURL", subscribeURL, into: &writer)
        document.time("Timestamp", confirmation.timestamp, into: &writer)
        document.text(
            "SignatureVersion", confirmation.signatureVersion == 2 ? "2" : "1" as ByteView,
            into: &writer)
        document.text("Signature", signature, into: &writer)
        document.text("SigningCertURL", links.certificateURL, into: &writer)
        document.end(into: &writer)
    }
}
