import BrokerCore
import Bytes

extension FieldName {
    static let attributes = FieldName("Attributes", xml: "Attribute")
    static let bodyDigest = FieldName("MD5OfMessageBody")
    static let attributesDigest = FieldName("MD5OfMessageAttributes")
    static let systemAttributesDigest = FieldName("MD5OfMessageSystemAttributes")
    static let code = FieldName("Code")
    static let failed = FieldName("Failed", xml: "BatchResultErrorEntry")
    static let id = FieldName("Id")
    static let message = FieldName("Message")
    static let messageID = FieldName("MessageId")
    static let nextToken = FieldName("NextToken")
    static let queueURL = FieldName("QueueUrl")
    static let queueURLs = FieldName("QueueUrls", xml: "QueueUrl")
    /// Lower-case here only, as in the service model.
    static let sourceQueueURLs = FieldName("queueUrls", xml: "QueueUrl")
    static let senderFault = FieldName("SenderFault")
    static let sequenceNumber = FieldName("SequenceNumber")
    static let tags = FieldName("Tags", xml: "Tag")
    static let taskHandle = FieldName("TaskHandle")
    static let messagesMoved = FieldName("ApproximateNumberOfMessagesMoved")

    /// The entries of a batch that succeeded.
    static func successful(_ action: ActionName?) -> FieldName {
        switch action {
        case .sendMessageBatch: FieldName("Successful", xml: "SendMessageBatchResultEntry")
        case .deleteMessageBatch: FieldName("Successful", xml: "DeleteMessageBatchResultEntry")
        default: FieldName("Successful", xml: "ChangeMessageVisibilityBatchResultEntry")
        }
    }
}

extension Outcome {
    /// Writes the fields of this outcome in the order of the service model.
    func write(
        _ form: ResponseForm, _ payload: (Int) -> ByteView, _ links: NotificationLinks,
        _ signature: (Int) -> ByteView, to fields: inout some FieldWriter,
        into writer: inout ByteWriter
    ) throws(ByteReader.EndOfBytes) {
        switch self {
        case .done: break
        case .queue(let identity):
            fields.text(.queueURL, form.url(of: identity), into: &writer)
        case .queues(let identities, let nextToken):
            fields.write(identities, nextToken: nextToken, form, into: &writer)
        case .attributes(let attributes):
            guard !attributes.isEmpty else { break }
            let entries = attributes.map { ($0.name, $0.value) }
            fields.entries(.attributes, entries, pair: .nameValue, into: &writer)
        case .tags(let tags):
            guard !tags.isEmpty else { break }
            let entries = tags.map { ($0.key, $0.value) }
            fields.entries(.tags, entries, pair: .keyValue, into: &writer)
        case .sent(let message): fields.write(message, inBatch: false, into: &writer)
        case .sentBatch(let results):
            fields.write(results, form, into: &writer) { message, fields, writer in
                fields.write(message, inBatch: true, into: &writer)
            }
        case .batch(let results): fields.write(results, form, into: &writer) { _, _, _ in }
        case .received(let messages):
            guard !messages.isEmpty else { break }
            try fields.write(
                messages, form.selection, payload, links, signature, into: &writer)
        case .parked: preconditionFailure("a waiting receive is answered when it stops waiting")
        case .moveTaskStarted(let handle): fields.text(.taskHandle, handle, into: &writer)
        case .moveTaskCancelled(let count): fields.number(.messagesMoved, count, into: &writer)
        case .moveTasks(let tasks): fields.write(tasks, into: &writer)
        case .topic(let outcome): outcome.write(form, to: &fields, into: &writer)
        }
    }
}

extension FieldWriter {
    fileprivate mutating func write(
        _ identities: [QueueIdentity], nextToken: String?, _ form: ResponseForm,
        into writer: inout ByteWriter
    ) {
        let isSources = form.action == .listDeadLetterSourceQueues
        let name = isSources ? FieldName.sourceQueueURLs : .queueURLs
        // The model requires the list of ListDeadLetterSourceQueues, though not of ListQueues.
        if isSources || !identities.isEmpty {
            beginList(name, into: &writer)
            for identity in identities { element(name, form.url(of: identity), into: &writer) }
            endList(name, into: &writer)
        }
        if let nextToken { text(.nextToken, nextToken, into: &writer) }
    }

