import Bytes

/// What a message must be like to be accepted, in the order in which AWS looks.
enum MessageRules {
    /// Which request a message comes in; some texts differ.
    enum Request {
        case single
        case batchEntry
    }

    /// Checks a message for a queue with these settings.
    ///
    /// The order: body present, size, characters, message attributes, system attributes,
    /// deduplication and group identifiers, then what the type of the queue allows.
    static func check(
        _ message: MessageDraft, for settings: QueueSettings, in request: Request
    ) throws(BrokerError) {
        guard let body = message.body, !body.isEmpty else {
            throw .missing(parameter: "MessageBody")
        }
        guard byteCount(of: message) <= settings.maximumMessageSize else {
            let start =
                request == .single
                ? "One or more parameters are invalid."
                : "One or more parameters cannot be validated."
            throw BrokerError(
                .invalidParameterValue,
                "\(start) Reason: Message must be shorter than \(settings.maximumMessageSize) "
                    + "bytes.")
        }
        guard XMLCharacters.isAllowed(body) else {
            throw BrokerError(.invalidMessageContents, invalidCharacters)
        }
        try checkAttributes(message.attributes)
        try checkSystemAttributes(message.systemAttributes)
        if let id = message.deduplicationID {
            try checkIdentifier(id, parameter: "MessageDeduplicationId")
        }
        if let id = message.groupID { try checkIdentifier(id, parameter: "MessageGroupId") }
        try checkQueueType(message, settings)
    }

    private static let invalidCharacters =
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | "
        + "#x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"

    /// Bytes that count against the size limits: the body, and name, type and value of each
    /// message attribute. System attributes do not count.
    static func byteCount(of message: MessageDraft) -> Int {
        var count = message.body?.count ?? 0
        for attribute in message.attributes {
            count += attribute.name.count + (attribute.dataType?.count ?? 0)
            switch attribute.value {
            case .string(let value), .binary(let value): count += value.count
            case .none, .list: break
            }
        }
        return count
    }

    // MARK: Attributes

    private static func checkAttributes(_ attributes: [MessageAttribute]) throws(BrokerError) {
        guard attributes.count <= Limits.messageAttributes else {
            throw invalid(
                "Number of message attributes [\(attributes.count)] exceeds the allowed maximum "
                    + "[\(Limits.messageAttributes)].")
        }
        for (index, attribute) in attributes.enumerated() {
            try checkName(attribute.name)
            for other in attributes[..<index] where other.name == attribute.name {
                throw invalid(
                    "Message (user) attribute name '\(attribute.name.string)' already exists.")
            }
            try checkValue(attribute)
        }
    }

    private static func checkName(_ name: ByteView) throws(BrokerError) {
        guard !name.isEmpty else { throw .missing(parameter: "MessageAttributeName") }
        guard name.count < Limits.attributeNameBytes else {
            throw invalid(
                "Message (user) attribute names must be shorter than "
                    + "\(Limits.attributeNameBytes) Bytes")
        }
        guard isNameOfAllowedCharacters(name) else {
            throw invalid(
                "Message (user) attributes name can only contain upper and lower score "
                    + "characters, digits, periods, hyphens and underscores.")
        }
        let text = name.string.lowercased()
        guard !text.hasPrefix("aws."), !text.hasPrefix("amazon."), !text.hasPrefix("."),
            !text.hasSuffix("."), !hasSuccessivePeriods(name)
        else {
            throw invalid(
                "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. "
                    + "These strings are reserved for internal use. Additionally, they cannot "
                    + "start or end with '.'.")
        }
    }

    /// Letters (of any script, as AWS does though it documents otherwise), digits, `_`, `-`, `.`.
    private static func isNameOfAllowedCharacters(_ name: ByteView) -> Bool {
        var isASCII = true
        for index in 0..<name.count {
            switch name[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2E: continue
            case 0x80...0xFF: isASCII = false
            default: return false
            }
        }
        if isASCII { return true }
        return name.string.allSatisfy { character in
            character.isASCII || character.isLetter || character.isNumber
        }
    }

