import BrokerCore
import BrokerProtocol
import Bytes

/// What a delivery status tells of the message.
struct DeliverySubject {
    var id: MessageID
    var timestamp: Timestamp
    /// The digest of the message as it was published.
    var digest: MD5Digest

    /// The subject of deliveries of a published message.
    init(_ notification: StoredNotification) {
        id = notification.id
        timestamp = notification.timestamp
        digest = MD5Digest(of: notification.message)
    }
}

/// One attempt to deliver with what came of it, on its way to the delivery log.
struct DeliveryStatus {
    /// Bytes of a response that are told.
    private static let responseLimit = 1024

    let answer: Outbox.Answer
    let report: DeliveryReport

    /// Tells the log what the topic's feedback attributes ask for, and what did not succeed.
    ///
    /// - Parameter deliveryID: Names the delivery in its document.
    func write(to log: any DeliveryLog, deliveryID: RequestID, at now: Moment) {
        switch report.fate {
        case .delivered:
            if isSampled { writeDocument(to: log, deliveryID, isSuccess: true, at: now) }
        case .retried(let milliseconds):
            log.write(notice(.retried(inMilliseconds: milliseconds)))
        case .redriven:
            log.write(notice(.redriven))
            writeFailure(to: log, deliveryID, at: now)
        case .failed:
            log.write(notice(.givenUp))
            writeFailure(to: log, deliveryID, at: now)
        }
    }

    /// Whether this success is one of those to be told. Chosen by the message's id, which is
    /// random, so that all deliveries of a message are told or none.
    private var isSampled: Bool {
        guard report.successRoleARN != nil, let subject = answer.item.subject else { return false }
        return subject.id.low % 100 < UInt64(max(report.successSampleRate, 0))
    }

    /// The archive is no subscriber whose deliveries a topic asks about.
    private var isForArchive: Bool {
        if case .archive = answer.item.delivery.content { true } else { false }
    }

    private func writeFailure(to log: any DeliveryLog, _ id: RequestID, at now: Moment) {
        guard report.failureRoleARN != nil, !isForArchive else { return }
        writeDocument(to: log, id, isSuccess: false, at: now)
    }

    private func notice(_ consequence: DeliveryNotice.Consequence) -> DeliveryNotice {
        var reason = answer.response
        if let status = answer.status { reason = "status \(status)" }
        return DeliveryNotice(
            consequence, protocolName: isForArchive ? "archive" : report.protocolKind.name,
            topicARN: report.topicARN, destination: isForArchive ? "archive" : destination,
            attempts: report.attempts, reason: reason)
    }

    /// The endpoint without user name and password.
    private var destination: String {
        let endpoint = answer.item.delivery.endpoint
        guard let scheme = endpoint.range(ofASCII: "://") else { return endpoint }
        let rest = endpoint.utf8[scheme.upperBound...]
        let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
        guard let at = rest[..<end].lastIndex(of: 0x40) else { return endpoint }
        return String(endpoint[..<scheme.upperBound]) + String(endpoint[rest.index(after: at)...])
    }

    /// Writes the JSON document that CloudWatch shows.
    private func writeDocument(
        to log: any DeliveryLog, _ id: RequestID, isSuccess: Bool, at now: Moment
    ) {
        var writer = ByteWriter(capacity: 1024)
        writer.append("{\"notification\":{")
        if let subject = answer.item.subject {
            writer.append("\"messageMD5Sum\":\"")
            writer.append(hex: subject.digest)
            writer.append("\",\"messageId\":\"")
            writer.append(uuid: subject.id.high, low: subject.id.low)
            writer.append("\",\"topicArn\":")
            writer.append(jsonText: report.topicARN)
            writer.append(",\"timestamp\":\"")
            writer.append(calendar: subject.timestamp.milliseconds, separator: " ")
            writer.append("\"")
        }
        writer.append("},\"delivery\":{\"deliveryId\":\"")
        writer.append(uuid: id.high, low: id.low)
        writer.append("\",\"destination\":")
        writer.append(jsonText: destination)
        writer.append(",\"providerResponse\":")
        let response = answer.response.utf8.prefix(DeliveryStatus.responseLimit)
        writer.append(jsonText: String(decoding: response, as: UTF8.self))
        writer.append(",\"dwellTimeMs\":")
        writer.append(decimal: now.instant.milliseconds - answer.item.delivery.since.milliseconds)
        writer.append(",\"attempts\":")
        writer.append(decimal: report.attempts)
        if let status = answer.status {
            writer.append(",\"statusCode\":")
            writer.append(decimal: status)
        }
        writer.append("},\"status\":\"")
        writer.append(isSuccess ? "SUCCESS" : "FAILURE")
        writer.append("\"}")
        log.write(status: writer.view)
    }
}

extension ByteWriter {
    /// Appends a JSON string.
    fileprivate mutating func append(jsonText text: String) {
        append(0x22 as UInt8)
        text.withByteView { append(jsonEscaped: $0) }
        append(0x22 as UInt8)
    }
}

extension String {
    /// Where `text` first stands.
    fileprivate func range(ofASCII text: String) -> Range<String.Index>? {
        let wanted = Array(text.utf8)
        var index = utf8.startIndex
        while let end = utf8.index(index, offsetBy: wanted.count, limitedBy: utf8.endIndex) {
            if utf8[index..<end].elementsEqual(wanted) { return index..<end }
            index = utf8.index(after: index)
        }
        return nil
    }
}