    fileprivate mutating func write(
        _ message: SentMessage, inBatch: Bool, into writer: inout ByteWriter
    ) {
        // The model has the identifier first in a batch's entry and fourth in a single answer.
        if inBatch {
            identifier(.messageID, high: message.id.high, low: message.id.low, into: &writer)
        }
        digest(.bodyDigest, message.bodyDigest, into: &writer)
        if let attributes = message.attributesDigest {
            digest(.attributesDigest, attributes, into: &writer)
        }
        if let attributes = message.systemAttributesDigest {
            digest(.systemAttributesDigest, attributes, into: &writer)
        }
        if !inBatch {
            identifier(.messageID, high: message.id.high, low: message.id.low, into: &writer)
        }
        if let number = message.sequenceNumber {
            sequenceNumber(.sequenceNumber, number, into: &writer)
        }
    }

    /// Writes what became of the entries of a batch; a list without entries is left out.
    fileprivate mutating func write<Success>(
        _ results: [BatchResult<Success>], _ form: ResponseForm, into writer: inout ByteWriter,
        _ success: (Success, inout Self, inout ByteWriter) -> Void
    ) {
        let successful = FieldName.successful(form.action)
        var hasList = false
        for entry in results {
            guard case .success(let value) = entry.result else { continue }
            if !hasList { beginList(successful, into: &writer) }
            hasList = true
            beginElement(successful, into: &writer)
            text(.id, entry.id, into: &writer)
            success(value, &self, &writer)
            endElement(successful, into: &writer)
        }
        if hasList { endList(successful, into: &writer) }
        hasList = false
        for entry in results {
            guard case .failure(let error) = entry.result else { continue }
            if !hasList { beginList(.failed, into: &writer) }
            hasList = true
            let code = ErrorCode(error.code)
            beginElement(.failed, into: &writer)
            text(.id, entry.id, into: &writer)
            truth(.senderFault, code.fault == .sender, into: &writer)
            text(.code, ByteView(code.query), into: &writer)
            text(.message, error.text(for: form.wire), into: &writer)
            endElement(.failed, into: &writer)
        }
        if hasList { endList(.failed, into: &writer) }
    }

    fileprivate mutating func write(
        _ tasks: [MoveTaskDescription], into writer: inout ByteWriter
    ) {
        let results = FieldName("Results", xml: "ListMessageMoveTasksResultEntry")
        beginList(results, into: &writer)
        for task in tasks {
            beginElement(results, into: &writer)
            if let handle = task.taskHandle { text(.taskHandle, handle, into: &writer) }
            text(FieldName("Status"), task.status.rawValue, into: &writer)
            text(FieldName("SourceArn"), task.sourceARN, into: &writer)
            if let destination = task.destinationARN {
                text(FieldName("DestinationArn"), destination, into: &writer)
            }
            if let rate = task.maxNumberOfMessagesPerSecond {
                number(FieldName("MaxNumberOfMessagesPerSecond"), rate, into: &writer)
            }
            number(.messagesMoved, task.approximateNumberOfMessagesMoved, into: &writer)
            if let count = task.approximateNumberOfMessagesToMove {
                number(FieldName("ApproximateNumberOfMessagesToMove"), count, into: &writer)
            }
            if let reason = task.failureReason {
                text(FieldName("FailureReason"), reason, into: &writer)
            }
            let started = Int(clamping: task.startedAt.milliseconds)
            number(FieldName("StartedTimestamp"), started, into: &writer)
            endElement(results, into: &writer)
        }
        endList(results, into: &writer)
    }
}

extension ResponseForm {
    /// The URL of a queue as the caller can reach it.
    fileprivate func url(of identity: QueueIdentity) -> String {
        guard let form = queueURLs else {
            preconditionFailure("an action that answers with URLs has their form")
        }
        let scheme = form.isSecure ? "https" : "http"
        let queue = "\(identity.account)/\(identity.name)"
        switch form.style {
        case .off: return "\(scheme)://\(form.host)/\(queue)"
        case .path: return "\(scheme)://\(form.host)/queue/\(identity.region)/\(queue)"
        case .domain: return "\(scheme)://\(identity.region).queue.\(form.host)/\(queue)"
        case .standard: return "\(scheme)://sqs.\(identity.region).\(form.host)/\(queue)"
        }
    }
}
