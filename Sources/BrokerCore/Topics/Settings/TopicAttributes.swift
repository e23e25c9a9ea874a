/// How the attributes of a topic come in: each name's rules.
extension TopicSettings {
    /// The prefixes of the delivery status attributes.
    static let feedbackPrefixes = ["HTTP", "SQS", "Lambda", "Firehose", "Application"]

    /// The settings of a new topic, whose name is checked too.
    static func creating(
        _ create: CreateTopic, at now: Timestamp
    ) throws(BrokerError) -> TopicSettings {
        let type = create.attributes.last { $0.name == "FifoTopic" }?.value
        let isFIFO: Bool
        do throws(AttributeFault) {
            isFIFO =
                try type.map { (text) throws(AttributeFault) in
                    try AttributeFault.boolean(text, of: "FifoTopic")
                } ?? false
        } catch {
            throw error.amongOthers
        }
        guard let name = create.name, isName(name, isFIFO: isFIFO) else {
            throw BrokerError(.invalidParameter, "Invalid parameter: Topic Name")
        }
        do throws(AttributeFault) {
            var settings = TopicSettings(isFIFO: isFIFO)
            for (name, value) in create.attributes where name != "FifoTopic" {
                try settings.set(name, value, at: now)
            }
            if let policy = create.dataProtectionPolicy, !policy.isEmpty {
                try settings.setDataProtection(policy)
            }
            return settings
        } catch {
            throw error.amongOthers
        }
    }

