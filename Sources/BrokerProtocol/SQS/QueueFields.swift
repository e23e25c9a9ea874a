import BrokerCore
import Bytes

extension CreateQueue: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("QueueName") {
            self.name = try reader.readString()
        } else if name.is("Attributes") || name.is("Attribute") {
            attributes = try reader.readPairs().map { (name: $0, value: $1) }
        } else if name.is("tags") || name.is("Tags") || name.is("Tag") {
            tags = try reader.readPairs().map { (key: $0, value: $1) }
        }
    }
}

extension DeleteQueue: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {}
}

extension PurgeQueue: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {}
}

extension GetQueueURL: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("QueueName") {
            self.name = try reader.readString()
        } else if name.is("QueueOwnerAWSAccountId") {
            ownerAccountID = try reader.readString()
        }
    }
}

extension ListQueues: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("QueueNamePrefix") {
            namePrefix = try reader.readString()
        } else if name.is("MaxResults") {
            maxResults = try reader.readInteger()
        } else if name.is("NextToken") {
            nextToken = try reader.readString()
        }
    }
}

extension ListDeadLetterSourceQueues: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("MaxResults") {
            maxResults = try reader.readInteger()
        } else if name.is("NextToken") {
            nextToken = try reader.readString()
        }
    }
}

extension GetQueueAttributes: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        guard name.is("AttributeNames") || name.is("AttributeName") else { return }
        attributeNames = try reader.readStrings()
    }
}

extension SetQueueAttributes: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        guard name.is("Attributes") || name.is("Attribute") else { return }
        attributes = try reader.readPairs().map { (name: $0, value: $1) }
    }
}

extension ListQueueTags: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {}
}

extension TagQueue: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        guard name.is("Tags") || name.is("Tag") else { return }
        tags = try reader.readPairs().map { (key: $0, value: $1) }
    }
}

extension UntagQueue: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        guard name.is("TagKeys") || name.is("TagKey") else { return }
        keys = try reader.readStrings()
    }
}

extension AddPermission: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("Label") {
            label = try reader.readString()
        } else if name.is("AWSAccountIds") || name.is("AWSAccountId") {
            accountIDs = try reader.readStrings()
        } else if name.is("Actions") || name.is("ActionName") {
            actions = try reader.readStrings()
        }
    }
}

extension RemovePermission: QueueActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("Label") { label = try reader.readString() }
    }
}

extension StartMessageMoveTask: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("SourceArn") {
            sourceARN = try reader.readString()
        } else if name.is("DestinationArn") {
            destinationARN = try reader.readString()
        } else if name.is("MaxNumberOfMessagesPerSecond") {
            maxNumberOfMessagesPerSecond = try reader.readInteger()
        }
    }
}

extension CancelMessageMoveTask: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("TaskHandle") { taskHandle = try reader.readString() }
    }
}

extension ListMessageMoveTasks: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("SourceArn") {
            sourceARN = try reader.readString()
        } else if name.is("MaxResults") {
            maxResults = try reader.readInteger()
        }
    }
}

extension FieldReader {
    /// The texts of the map here with their keys, in the order sent.
    mutating func readPairs() throws(BrokerError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        try readMap { (reader: inout Self, key) throws(BrokerError) in
            pairs.append((key.string, try reader.readString() ?? ""))
        }
        return pairs
    }
}
