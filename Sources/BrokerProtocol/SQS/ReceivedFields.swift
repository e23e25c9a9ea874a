import BrokerCore
import Bytes

extension FieldName {
    fileprivate static let messages = FieldName("Messages", xml: "Message")
    fileprivate static let receiptHandle = FieldName("ReceiptHandle")
    fileprivate static let receivedBodyDigest = FieldName("MD5OfBody")
    fileprivate static let body = FieldName("Body")
    fileprivate static let messageAttributes = FieldName(
        "MessageAttributes", xml: "MessageAttribute")
    fileprivate static let stringValue = FieldName("StringValue")
    fileprivate static let binaryValue = FieldName("BinaryValue")
    fileprivate static let dataType = FieldName("DataType")
}

extension FieldWriter {
    /// Writes received messages with the attributes that were selected.
    mutating func write(
        _ messages: [ReceivedMessage], _ selection: AttributeSelection,
        _ payload: (Int) -> ByteView, _ links: NotificationLinks, _ signature: (Int) -> ByteView,
        into writer: inout ByteWriter
    ) throws(ByteReader.EndOfBytes) {
        beginList(.messages, into: &writer)
        for (index, message) in messages.enumerated() {
            try write(
                message, selection, payload(index), links, signature(index), into: &writer)
        }
        endList(.messages, into: &writer)
    }

    /// Writes one received message as an element of the list of messages.
    mutating func write(
        _ message: ReceivedMessage, _ selection: AttributeSelection, _ payload: ByteView,
        _ links: NotificationLinks, _ signature: ByteView, into writer: inout ByteWriter
    ) throws(ByteReader.EndOfBytes) {
        beginElement(.messages, into: &writer)
        if let entry = message.entry, let longTexts {
            let stored = try StoredMessage(
                payload: payload, entry: entry, links: links, signature: signature,
                body: &longTexts.body)
            write(message, stored, selection, into: &writer)
        } else if let entry = message.entry {
            var body = ByteWriter(capacity: 64)
            let stored = try StoredMessage(
                payload: payload, entry: entry, links: links, signature: signature, body: &body)
            write(message, stored, selection, into: &writer)
            // The message has views of the body, which has to stay until here.
            body.removeAll()
        } else {
            let stored = try StoredMessage(payload: payload)
            write(message, stored, selection, into: &writer)
        }
        endElement(.messages, into: &writer)
    }

    /// Begins or ends the list of messages.
    mutating func beginMessages(into writer: inout ByteWriter) {
        beginList(.messages, into: &writer)
    }

    mutating func endMessages(into writer: inout ByteWriter) { endList(.messages, into: &writer) }

    private mutating func write(
        _ message: ReceivedMessage, _ stored: StoredMessage, _ selection: AttributeSelection,
        into writer: inout ByteWriter
    ) {
        let id = message.replacedID ?? stored.id
        identifier(.messageID, high: id.high, low: id.low, into: &writer)
        beginText(.receiptHandle, into: &writer)
        message.receiptHandle.write(to: &writer)
        endText(.receiptHandle, into: &writer)
        digest(.receivedBodyDigest, stored.bodyDigest, into: &writer)
        beginText(.body, into: &writer)
        writeLong(stored.body, into: &writer)
        endText(.body, into: &writer)
        writeSystemAttributes(message, stored, selection.system, into: &writer)
        writeMessageAttributes(stored, selection.message, into: &writer)
    }

    private mutating func writeSystemAttributes(
        _ message: ReceivedMessage, _ stored: StoredMessage,
        _ selection: AttributeSelection.SystemAttributes, into writer: inout ByteWriter
    ) {
        let present = selection.intersection(message.systemAttributes(stored))
        guard !present.isEmpty else { return }
        beginMap(.attributes, into: &writer)
        for (attribute, name) in AttributeSelection.SystemAttributes.wireNames
        where present.contains(attribute) {
            beginTextEntry(.attributes, key: ByteView(name), pair: .nameValue, into: &writer)
            writeValue(of: attribute, message, stored, into: &writer)
            endTextEntry(.attributes, pair: .nameValue, into: &writer)
        }
        endMap(.attributes, into: &writer)
    }

