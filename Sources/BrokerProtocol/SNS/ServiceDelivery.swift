import BrokerCore
import Bytes

/// What stand-ins for other services of AWS get: invocations of functions, records for streams.
extension DueNotification {
    /// The request that invokes a Lambda function with the event record of SNS.
    ///
    /// The function is called by its name. A base URL that has the path of an invocation already is
    /// used as it is, for servers with one function only.
    func invocation(at base: String) -> EncodedDelivery {
        let parts = delivery.endpoint.split(separator: ":", omittingEmptySubsequences: false)
        var name = delivery.endpoint
        var qualifier = ""
        if parts.count >= 7, parts[2] == "lambda", parts[5] == "function" {
            name = String(parts[6])
            if parts.count > 7 { qualifier = "?Qualifier=" + String(parts[7]).percentEncoded }
        }
        let path = "/2015-03-31/functions/"
        let isWhole = base.withByteView { $0.firstIndex(of: "/2015-03-31/functions/") != nil }
        let url = isWhole ? base : "\(base)\(path)\(name.percentEncoded)/invocations\(qualifier)"
        let headers = [
            (name: "Content-Type", value: "application/json"),
            (name: "X-Amz-Invocation-Type", value: "Event"),
        ]
        return EncodedDelivery(
            address: .http(url: url, headers: headers + scope(of: "lambda", at: base)),
            body: eventRecord)
    }

    /// The event of one record that a function gets.
    private var eventRecord: [UInt8] {
        var body = ByteWriter(capacity: notification.message.count + 2048)
        body.append(
            #"{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","EventSubscriptionArn":"#)
        delivery.subscriptionARN.withByteView { body.append(jsonString: $0) }
        body.append(#","Sns":"#)
        var document = DocumentWriter(.compact)
        document.begin(into: &body)
        document.text("Type", "Notification" as ByteView, into: &body)
        document.identifier("MessageId", notification.id, into: &body)
        document.text("TopicArn", notification.target, into: &body)
        if notification.subject.isEmpty {
            document.null("Subject", into: &body)
        } else {
            document.text("Subject", notification.subject, into: &body)
        }
        notification.withMessage(for: delivery.protocolKind.messageKey) {
            document.text("Message", $0, into: &body)
        }
        document.time("Timestamp", notification.timestamp, into: &body)
        // AWS writes 1 here, whatever the topic's version is.
        document.text("SignatureVersion", "1" as ByteView, into: &body)
        document.text("Signature", signature, into: &body)
        document.text("SigningCertUrl", links.certificateURL, into: &body)
        document.beginMember("UnsubscribeUrl", into: &body)
        body.append(0x22)
        NotificationEnvelope.append(
            unsubscribeLinkTo: entry, of: notification, links, into: &body)
        body.append(0x22)
        document.attributes("MessageAttributes", notification.attributes, into: &body)
        document.end(into: &body)
        body.append("}]}")
        return body.array
    }

    /// The request that puts the message into a Firehose stream.
    func putRecord(at base: String) -> EncodedDelivery {
        var data = ByteWriter(capacity: notification.message.count + 2048)
        if entry.isRaw {
            notification.withMessage(for: delivery.protocolKind.messageKey) { data.append($0) }
        } else {
            NotificationEnvelope.append(
                notification, entry, for: delivery.protocolKind, links: links,
                signature: signature, .compact, into: &data)
        }
        let stream = delivery.endpoint.split(separator: "/").last.map(String.init) ?? ""
        var body = ByteWriter(capacity: data.count * 4 / 3 + 256)
        body.append(#"{"DeliveryStreamName":"#)
        stream.withByteView { body.append(jsonString: $0) }
        body.append(#","Record":{"Data":""#)
        body.append(base64: data.view)
        body.append("\"}}")
        let headers = [
            (name: "Content-Type", value: "application/x-amz-json-1.1"),
            (name: "X-Amz-Target", value: "Firehose_20150804.PutRecord"),
        ]
        return EncodedDelivery(
            address: .http(url: base + "/", headers: headers + scope(of: "firehose", at: base)),
            body: body.array)
    }

    /// Headers that tell account and region by a credential scope, as servers for tests read them.
    /// The signature in it is none.
    private func scope(of service: String, at base: String) -> [(name: String, value: String)] {
        var headers = [(name: "User-Agent", value: DeliveryEncoder.userAgent)]
        let parts = delivery.endpoint.split(separator: ":", omittingEmptySubsequences: false)
        // A URL with credentials of its own has an Authorization of its own.
        guard parts.count >= 6, parts[0] == "arn", !base.utf8.contains(0x40) else { return headers }
        var date = ByteWriter(capacity: 64)
        date.append(calendar: notification.timestamp.milliseconds)
        let day = date.view.prefix(10).string.filter { $0 != "-" }
        let scope = "\(parts[4])/\(day)/\(parts[3])/\(service)/aws4_request"
        headers.append(
            (
                name: "Authorization",
                value: "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=0"
            ))
        return headers
    }
}

extension String {
    /// The text as a part of a URL's path.
    fileprivate var percentEncoded: String {
        var writer = ByteWriter(capacity: 128)
        withByteView { writer.append(percentEncoded: $0) }
        return writer.view.string
    }
}
