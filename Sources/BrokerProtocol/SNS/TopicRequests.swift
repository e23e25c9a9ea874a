import BrokerCore
import Bytes

/// Reading the actions of SNS.
extension RequestContext {
    /// Completes how the answer to action `name` is written.
    func prepare(_ form: inout ResponseForm, for name: TopicActionName) {
        form.topicAction = name
    }

    /// Reads the fields of action `name`.
    func readAction(
        _ name: TopicActionName, from reader: inout some FieldReader
    ) throws(BrokerError) -> TopicAction {
        switch name {
        case .publish: return .publish(try publish(&reader))
        case .publishBatch: return .publishBatch(try publishBatch(&reader))
        case .addPermission: return .addPermission(try read(&reader))
        case .confirmSubscription: return .confirmSubscription(try confirm(&reader))
        case .createTopic: return .createTopic(try read(&reader))
        case .deleteTopic: return .deleteTopic(try resource("TopicArn", &reader))
        case .getDataProtectionPolicy:
            return .getDataProtectionPolicy(try resource("ResourceArn", &reader))
        case .getSubscriptionAttributes:
            return .getSubscriptionAttributes(try resource("SubscriptionArn", &reader))
        case .getTopicAttributes: return .getTopicAttributes(try resource("TopicArn", &reader))
        case .listSubscriptions: return .listSubscriptions(try read(&reader))
        case .listSubscriptionsByTopic: return .listSubscriptionsByTopic(try read(&reader))
        case .listTagsForResource:
            return .listTagsForResource(try resource("ResourceArn", &reader))
        case .listTopics: return .listTopics(try read(&reader))
        case .putDataProtectionPolicy: return .putDataProtectionPolicy(try read(&reader))
        case .removePermission: return .removePermission(try read(&reader))
        case .setSubscriptionAttributes:
            return .setSubscriptionAttributes(try setting("SubscriptionArn", &reader))
        case .setTopicAttributes: return .setTopicAttributes(try setting("TopicArn", &reader))
        case .subscribe: return .subscribe(try read(&reader))
        case .tagResource: return .tagResource(try read(&reader))
        case .unsubscribe: return .unsubscribe(try unsubscribe(&reader))
        case .untagResource: return .untagResource(try read(&reader))
        default: return try readPhoneAction(name, from: &reader)
        }
    }

    /// Reads the fields of an action on phones and mobile applications.
    private func readPhoneAction(
        _ name: TopicActionName, from reader: inout some FieldReader
    ) throws(BrokerError) -> TopicAction {
        switch name {
        case .checkIfPhoneNumberIsOptedOut:
            return .checkIfPhoneNumberIsOptedOut(try read(&reader))
        case .createPlatformApplication: return .createPlatformApplication(try read(&reader))
        case .createPlatformEndpoint: return .createPlatformEndpoint(try read(&reader))
        case .createSMSSandboxPhoneNumber:
            return .createSMSSandboxPhoneNumber(try read(&reader))
        case .deleteEndpoint: return .deleteEndpoint(try resource("EndpointArn", &reader))
        case .deletePlatformApplication:
            return .deletePlatformApplication(try resource("PlatformApplicationArn", &reader))
        case .deleteSMSSandboxPhoneNumber:
            return .deleteSMSSandboxPhoneNumber(try read(&reader))
        case .getEndpointAttributes:
            return .getEndpointAttributes(try resource("EndpointArn", &reader))
        case .getPlatformApplicationAttributes:
            return .getPlatformApplicationAttributes(
                try resource("PlatformApplicationArn", &reader))
        case .getSMSAttributes: return .getSMSAttributes(try read(&reader))
        case .getSMSSandboxAccountStatus: return .getSMSSandboxAccountStatus
        case .listEndpointsByPlatformApplication:
            return .listEndpointsByPlatformApplication(try read(&reader))
        case .listOriginationNumbers: return .listOriginationNumbers(try read(&reader))
        case .listPhoneNumbersOptedOut: return .listPhoneNumbersOptedOut(try read(&reader))
        case .listPlatformApplications: return .listPlatformApplications(try read(&reader))
        case .listSMSSandboxPhoneNumbers: return .listSMSSandboxPhoneNumbers(try read(&reader))
        case .optInPhoneNumber: return .optInPhoneNumber(try read(&reader))
        case .setEndpointAttributes:
            return .setEndpointAttributes(try settings("EndpointArn", &reader))
        case .setPlatformApplicationAttributes:
            return .setPlatformApplicationAttributes(
                try settings("PlatformApplicationArn", &reader))
        case .setSMSAttributes: return .setSMSAttributes(try settings("", &reader))
        case .verifySMSSandboxPhoneNumber:
            return .verifySMSSandboxPhoneNumber(try read(&reader))
        default: preconditionFailure("every other action was read before")
        }
    }

    private func publish(_ reader: inout some FieldReader) throws(BrokerError) -> Publish {
        var publish: Publish = try read(&reader)
        publish.message.traceHeader = traceHeader
        return publish
    }

    private func publishBatch(
        _ reader: inout some FieldReader
    ) throws(BrokerError) -> PublishBatch {
        var publish: PublishBatch = try read(&reader)
        if let traceHeader {
            for index in publish.entries.indices {
                publish.entries[index].message.traceHeader = traceHeader
            }
        }
        return publish
    }

    private func confirm(
        _ reader: inout some FieldReader
    ) throws(BrokerError) -> ConfirmSubscription {
        var confirm: ConfirmSubscription = try read(&reader)
        confirm.isAuthenticated = isSigned
        return confirm
    }

    private func unsubscribe(_ reader: inout some FieldReader) throws(BrokerError) -> Unsubscribe {
        var fields = Unsubscribe()
        fields.subscriptionARN = try resource("SubscriptionArn", &reader).arn
        fields.isAuthenticated = isSigned
        return fields
    }

    /// Reads an action on the resource that the parameter `name` names.
    private func resource<Reader: FieldReader>(
        _ name: StaticString, _ reader: inout Reader
    ) throws(BrokerError) -> ResourceRequest {
        var fields = ResourceRequest()
        try reader.readStructure { (reader: inout Reader, member) throws(BrokerError) in
            if member.is(name) { fields.arn = try reader.readString() }
        }
        return fields
    }

    private func setting<Reader: FieldReader>(
        _ name: StaticString, _ reader: inout Reader
    ) throws(BrokerError) -> SetAttribute {
        var fields = SetAttribute()
        try reader.readStructure { (reader: inout Reader, member) throws(BrokerError) in
            if member.is(name) {
                fields.arn = try reader.readString()
            } else if member.is("AttributeName") {
                fields.name = try reader.readString()
            } else if member.is("AttributeValue") {
                fields.value = try reader.readString()
            }
        }
        return fields
    }

    private func settings<Reader: FieldReader>(
        _ name: StaticString, _ reader: inout Reader
    ) throws(BrokerError) -> SetAttributes {
        var fields = SetAttributes()
        try reader.readStructure { (reader: inout Reader, member) throws(BrokerError) in
            if member.is(name) {
                fields.arn = try reader.readString()
            } else if member.is("Attributes") || member.is("attributes") {
                fields.attributes = try reader.readPairs().map { (name: $0, value: $1) }
            }
        }
        return fields
    }
}
