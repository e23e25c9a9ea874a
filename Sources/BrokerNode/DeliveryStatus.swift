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

    /// The subject of a delivery to a queue.
    init(id: MessageID, timestamp: Timestamp, digest: MD5Digest) {
        self.id = id
        self.timestamp = timestamp
        self.digest = digest
    }
}

/// One attempt to deliver with what came of it, on its way to the delivery log.
struct DeliveryStatus {
    /// Bytes of a response that are told.
    private static let responseLimit = 1024

    let report: DeliveryReport
    let subject: DeliverySubject?
    /// Where it goes, without user name and password.
    let destination: String
    /// Whether it is for the archive, which is no subscriber whose deliveries a topic asks about.
    let isForArchive: Bool
    /// What the receiver said, and the status of an HTTP response.
    let response: String
    let status: Int?
    let since: Instant

    /// The status of a delivery that the outbox attempted.
    init(_ answer: Outbox.Answer, _ report: DeliveryReport) {
        self.report = report
        subject = answer.item.subject
        if case .archive = answer.item.delivery.content {
            isForArchive = true
            destination = "archive"
        } else {
            isForArchive = false
            destination = answer.item.delivery.endpoint.withoutCredentials
        }
        response = answer.response
        status = answer.status
        since = answer.item.delivery.since
    }

    /// The status of a delivery to a queue.
    init(_ delivery: QueueDelivery, requestID: RequestID, at now: Moment) {
        report = delivery.report
        subject = delivery.report.messageID.map {
            DeliverySubject(id: $0, timestamp: delivery.timestamp, digest: delivery.digest)
        }
        destination = delivery.queueARN
        isForArchive = false
        var writer = ByteWriter(capacity: 256)
        if let fault = delivery.fault {
            writer.append("{\"ErrorCode\":\"")
            writer.append(fault.code)
            writer.append("\",\"ErrorMessage\":\"")
            writer.append(fault.text)
            writer.append("\",\"sqsRequestId\":\"Unrecoverable\"}")
        } else {
            writer.append("{\"sqsRequestId\":\"")
            writer.append(uuid: requestID.high, low: requestID.low)
            writer.append("\"}")
        }
        response = writer.view.string
        status = delivery.fault == nil ? 200 : 400
        since = now.instant
    }

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
        guard report.successRoleARN != nil, let subject else { return false }
        return subject.id.low % 100 < UInt64(max(report.successSampleRate, 0))
    }

    private func writeFailure(to log: any DeliveryLog, _ id: RequestID, at now: Moment) {
        guard report.failureRoleARN != nil, !isForArchive else { return }
        writeDocument(to: log, id, isSuccess: false, at: now)
    }

    private func notice(_ consequence: DeliveryNotice.Consequence) -> DeliveryNotice {
        var reason = response
        if let status, report.protocolKind != .sqs { reason = "status \(status)" }
        return DeliveryNotice(
            consequence, protocolName: isForArchive ? "archive" : report.protocolKind.name,
            topicARN: report.topicARN, destination: destination,
            attempts: report.attempts, reason: reason)
    }

    /// Writes the JSON document that CloudWatch shows.
    private func writeDocument(
        to log: any DeliveryLog, _ id: RequestID, isSuccess: Bool, at now: Moment
    ) {
        var writer = ByteWriter(capacity: 1024)
        writer.append("{\"notification\":{")
        if let subject {
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
        let response = response.utf8.prefix(DeliveryStatus.responseLimit)
        writer.append(jsonText: String(decoding: response, as: UTF8.self))
        writer.append(",\"dwellTimeMs\":")
        writer.append(decimal: now.instant.milliseconds - since.milliseconds)
        writer.append(",\"attempts\":")
        writer.append(decimal: report.attempts)
        if let status {
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

extension QueueDelivery.Fault {
    /// The code that SQS would answer.
    fileprivate var code: StaticString {
        switch self {
        case .queueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue"
        case .denied: "AccessDenied"
        case .wrongType, .tooManyAttributes, .tooLong: "InvalidParameterValue"
        }
    }

    fileprivate var text: StaticString {
        switch self {
        case .queueDoesNotExist:
            "The specified queue does not exist or you do not have access to it."
        case .denied: "Access to the resource is denied."
        case .wrongType: "A message of a standard topic cannot go into a FIFO queue."
        case .tooManyAttributes: "A raw message has more attributes than a queue takes."
        case .tooLong: "The message is longer than the queue allows."
        }
    }
}

extension String {
    /// A URL without user name and password.
    fileprivate var withoutCredentials: String {
        guard let scheme = range(ofASCII: "://") else { return self }
        let rest = utf8[scheme.upperBound...]
        let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
        guard let at = rest[..<end].lastIndex(of: 0x40) else { return self }
        return String(self[..<scheme.upperBound]) + String(self[rest.index(after: at)...])
    }

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
