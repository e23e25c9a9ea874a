import BrokerCore
import Bytes

extension SendMessage: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        try message.read(name, from: &reader)
    }
}

extension SendMessageBatch: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        guard name.is("Entries") || name.is("SendMessageBatchRequestEntry") else { return }
        try reader.readEntries(into: &entries, of: Entry.init) {
            (entry, name, reader) throws(BrokerError) in
            if name.is("Id") {
                entry.id = try reader.readText()
            } else {
                try entry.message.read(name, from: &reader)
            }
        }
    }
}

extension MessageDraft {
    /// Reads a member that SendMessage and an entry of its batch have in common.
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("MessageBody") {
            body = try reader.readText()
        } else if name.is("DelaySeconds") {
            delaySeconds = try reader.readInteger()
        } else if name.is("MessageAttributes") || name.is("MessageAttribute") {
            try reader.readAttributes(into: &attributes)
        } else if name.is("MessageSystemAttributes") || name.is("MessageSystemAttribute") {
            try reader.readAttributes(into: &systemAttributes)
        } else if name.is("MessageDeduplicationId") {
            deduplicationID = try reader.readText()
        } else if name.is("MessageGroupId") {
            groupID = try reader.readText()
        }
    }
}

extension ReceiveMessage: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("MaxNumberOfMessages") {
            maxNumberOfMessages = try reader.readInteger()
        } else if name.is("VisibilityTimeout") {
            visibilityTimeout = try reader.readInteger()
        } else if name.is("WaitTimeSeconds") {
            waitTimeSeconds = try reader.readInteger()
        } else if name.is("MessageAttributeNames") || name.is("MessageAttributeName") {
            try reader.readMessageAttributeNames(into: &selection)
        } else if name.is("AttributeNames") || name.is("AttributeName")
            || name.is("MessageSystemAttributeNames") || name.is("MessageSystemAttributeName")
        {
            try reader.readSystemAttributeNames(into: &selection)
        } else if name.is("ReceiveRequestAttemptId") {
            receiveRequestAttemptID = try reader.readText()
        }
    }
}

extension DeleteMessage: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("ReceiptHandle") { receiptHandle = try reader.readText() }
    }
}

extension DeleteMessageBatch: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        guard name.is("Entries") || name.is("DeleteMessageBatchRequestEntry") else { return }
        try reader.readEntries(into: &entries, of: Entry.init) {
            (entry, name, reader) throws(BrokerError) in
            if name.is("Id") {
                entry.id = try reader.readText()
            } else if name.is("ReceiptHandle") {
                entry.receiptHandle = try reader.readText()
            }
        }
    }
}

extension ChangeMessageVisibility: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("ReceiptHandle") {
            receiptHandle = try reader.readText()
        } else if name.is("VisibilityTimeout") {
            visibilityTimeout = try reader.readInteger()
        }
    }
}

extension ChangeMessageVisibilityBatch: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        guard name.is("Entries") || name.is("ChangeMessageVisibilityBatchRequestEntry") else {
            return
        }
        try reader.readEntries(into: &entries, of: Entry.init) {
            (entry, name, reader) throws(BrokerError) in
            if name.is("Id") {
                entry.id = try reader.readText()
            } else if name.is("ReceiptHandle") {
                entry.receiptHandle = try reader.readText()
            } else if name.is("VisibilityTimeout") {
                entry.visibilityTimeout = try reader.readInteger()
            }
        }
    }
}

extension FieldReader {
    /// Reads the entries of a batch. All are taken, so that the broker can count them.
    mutating func readEntries<Entry>(
        into entries: inout [Entry], of new: () -> Entry,
        _ read: (inout Entry, ByteView, inout Self) throws(BrokerError) -> Void
    ) throws(BrokerError) {
        var list = consume entries
        entries = []
        list.reserveCapacity(10)
        do throws(BrokerError) {
            try readList { (reader: inout Self) throws(BrokerError) in
                var entry = new()
                try reader.readStructure { (reader: inout Self, name) throws(BrokerError) in
                    try read(&entry, name, &reader)
                }
                list.append(entry)
            }
        } catch {
            throw error
        }
        entries = list
    }

    /// Reads message attributes by name, in the order sent.
    mutating func readAttributes(
        into attributes: inout [MessageAttribute]
    ) throws(BrokerError) {
        var list: [MessageAttribute] = []
        try readMap { (reader: inout Self, name) throws(BrokerError) in
            var attribute = MessageAttribute(name: name)
            try reader.readStructure { (reader: inout Self, name) throws(BrokerError) in
                try attribute.read(name, from: &reader)
            }
            list.append(attribute)
        }
        attributes = list
    }
}

extension MessageAttribute {
    fileprivate mutating func read(
        _ name: ByteView, from reader: inout some FieldReader
    ) throws(BrokerError) {
        if name.is("DataType") {
            dataType = try reader.readText()
        } else if name.is("StringValue") {
            if let text = try reader.readText() { take(.string(text), isEmpty: text.isEmpty) }
        } else if name.is("BinaryValue") {
            if let bytes = try reader.readBinary() { take(.binary(bytes), isEmpty: bytes.isEmpty) }
        } else if name.is("StringListValues") || name.is("StringListValue")
            || name.is("BinaryListValues") || name.is("BinaryListValue")
        {
            // SDKs send these lists empty when they are unset, which counts as absent.
            var isEmpty = true
            try reader.readList { _ throws(BrokerError) in isEmpty = false }
            if !isEmpty { value = .list }
        }
    }

    /// Clients that write every field leave those empty that they do not mean.
    private mutating func take(_ field: Value, isEmpty: Bool) {
        if isEmpty, case .string = value { return }
        if isEmpty, case .binary = value { return }
        value = field
    }
}
