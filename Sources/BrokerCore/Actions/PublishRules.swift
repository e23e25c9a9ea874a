import Bytes

/// What a message must be like to be published, in the order in which AWS looks.
enum PublishRules {
    static func checkPresence(_ draft: NotificationDraft) throws(BrokerError) {
        guard let message = draft.message, !message.isEmpty else {
            throw .invalidParameter("Empty message")
        }
    }

    /// The identifiers that the type of the topic, told by its name, asks for or rules out.
    static func checkIdentifiers(
        _ draft: NotificationDraft, isFIFO: Bool
    ) throws(BrokerError) {
        if isFIFO {
            guard draft.groupID != nil else { throw missingGroup }
        } else if draft.deduplicationID != nil {
            throw .invalidParameter(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId "
                    + "parameter that is not valid for this topic type")
        }
        try checkIdentifier(draft.groupID, name: "MessageGroupId")
        try checkIdentifier(draft.deduplicationID, name: "MessageDeduplicationId")
    }

    static func checkDeduplication(
        _ draft: NotificationDraft, _ settings: TopicSettings
    ) throws(BrokerError) {
        guard settings.isFIFO, draft.deduplicationID == nil, !settings.contentBasedDeduplication
        else { return }
        throw .invalidParameter(
            "The topic should either have ContentBasedDeduplication enabled or "
                + "MessageDeduplicationId provided explicitly")
    }

    /// Attributes, structure, size and subject.
    static func check(_ draft: NotificationDraft) throws(BrokerError) {
        for (index, attribute) in draft.attributes.enumerated() {
            try NotificationAttributeRules.check(attribute)
            for other in draft.attributes[..<index] where other.name == attribute.name {
                throw BrokerError(
                    .parameterValueInvalid,
                    "Message (user) attribute name '\(attribute.name.string)' already exists.")
            }
        }
        try checkStructure(draft)
        guard byteCount(of: draft) <= Limits.notificationBytes else {
            throw .invalidParameter("Message too long")
        }
        if let message = draft.message, !XMLCharacters.isAllowed(message) {
            throw .invalidParameter("Message Reason: Invalid characters found")
        }
        if let subject = draft.subject { try checkSubject(subject) }
    }

    /// What goes to a phone has fewer characters.
    static func checkText(_ draft: NotificationDraft) throws(BrokerError) {
        let message = draft.message ?? ByteView()
        guard message.string.unicodeScalars.count <= Limits.textCharacters else {
            throw .invalidParameter("Message too long")
        }
    }

    /// Bytes that count against the size limits: the message, and name, type and value of each
    /// attribute.
    static func byteCount(of draft: NotificationDraft) -> Int {
        var count = draft.message?.count ?? 0
        for attribute in draft.attributes {
            count += attribute.name.count + (attribute.dataType?.count ?? 0)
            switch attribute.value {
            case .string(let value), .binary(let value): count += value.count
            case .none, .list: break
            }
        }
        return count
    }

    /// What refuses a batch as a whole; returns the ids of its entries.
    static func checkBatch(
        _ entries: [PublishBatch.Entry], _ settings: TopicSettings
    ) throws(BrokerError) -> [ByteView] {
        guard !entries.isEmpty else {
            throw BrokerError(
                .emptyBatchRequest, "The batch request doesn't contain any entries.")
        }
        guard entries.count <= Limits.batchEntries else {
            throw BrokerError(
                .tooManyEntriesInBatchRequest,
                "The batch request contains more entries than permissible.")
        }
        var ids: [ByteView] = []
        var byteCount = 0
        for entry in entries {
            let id = try checkID(entry.id)
            guard !ids.contains(where: { $0 == id }) else {
                throw BrokerError(
                    .batchEntryIDsNotDistinct,
                    "Two or more batch entries in the request have the same Id.")
            }
            ids.append(id)
            byteCount += self.byteCount(of: entry.message)
        }
        guard byteCount <= Limits.notificationBytes else {
            throw BrokerError(
                .batchRequestTooLong,
                "The length of all the messages put together is more than the limit.")
        }
        try checkForm(entries, settings)
        return ids
    }

    /// What AWS looks for in all entries before it publishes one.
    private static func checkForm(
        _ entries: [PublishBatch.Entry], _ settings: TopicSettings
    ) throws(BrokerError) {
        for (index, entry) in entries.enumerated() {
            for attribute in entry.message.attributes {
                try NotificationAttributeRules.check(
                    attribute, path: "publishBatchRequestEntries.\(index + 1).member.")
            }
            try checkStructure(entry.message)
        }
        guard settings.isFIFO else { return }
        for entry in entries where entry.message.groupID == nil { throw missingGroup }
        for entry in entries { try checkDeduplication(entry.message, settings) }
    }

    // MARK: Parts

    static let missingGroup = BrokerError.invalidParameter(
        "The MessageGroupId parameter is required for FIFO topics")

    private static func checkIdentifier(_ id: ByteView?, name: String) throws(BrokerError) {
        guard let id else { return }
        guard MessageRules.isIdentifier(id) else {
            throw .invalidParameter(
                "\(name) Reason: \(name) can only include alphanumeric and punctuation "
                    + "characters. 1 to 128 in length.")
        }
    }

    private static func checkID(_ id: ByteView?) throws(BrokerError) -> ByteView {
        guard let id, !id.isEmpty else {
            throw BrokerError(
                .invalidBatchEntryID, "The Id of a batch entry in the batch request is empty.")
        }
        guard id.count <= Limits.batchEntryIDCharacters else {
            throw BrokerError(
                .invalidBatchEntryID,
                "The Id of a batch entry in the batch request is too long: \(id.string)")
        }
        for index in 0..<id.count {
            switch id[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: continue
            default:
                throw BrokerError(
                    .invalidBatchEntryID,
                    "The Id of a batch entry in the batch request contains an impermissible "
                        + "character: \(id.string)")
            }
        }
        return id
    }

    /// `json` is the only structure: an object of texts, of which one is the default.
    private static func checkStructure(_ draft: NotificationDraft) throws(BrokerError) {
        guard let structure = draft.messageStructure, !structure.isEmpty else { return }
        guard structure == "json" else {
            throw .invalidParameter("Message Structure - Invalid value")
        }
        guard
            let texts = JSONValue(
                parsing: draft.message?.string ?? "", limit: Limits.notificationBytes),
            case .object(let members) = texts,
            Set(members.map(\.name)).count == members.count
        else {
            throw .invalidParameter("Message Structure - JSON message body failed to parse")
        }
        guard members.contains(where: { $0.name == "default" && $0.value.text != nil }) else {
            throw .invalidParameter(
                "Message Structure - No default entry in JSON message body")
        }
    }

    /// UTF-8 without line breaks and control characters, up to 100 characters.
    private static func checkSubject(_ subject: ByteView) throws(BrokerError) {
        var isAllowed =
            !subject.isEmpty && subject.count <= Limits.subjectCharacters * 4
            && XMLCharacters.isAllowed(subject)
        for index in 0..<subject.count where isAllowed {
            isAllowed = subject[index] >= 0x20 && subject[index] != 0x7F
        }
        if isAllowed {
            isAllowed = subject.string.unicodeScalars.count <= Limits.subjectCharacters
        }
        guard isAllowed else { throw .invalidParameter("Subject") }
    }
}