    private static func hasSuccessivePeriods(_ name: ByteView) -> Bool {
        var index = 0
        while let found = name.firstIndex(of: 0x2E, from: index) {
            if found + 1 < name.count, name[found + 1] == 0x2E { return true }
            index = found + 1
        }
        return false
    }

    private static func checkValue(_ attribute: MessageAttribute) throws(BrokerError) {
        let name = attribute.name
        guard let type = attribute.dataType, !type.isEmpty else {
            throw invalid(
                "The message attribute '\(name.string)' must contain non-empty message "
                    + "attribute type.")
        }
        guard type.count < Limits.attributeNameBytes else {
            throw invalid(
                "Message (user) attribute types must be shorter than "
                    + "\(Limits.attributeNameBytes) Bytes")
        }
        if case .list = attribute.value {
            throw BrokerError(
                .unsupportedOperation,
                "Message attribute list values in SendMessage operation are not supported.")
        }
        if isKind(type, "String") {
            let value = try text(of: attribute, type: "String")
            guard XMLCharacters.isAllowed(value) else { throw invalid(invalidCharacters) }
        } else if isKind(type, "Number") {
            let value = try text(of: attribute, type: "Number")
            guard DecimalNumber.isAllowed(value) else {
                throw invalid(
                    "Can't cast the value of message (user) attribute '\(name.string)' to a "
                        + "number.")
            }
        } else if isKind(type, "Binary") {
            switch attribute.value {
            case .binary(let value) where !value.isEmpty: break
            case .string: throw wrongField(attribute, type: "Binary", field: "Binary")
            default: throw empty(attribute, type: "Binary")
            }
        } else {
            throw invalid(
                "The type of message (user) attribute '\(name.string)' is invalid. You must use "
                    + "only the following supported type prefixes: Binary, Number, and String.")
        }
    }

    /// The type itself, or the type and a custom suffix behind a period.
    private static func isKind(_ type: ByteView, _ kind: StaticString) -> Bool {
        guard type.hasPrefix(kind) else { return false }
        let length = kind.utf8CodeUnitCount
        return type.count == length || type[length] == 0x2E
    }

    private static func text(
        of attribute: MessageAttribute, type: String
    ) throws(BrokerError) -> ByteView {
        switch attribute.value {
        case .string(let value) where !value.isEmpty: return value
        case .binary: throw wrongField(attribute, type: type, field: "String")
        default: throw empty(attribute, type: type)
        }
    }

    private static func empty(_ attribute: MessageAttribute, type: String) -> BrokerError {
        invalid(
            "Message (user) attribute '\(attribute.name.string)' must contain a non-empty value "
                + "of type '\(type)'.")
    }

    private static func wrongField(
        _ attribute: MessageAttribute, type: String, field: String
    ) -> BrokerError {
        invalid(
            "The message attribute '\(attribute.name.string)' with type '\(type)' must use field "
                + "'\(field)'.")
    }

    /// `AWSTraceHeader`, a String, is the only one.
    private static func checkSystemAttributes(
        _ attributes: [MessageAttribute]
    ) throws(BrokerError) {
        for attribute in attributes {
            guard attribute.name == "AWSTraceHeader" else {
                throw invalid(
                    "Message system attribute name '\(attribute.name.string)' is invalid. You "
                        + "must use only the following supported names: AWSTraceHeader.")
            }
            guard let type = attribute.dataType, type == "String" else {
                throw invalid(
                    "The message system attribute 'AWSTraceHeader' must be of type 'String'.")
            }
            guard case .string(let value) = attribute.value, !value.isEmpty,
                value.count <= Limits.traceHeaderBytes, XMLCharacters.isAllowed(value)
            else {
                throw invalid(
                    "Message (system) attribute 'AWSTraceHeader' must contain a non-empty value "
                        + "of type 'String'.")
            }
        }
    }

    // MARK: Identifiers and the queue's type

