import BrokerCore
import Bytes

extension FieldName {
    fileprivate static let topicARN = FieldName("TopicArn")
    fileprivate static let subscriptionARN = FieldName("SubscriptionArn")
    fileprivate static let endpointARN = FieldName("EndpointArn")
    fileprivate static let platformApplicationARN = FieldName("PlatformApplicationArn")
    fileprivate static let topicAttributes = FieldName("Attributes")
    fileprivate static let topics = FieldName("Topics")
    fileprivate static let subscriptions = FieldName("Subscriptions")
    fileprivate static let topicTags = FieldName("Tags")
    fileprivate static let phoneNumbers = FieldName("PhoneNumbers")
    fileprivate static let phoneNumber = FieldName("PhoneNumber")
    fileprivate static let published = FieldName("Successful")
    fileprivate static let unpublished = FieldName("Failed")
}

extension TopicOutcome {
    /// Writes the fields of this outcome in the order of the service model. Lists and maps are
    /// written also when they are empty, as AWS does.
    func write(
        _ form: ResponseForm, to fields: inout some FieldWriter, into writer: inout ByteWriter
    ) {
        switch self {
        case .done: break
        case .topic(let arn): fields.text(.topicARN, arn, into: &writer)
        case .subscription(let arn): fields.text(.subscriptionARN, arn, into: &writer)
        case .attributes(let attributes):
            let isLower = form.topicAction == .getSMSAttributes
            let name = isLower ? FieldName("attributes") : .topicAttributes
            fields.attributes(name, attributes, into: &writer)
        case .topics(let arns, let nextToken):
            fields.list(.topics, arns, into: &writer) { arn, fields, writer in
                fields.text(.topicARN, arn, into: &writer)
            }
            fields.page(.nextToken, nextToken, into: &writer)
        case .subscriptions(let subscriptions, let nextToken):
            fields.list(.subscriptions, subscriptions, into: &writer) { one, fields, writer in
                fields.write(one, into: &writer)
            }
            fields.page(.nextToken, nextToken, into: &writer)
        case .tags(let tags):
            fields.list(.topicTags, tags, into: &writer) { tag, fields, writer in
                fields.text(FieldName("Key"), tag.key, into: &writer)
                fields.text(FieldName("Value"), tag.value, into: &writer)
            }
        case .published(let message): fields.write(message, into: &writer)
        case .publishedBatch(let results): fields.write(results, into: &writer)
        case .dataProtectionPolicy(let policy):
            fields.text(FieldName("DataProtectionPolicy"), policy, into: &writer)
        case .platformApplication(let arn):
            fields.text(.platformApplicationARN, arn, into: &writer)
        case .platformEndpoint(let arn): fields.text(.endpointARN, arn, into: &writer)
        default: writePhoneFields(form, to: &fields, into: &writer)
        }
    }

    private func writePhoneFields(
        _ form: ResponseForm, to fields: inout some FieldWriter, into writer: inout ByteWriter
    ) {
        switch self {
        case .platformResources(let resources, let nextToken):
            let isEndpoint = form.topicAction == .listEndpointsByPlatformApplication
            let list = FieldName(isEndpoint ? "Endpoints" : "PlatformApplications")
            fields.list(list, resources, into: &writer) { resource, fields, writer in
                let name = isEndpoint ? FieldName.endpointARN : .platformApplicationARN
                fields.text(name, resource.arn, into: &writer)
                fields.attributes(.topicAttributes, resource.attributes, into: &writer)
            }
            fields.page(.nextToken, nextToken, into: &writer)
        case .truth(let truth):
            let isSandbox = form.topicAction == .getSMSSandboxAccountStatus
            fields.truth(
                FieldName(isSandbox ? "IsInSandbox" : "isOptedOut"), truth, into: &writer)
        case .phoneNumbers(let numbers, let nextToken):
            let list = FieldName("phoneNumbers")
            fields.beginList(list, into: &writer)
            for number in numbers { fields.element(list, number, into: &writer) }
            fields.endList(list, into: &writer)
            fields.page(FieldName("nextToken"), nextToken, into: &writer)
        case .sandboxPhoneNumbers(let numbers, let nextToken):
            fields.list(.phoneNumbers, numbers, into: &writer) { number, fields, writer in
                fields.text(.phoneNumber, number.number, into: &writer)
                fields.text(FieldName("Status"), number.status, into: &writer)
            }
            fields.page(.nextToken, nextToken, into: &writer)
        case .originationNumbers:
            fields.list(.phoneNumbers, [String](), into: &writer) { _, _, _ in }
        default: preconditionFailure("every other outcome was written before")
        }
    }
}

extension FieldWriter {
    fileprivate mutating func list<Element>(
        _ name: FieldName, _ elements: [Element], into writer: inout ByteWriter,
        _ write: (Element, inout Self, inout ByteWriter) -> Void
    ) {
        beginList(name, into: &writer)
        for element in elements {
            beginElement(name, into: &writer)
            write(element, &self, &writer)
            endElement(name, into: &writer)
        }
        endList(name, into: &writer)
    }

    fileprivate mutating func attributes(
        _ name: FieldName, _ attributes: [(name: String, value: String)],
        into writer: inout ByteWriter
    ) {
        let pairs = attributes.map { ($0.name, $0.value) }
        entries(name, pairs, pair: .keyValue, into: &writer)
    }

    fileprivate mutating func page(
        _ name: FieldName, _ nextToken: String?, into writer: inout ByteWriter
    ) {
        if let nextToken { text(name, nextToken, into: &writer) }
    }

    fileprivate mutating func write(
        _ subscription: SubscriptionDescription, into writer: inout ByteWriter
    ) {
        text(.subscriptionARN, subscription.arn, into: &writer)
        text(FieldName("Owner"), subscription.owner.description, into: &writer)
        text(FieldName("Protocol"), subscription.protocolName, into: &writer)
        text(FieldName("Endpoint"), subscription.endpoint, into: &writer)
        text(.topicARN, subscription.topicARN, into: &writer)
    }

    fileprivate mutating func write(_ message: PublishedMessage, into writer: inout ByteWriter) {
        identifier(.messageID, high: message.id.high, low: message.id.low, into: &writer)
        if let number = message.sequenceNumber {
            sequenceNumber(.sequenceNumber, number, into: &writer)
        }
    }

    fileprivate mutating func write(
        _ results: [BatchResult<PublishedMessage>], into writer: inout ByteWriter
    ) {
        beginList(.published, into: &writer)
        for entry in results {
            guard case .success(let message) = entry.result else { continue }
            beginElement(.published, into: &writer)
            text(.id, entry.id, into: &writer)
            write(message, into: &writer)
            endElement(.published, into: &writer)
        }
        endList(.published, into: &writer)
        beginList(.unpublished, into: &writer)
        for entry in results {
            guard case .failure(let error) = entry.result else { continue }
            let code = ErrorCode(error.code, for: .sns)
            beginElement(.unpublished, into: &writer)
            text(.id, entry.id, into: &writer)
            text(.code, ByteView(code.query), into: &writer)
            text(.message, error.text(for: .query), into: &writer)
            truth(.senderFault, code.fault == .sender, into: &writer)
            endElement(.unpublished, into: &writer)
        }
        endList(.unpublished, into: &writer)
    }
}
