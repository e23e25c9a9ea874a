import BrokerCore
import Bytes

extension CreateTopic: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("Name") {
            self.name = try reader.readString()
        } else if name.is("Attributes") {
            attributes = try reader.readPairs().map { (name: $0, value: $1) }
        } else if name.is("Tags") {
            tags = try reader.readPairs().map { (key: $0, value: $1) }
        } else if name.is("DataProtectionPolicy") {
            dataProtectionPolicy = try reader.readString()
        }
    }
}

extension Subscribe: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("TopicArn") {
            topicARN = try reader.readString()
        } else if name.is("Protocol") {
            protocolName = try reader.readString()
        } else if name.is("Endpoint") {
            endpoint = try reader.readString()
        } else if name.is("Attributes") {
            attributes = try reader.readPairs().map { (name: $0, value: $1) }
        } else if name.is("ReturnSubscriptionArn") {
            returnSubscriptionARN = try reader.readText()?.equals(lowercase: "true") ?? false
        }
    }
}

extension ConfirmSubscription: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("TopicArn") {
            topicARN = try reader.readString()
        } else if name.is("Token") {
            token = try reader.readString()
        } else if name.is("AuthenticateOnUnsubscribe") {
            authenticateOnUnsubscribe = try reader.readString()
        }
    }
}

extension Publish: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("TopicArn") {
            topicARN = try reader.readString()
        } else if name.is("TargetArn") {
            targetARN = try reader.readString()
        } else if name.is("PhoneNumber") {
            phoneNumber = try reader.readString()
        } else {
            try message.read(name, from: &reader)
        }
    }
}

extension PublishBatch: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("TopicArn") {
            topicARN = try reader.readString()
        } else if name.is("PublishBatchRequestEntries") {
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
}

extension NotificationDraft {
    /// Reads a member that Publish and an entry of its batch have in common.
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("Message") {
            message = try reader.readText()
        } else if name.is("Subject") {
            subject = try reader.readText()
        } else if name.is("MessageStructure") {
            messageStructure = try reader.readText()
        } else if name.is("MessageAttributes") {
            try reader.readAttributes(into: &attributes)
        } else if name.is("MessageDeduplicationId") {
            deduplicationID = try reader.readText()
        } else if name.is("MessageGroupId") {
            groupID = try reader.readText()
        }
    }
}

extension AddTopicPermission: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("TopicArn") {
            topicARN = try reader.readString()
        } else if name.is("Label") {
            label = try reader.readString()
        } else if name.is("AWSAccountId") {
            accountIDs = try reader.readStrings()
        } else if name.is("ActionName") {
            actions = try reader.readStrings()
        }
    }
}

extension RemoveTopicPermission: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("TopicArn") {
            topicARN = try reader.readString()
        } else if name.is("Label") {
            label = try reader.readString()
        }
    }
}

extension ListRequest: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("NextToken") || name.is("nextToken") {
            nextToken = try reader.readString()
        } else if name.is("MaxResults") {
            maxResults = try reader.readInteger()
        } else if name.is("TopicArn") || name.is("PlatformApplicationArn") {
            arn = try reader.readString()
        }
    }
}

extension PutDataProtectionPolicy: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("ResourceArn") {
            resourceARN = try reader.readString()
        } else if name.is("DataProtectionPolicy") {
            policy = try reader.readString()
        }
    }
}

extension TagResource: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("ResourceArn") {
            arn = try reader.readString()
        } else if name.is("Tags") {
            tags = try reader.readPairs().map { (key: $0, value: $1) }
        }
    }
}

extension UntagResource: ActionFields {
    mutating func read(_ name: ByteView, from reader: inout some FieldReader) throws(BrokerError) {
        if name.is("ResourceArn") {
            arn = try reader.readString()
        } else if name.is("TagKeys") {
            keys = try reader.readStrings()
        }
    }
}