    /// 1 to 128 printable ASCII characters other than the space.
    static func isIdentifier(_ id: ByteView) -> Bool {
        guard !id.isEmpty, id.count <= Limits.identifierCharacters else { return false }
        for index in 0..<id.count where id[index] <= 0x20 || id[index] >= 0x7F { return false }
        return true
    }

    static func checkIdentifier(_ id: ByteView, parameter: String) throws(BrokerError) {
        guard isIdentifier(id) else {
            throw .invalidValue(
                id.string, parameter: parameter,
                reason: "\(parameter) can only include alphanumeric and punctuation characters. "
                    + "1 to 128 in length.")
        }
    }

    private static func checkQueueType(
        _ message: MessageDraft, _ settings: QueueSettings
    ) throws(BrokerError) {
        if settings.isFIFO {
            if let delay = message.delaySeconds, delay != 0 {
                throw .invalidValue(
                    String(delay), parameter: "DelaySeconds",
                    reason: "The request include parameter that is not valid for this queue type.")
            }
            guard message.groupID != nil else { throw .missing(parameter: "MessageGroupId") }
            guard message.deduplicationID != nil || settings.contentBasedDeduplication else {
                throw missingDeduplicationID
            }
        } else {
            if let id = message.deduplicationID {
                throw .invalidValue(
                    id.string, parameter: "MessageDeduplicationId",
                    reason: "The request includes a parameter that is not valid for this queue "
                        + "type.")
            }
            if let delay = message.delaySeconds, delay < 0 || delay > Limits.delaySeconds {
                throw .invalidValue(
                    String(delay), parameter: "DelaySeconds",
                    reason: "DelaySeconds must be >= 0 and <= \(Limits.delaySeconds).")
            }
        }
    }

    static let missingDeduplicationID = BrokerError(
        .invalidParameterValue,
        "The queue should either have ContentBasedDeduplication enabled or "
            + "MessageDeduplicationId provided explicitly")

    private static func invalid(_ text: String) -> BrokerError {
        BrokerError(.invalidParameterValue, text)
    }
}

/// The decimal numbers that a Number attribute may hold: up to 38 significant digits, of magnitude
/// 1e-128 to 1e126, or zero.
enum DecimalNumber {
    static func isAllowed(_ text: ByteView) -> Bool {
        var index = 0
        if index < text.count, text[index] == 0x2D || text[index] == 0x2B { index += 1 }
        var digits = 0
        var significant = 0
        var trailingZeros = 0
        var pointAt: Int?
        var firstSignificant: Int?
        while index < text.count {
            let byte = text[index]
            if byte == 0x2E, pointAt == nil {
                pointAt = digits
            } else if byte >= 0x30, byte <= 0x39 {
                if byte != 0x30, firstSignificant == nil { firstSignificant = digits }
                if firstSignificant != nil { significant += 1 }
                trailingZeros = byte == 0x30 ? trailingZeros + 1 : 0
                digits += 1
            } else {
                break
            }
            index += 1
        }
        guard digits > 0, let exponent = exponent(text, from: index) else { return false }
        guard let firstSignificant else { return true }
        let magnitude = (pointAt ?? digits) - firstSignificant - 1 + exponent
        return significant - trailingZeros <= 38 && magnitude >= -128 && magnitude <= 126
    }

    /// The value of `e±n` at `from`, 0 when there is none, nil when it is something else.
    private static func exponent(_ text: ByteView, from: Int) -> Int? {
        guard from < text.count else { return 0 }
        guard text[from] == 0x65 || text[from] == 0x45 else { return nil }
        var index = from + 1
        var sign = 1
        if index < text.count, text[index] == 0x2D || text[index] == 0x2B {
            sign = text[index] == 0x2D ? -1 : 1
            index += 1
        }
        guard index < text.count, text.count - index <= 6 else { return nil }
        var value = 0
        while index < text.count {
            guard text[index] >= 0x30, text[index] <= 0x39 else { return nil }
            value = value * 10 + Int(text[index] - 0x30)
            index += 1
        }
        return sign * value
    }
}