    private func writeValue(
        of attribute: AttributeSelection.SystemAttributes, _ message: ReceivedMessage,
        _ stored: StoredMessage, into writer: inout ByteWriter
    ) {
        switch attribute {
        case .senderID: writer.append(account: stored.sender)
        case .sentTimestamp:
            writer.append(decimal: (message.sentAt ?? stored.timestamp).milliseconds)
        case .receiveCount: writer.append(decimal: message.receiveCount)
        case .firstReceiveTimestamp:
            writer.append(decimal: message.firstReceivedAt.milliseconds)
        case .sequenceNumber: writer.append(sequenceNumber: stored.sequenceNumber)
        case .deduplicationID:
            if message.deduplicationIDIsMessageID {
                let id = message.replacedID ?? stored.id
                writer.append(uuid: id.high, low: id.low)
            } else {
                write(stored.deduplicationID, into: &writer)
            }
        case .groupID: write(stored.groupID, into: &writer)
        case .traceHeader: write(stored.traceHeader, into: &writer)
        case .deadLetterQueueSourceARN:
            write(message.deadLetterSourceARN ?? "", into: &writer)
        default: preconditionFailure("each name stands for one attribute")
        }
    }

    private mutating func writeMessageAttributes(
        _ stored: StoredMessage, _ selection: AttributeSelection.MessageAttributes,
        into writer: inout ByteWriter
    ) {
        guard stored.attributeCount > 0 else { return }
        if case .none = selection { return }
        let all = Array(stored.attributes)
        var returned = all.filter { selection.includes($0.name) }
        guard !returned.isEmpty else { return }
        returned.sort { $0.name.precedes($1.name) }
        // The digest is over what is returned, so that the client can check what it sees.
        let digest =
            returned.count == stored.attributeCount
            ? stored.attributesDigest : MessageDigests.digest(of: returned)
        self.digest(.attributesDigest, digest, into: &writer)
        beginMap(.messageAttributes, into: &writer)
        for attribute in returned {
            beginStructureEntry(
                .messageAttributes, key: attribute.name, pair: .nameValue, into: &writer)
            if attribute.isBinary {
                beginText(.binaryValue, into: &writer)
                writeLong(base64: attribute.value, into: &writer)
                endText(.binaryValue, into: &writer)
            } else {
                beginText(.stringValue, into: &writer)
                writeLong(attribute.value, into: &writer)
                endText(.stringValue, into: &writer)
            }
            text(.dataType, attribute.dataType, into: &writer)
            endStructureEntry(.messageAttributes, pair: .nameValue, into: &writer)
        }
        endMap(.messageAttributes, into: &writer)
    }
}

extension ReceivedMessage {
    /// The system attributes that this message has.
    fileprivate func systemAttributes(
        _ stored: StoredMessage
    ) -> AttributeSelection.SystemAttributes {
        var present: AttributeSelection.SystemAttributes = [
            .senderID, .sentTimestamp, .receiveCount, .firstReceiveTimestamp,
        ]
        if stored.sequenceNumber != 0 { present.insert(.sequenceNumber) }
        if deduplicationIDIsMessageID || !stored.deduplicationID.isEmpty {
            present.insert(.deduplicationID)
        }
        if !stored.groupID.isEmpty { present.insert(.groupID) }
        if !stored.traceHeader.isEmpty { present.insert(.traceHeader) }
        if deadLetterSourceARN != nil { present.insert(.deadLetterQueueSourceARN) }
        return present
    }
}

extension ByteWriter {
    /// Appends the twelve digits of an account.
    fileprivate mutating func append(account: AccountID) {
        var unit: UInt64 = 100_000_000_000
        while unit > 0 {
            append(Character.zero + UInt8(account.number / unit % 10))
            unit /= 10
        }
    }
}
