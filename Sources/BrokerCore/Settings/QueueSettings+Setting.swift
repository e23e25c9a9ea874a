/// How attributes come in: each name's type, range and rules.
extension QueueSettings {
    /// Applies the attributes in order, then checks the rules that tie them to each other.
    /// On a throw, this value is half changed: callers work on a copy.
    mutating func set(_ attributes: [(name: String, value: String)]) throws(BrokerError) {
        for (name, value) in attributes {
            guard let attribute = QueueAttribute(rawValue: name), attribute.isSettable else {
                throw Self.unknownAttribute(name)
            }
            if attribute.isOnlyOfFIFO {
                try setOfFIFO(attribute, value)
            } else {
                try setOfAny(attribute, value)
            }
        }
        try settleEncryption(attributes)
        try checkThroughputLimit(attributes)
    }

    private mutating func setOfAny(
        _ attribute: QueueAttribute, _ value: String
    ) throws(BrokerError) {
        switch attribute {
        case .visibilityTimeout:
            visibilityTimeout = try Self.integer(value, of: attribute)
        case .delaySeconds:
            delaySeconds = try Self.integer(value, of: attribute)
        case .maximumMessageSize:
            maximumMessageSize = try Self.integer(value, of: attribute)
        case .messageRetentionPeriod:
            messageRetentionPeriod = try Self.integer(value, of: attribute)
        case .receiveMessageWaitTimeSeconds:
            receiveMessageWaitTimeSeconds = try Self.integer(value, of: attribute)
        case .kmsDataKeyReusePeriodSeconds:
            kmsDataKeyReusePeriodSeconds = try Self.integer(value, of: attribute)
        case .kmsMasterKeyID:
            guard value.utf8.count <= QueueLimits.kmsMasterKeyIDBytes else {
                throw Self.invalidValue(of: attribute)
            }
            kmsMasterKeyID = value.isEmpty ? nil : value
        case .sqsManagedSSEEnabled:
            sqsManagedSSEEnabled = try Self.boolean(value, of: attribute)
        case .redrivePolicy:
            redrivePolicy = value.isEmpty ? nil : try RedrivePolicy(parsing: value)
        case .redriveAllowPolicy:
            redriveAllowPolicy = value.isEmpty ? nil : try RedriveAllowPolicy(parsing: value)
        case .policy:
            if !value.isEmpty { try QueuePolicy.validate(value) }
            policy = value.isEmpty ? nil : value
        default:
            throw Self.unknownAttribute(attribute.rawValue)
        }
    }

    private mutating func setOfFIFO(
        _ attribute: QueueAttribute, _ value: String
    ) throws(BrokerError) {
        switch attribute {
        case .contentBasedDeduplication where isFIFO:
            contentBasedDeduplication = try Self.boolean(value, of: attribute)
        case .deduplicationScope where isFIFO:
            guard let scope = DeduplicationScope(rawValue: value) else {
                throw Self.invalidValue(of: attribute)
            }
            deduplicationScope = scope
        case .fifoThroughputLimit where isFIFO:
            guard let limit = FIFOThroughputLimit(rawValue: value) else {
                throw Self.invalidValue(of: attribute)
            }
            fifoThroughputLimit = limit
        case .fifoQueue where isFIFO:
            // Creation has taken the attribute out: here somebody wants to change the type.
            guard try Self.boolean(value, of: attribute) else {
                throw Self.invalidValue(
                    of: attribute, reason: "Modifying queue type is not supported.")
            }
            throw Self.unknownAttribute(attribute.rawValue)
        case .deduplicationScope, .fifoThroughputLimit:
            throw BrokerError(
                .invalidAttributeName,
                "You can specify the \(attribute.rawValue) only when FifoQueue is set to true.")
        default:
            throw Self.unknownAttribute(attribute.rawValue)
        }
    }

    /// One kind of encryption at a time: a key of KMS turns the keys of SQS off, and they stay off
    /// when it goes.
    private mutating func settleEncryption(
        _ attributes: [(name: String, value: String)]
    ) throws(BrokerError) {
        guard kmsMasterKeyID != nil else { return }
        let names = attributes.map(\.name)
        let asksForManaged =
            sqsManagedSSEEnabled && names.contains(QueueAttribute.sqsManagedSSEEnabled.rawValue)
        guard !asksForManaged else {
            throw BrokerError(
                .invalidAttributeName,
                "You can use one type of server-side encryption (SSE) at one time. "
                    + "You can either enable KMS SSE or SQS SSE.")
        }
        sqsManagedSSEEnabled = false
    }

    private func checkThroughputLimit(
        _ attributes: [(name: String, value: String)]
    ) throws(BrokerError) {
        guard fifoThroughputLimit == .perMessageGroupID, deduplicationScope != .messageGroup else {
            return
        }
        let asksForLimit = attributes.contains { $0.name == "FifoThroughputLimit" }
        throw Self.invalidValue(
            of: asksForLimit ? .fifoThroughputLimit : .deduplicationScope,
            reason: "The perMessageGroupId value is allowed only when the value for "
                + "DeduplicationScope is messageGroup.")
    }
}

/// How values are read.
extension QueueSettings {
    /// The integer `text` writes in plain digits, when it lies in `range`.
    static func integer(_ text: String, in range: ClosedRange<Int>) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let value = Int(text), range.contains(value)
        else { return nil }
        return value
    }

    /// The value of a numeric attribute.
    static func integer(_ text: String, of attribute: QueueAttribute) throws(BrokerError) -> Int {
        guard let range = attribute.range, let value = integer(text, in: range) else {
            throw invalidValue(of: attribute)
        }
        return value
    }

    /// The value of a boolean attribute, in any letter case.
    static func boolean(_ text: String, of attribute: QueueAttribute) throws(BrokerError) -> Bool {
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw invalidValue(of: attribute)
        }
    }

    static func invalidValue(of attribute: QueueAttribute, reason: String? = nil) -> BrokerError {
        let reason = reason.map { " Reason: " + $0 } ?? ""
        return BrokerError(
            .invalidAttributeValue,
            "Invalid value for the parameter \(attribute.rawValue)." + reason)
    }

    static func unknownAttribute(_ name: String) -> BrokerError {
        BrokerError(.invalidAttributeName, "Unknown Attribute \(name).")
    }
}