    /// Whether a topic may have this name: up to 256 letters, digits, hyphens and underscores, and
    /// `.fifo` at the end of the name of a FIFO topic only.
    private static func isName(_ name: String, isFIFO: Bool) -> Bool {
        let suffix = QueueName.suffixOfFIFO
        guard TopicLimits.nameLength.contains(name.utf8.count), !isFIFO || name.hasSuffix(suffix)
        else { return false }
        let stem = isFIFO ? name.dropLast(suffix.count) : name[...]
        return !stem.isEmpty
            && stem.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// Sets one attribute; an empty value goes back to what holds without it.
    mutating func set(
        _ name: String, _ value: String, at now: Timestamp
    ) throws(AttributeFault) {
        switch name {
        case "DisplayName":
            guard value.unicodeScalars.count <= TopicLimits.displayNameCharacters else {
                throw AttributeFault(
                    "DisplayName Reason: must be at most \(TopicLimits.displayNameCharacters) "
                        + "characters long")
            }
            displayName = value.isEmpty ? nil : value
        case "Policy":
            if !value.isEmpty { try TopicPolicy.validate(value) }
            policy = value.isEmpty ? nil : value
        case "DeliveryPolicy":
            deliveryPolicy = Self.isNothing(value) ? nil : try DeliveryPolicy(ofTopic: value)
        case "KmsMasterKeyId":
            guard value.utf8.count <= QueueLimits.kmsMasterKeyIDBytes else {
                throw AttributeFault("KmsMasterKeyId")
            }
            kmsMasterKeyID = value.isEmpty ? nil : value
        case "SignatureVersion":
            guard let version = Int(value), ["1", "2"].contains(value) else {
                throw AttributeFault(
                    "SignatureVersion: Invalid value [\(value)]. Must be 1 or 2.")
            }
            signatureVersion = version
            isSignatureVersionSet = true
        case "TracingConfig":
            guard value == "PassThrough" || (value == "Active" && !isFIFO) else {
                throw AttributeFault(
                    "TracingConfig: Invalid value [\(value)]. Please use either PassThrough or "
                        + "Active")
            }
            tracingConfig = value
        case "ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy":
            try setOfFIFO(name, value, at: now)
        default:
            try setFeedback(name, value)
        }
    }

    private mutating func setOfFIFO(
        _ name: String, _ value: String, at now: Timestamp
    ) throws(AttributeFault) {
        switch name {
        case "ContentBasedDeduplication":
            guard isFIFO else {
                throw AttributeFault(
                    "Content-based deduplication can only be set for FIFO topics")
            }
            contentBasedDeduplication = try AttributeFault.boolean(value, of: name)
        case "FifoThroughputScope":
            guard isFIFO else {
                throw AttributeFault("FifoThroughputScope can only be set for FIFO topics")
            }
            guard let scope = FIFOThroughputScope(rawValue: value) else {
                throw AttributeFault(
                    "FifoThroughputScope: Invalid value [\(value)]. Please use either Topic or "
                        + "MessageGroup")
            }
            fifoThroughputScope = scope
        default:
            guard isFIFO else {
                throw AttributeFault("ArchivePolicy can only be set for FIFO topics")
            }
            archiveDays = Self.isNothing(value) ? nil : try Self.archiveDays(value)
            archivedSince = archiveDays == nil ? nil : archivedSince ?? now
        }
    }

    /// The days of `{"MessageRetentionPeriod":"30"}`.
    private static func archiveDays(_ text: String) throws(AttributeFault) -> Int {
        guard let policy = JSONValue(parsing: text), case .object = policy else {
            throw AttributeFault("ArchivePolicy: failed to parse JSON.")
        }
        let days: Int? =
            switch policy["MessageRetentionPeriod"] {
            case .string(let digits), .number(let digits):
                QueueSettings.integer(digits, in: TopicLimits.archiveDays)
            default: nil
            }
        guard let days else {
            throw AttributeFault(
                "ArchivePolicy: MessageRetentionPeriod must be between "
                    + "\(TopicLimits.archiveDays.lowerBound) and "
                    + "\(TopicLimits.archiveDays.upperBound) days")
        }
        return days
    }

    private mutating func setFeedback(_ name: String, _ value: String) throws(AttributeFault) {
        guard let prefix = Self.feedbackPrefixes.first(where: { name.hasPrefix($0) }) else {
            throw AttributeFault("AttributeName")
        }
        switch name.dropFirst(prefix.count) {
        case "SuccessFeedbackRoleArn", "FailureFeedbackRoleArn":
            if !value.isEmpty { try AttributeFault.arn(value, of: name) }
        case "SuccessFeedbackSampleRate":
            guard value.isEmpty || QueueSettings.integer(value, in: 0...100) != nil else {
                throw AttributeFault(
                    "\(name): Invalid value [\(value)]. Must be between 0 and 100.")
            }
        default: throw AttributeFault("AttributeName")
        }
        let index = feedback.firstIndex { $0.name == name }
        if let index { feedback.remove(at: index) }
        if !value.isEmpty { feedback.insert((name, value), at: index ?? feedback.count) }
    }

    /// PutDataProtectionPolicy: an object, or nothing to remove it.
    mutating func setDataProtection(_ value: String) throws(AttributeFault) {
        guard value.utf8.count <= TopicLimits.dataProtectionPolicyBytes else {
            throw AttributeFault(
                "DataProtectionPolicy Reason: must be at most "
                    + "\(TopicLimits.dataProtectionPolicyBytes) bytes long")
        }
        guard value.isEmpty || JSONValue(parsing: value)?["Statement"] != nil else {
            throw AttributeFault("DataProtectionPolicy Reason: failed to parse JSON.")
        }
        dataProtectionPolicy = value.isEmpty ? nil : value
    }

    /// Whether a value removes a policy.
    static func isNothing(_ value: String) -> Bool {
        value.isEmpty || JSONValue(parsing: value) == .object([])
    }
}

/// How the attributes of a topic are shown and compared.
extension TopicSettings {
    /// The attributes that hold for a topic, without those that count or name something.
    func attributes(of identity: TopicIdentity) -> [(name: String, value: String)] {
        var list: [(name: String, value: String)] = [
            ("Policy", policy ?? TopicPolicy.standard(for: identity).description)
        ]
        if let deliveryPolicy { list.append(("DeliveryPolicy", deliveryPolicy.text)) }
        list.append(
            ("EffectiveDeliveryPolicy", DeliveryPolicy.effectiveText(ofTopic: deliveryPolicy)))
        list.append(("DisplayName", displayName ?? ""))
        if let kmsMasterKeyID { list.append(("KmsMasterKeyId", kmsMasterKeyID)) }
        if isSignatureVersionSet { list.append(("SignatureVersion", String(signatureVersion))) }
        if let tracingConfig { list.append(("TracingConfig", tracingConfig)) }
        if isFIFO {
            list.append(("FifoTopic", "true"))
            list.append(("ContentBasedDeduplication", String(contentBasedDeduplication)))
            list.append(("FifoThroughputScope", fifoThroughputScope.rawValue))
        }
        if let archiveDays {
            list.append(("ArchivePolicy", "{\"MessageRetentionPeriod\":\"\(archiveDays)\"}"))
        }
        return list + feedback
    }

    /// The earliest time from which archived messages can be replayed.
    func beginningArchiveTime(at now: Timestamp) -> Timestamp? {
        guard let archiveDays, let archivedSince else { return nil }
        let kept = UInt64(archiveDays) * 86_400_000
        return max(
            archivedSince,
            Timestamp(milliseconds: now.milliseconds > kept ? now.milliseconds - kept : 0))
    }

    /// Whether a topic with these settings is the one that CreateTopic asks for with `wanted`, of
    /// which only the named attributes count.
    func agrees(
        with wanted: TopicSettings, onNamed attributes: [(name: String, value: String)],
        of identity: TopicIdentity
    ) -> Bool {
        guard isFIFO == wanted.isFIFO else { return false }
        let own = self.attributes(of: identity)
        let others = wanted.attributes(of: identity)
        return attributes.allSatisfy { attribute in
            let left = own.first { $0.name == attribute.name }?.value
            let right = others.first { $0.name == attribute.name }?.value
            return JSONValue.isSame(left, right)
        }
    }
}

extension JSONValue {
    /// Whether two values of an attribute say the same, as texts or as documents.
    static func isSame(_ left: String?, _ right: String?) -> Bool {
        if left == right { return true }
        guard let left = left.flatMap({ JSONValue(parsing: $0) }),
            let right = right.flatMap({ JSONValue(parsing: $0) })
        else { return false }
        return left.isEquivalent(to: right)
    }
}
