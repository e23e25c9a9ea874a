/// What the rules of a subscription's attributes depend on.
struct SubscriptionContext {
    var topic: Topic
    var protocolKind: SubscriptionProtocol
    var endpoint: String
    var owner: AccountID
}

/// How the attributes of a subscription come in: each name's rules.
extension SubscriptionSettings {
    /// The settings of a new subscription.
    static func creating(
        _ attributes: [(name: String, value: String)], in context: SubscriptionContext
    ) throws(AttributeFault) -> SubscriptionSettings {
        var settings = SubscriptionSettings()
        // The scope decides what a filter policy may be, wherever it stands in the list.
        for (name, value) in attributes where name == "FilterPolicyScope" {
            try settings.set(name, value, in: context)
        }
        for (name, value) in attributes where name != "FilterPolicyScope" {
            try settings.set(name, value, in: context)
        }
        guard context.protocolKind != .firehose || settings.subscriptionRoleARN != nil else {
            throw AttributeFault("SubscriptionRoleArn is required for the protocol firehose")
        }
        return settings
    }

    /// Sets one attribute; an empty value goes back to what holds without it.
    mutating func set(
        _ name: String, _ value: String, in context: SubscriptionContext
    ) throws(AttributeFault) {
        switch name {
        case "RawMessageDelivery":
            let isRaw = try AttributeFault.boolean(value, of: name)
            guard !isRaw || [.sqs, .http, .https, .firehose].contains(context.protocolKind) else {
                throw AttributeFault(
                    "Delivery protocol [\(context.protocolKind.name)] does not support raw "
                        + "message delivery.")
            }
            rawMessageDelivery = isRaw
        case "FilterPolicy":
            filterPolicy =
                TopicSettings.isNothing(value) ? nil : try Self.compile(value, filterPolicyScope)
        case "FilterPolicyScope":
            guard let scope = FilterPolicyScope(rawValue: value) else {
                throw AttributeFault(
                    "FilterPolicyScope: Invalid value [\(value)]. Please use either MessageBody "
                        + "or MessageAttributes")
            }
            filterPolicy = try filterPolicy.map { (policy) throws(AttributeFault) in
                try Self.compile(policy.text, scope)
            }
            filterPolicyScope = scope
        case "DeliveryPolicy":
            guard [.http, .https].contains(context.protocolKind) || TopicSettings.isNothing(value)
            else {
                throw AttributeFault(
                    "Delivery protocol [\(context.protocolKind.name)] does not support a "
                        + "delivery policy.")
            }
            deliveryPolicy =
                TopicSettings.isNothing(value) ? nil : try DeliveryPolicy(ofSubscription: value)
        case "RedrivePolicy":
            try setRedrivePolicy(value, in: context)
        case "SubscriptionRoleArn":
            try AttributeFault.arn(value, of: name)
            subscriptionRoleARN = value
        case "ReplayPolicy":
            try setReplayPolicy(value, in: context)
        default:
            throw AttributeFault("AttributeName")
        }
    }

    private static func compile(
        _ text: String, _ scope: FilterPolicyScope
    ) throws(AttributeFault) -> FilterPolicy {
        do { return try FilterPolicy(text, scope: scope) } catch {
            throw AttributeFault("FilterPolicy: \(error.message)")
        }
    }

    private mutating func setRedrivePolicy(
        _ value: String, in context: SubscriptionContext
    ) throws(AttributeFault) {
        guard !TopicSettings.isNothing(value) else {
            redrivePolicy = nil
            deadLetterQueue = nil
            return
        }
        let queue = try Self.deadLetterQueue(value)
        let isFIFO = queue.name.hasSuffix(QueueName.suffixOfFIFO)
        if context.endpoint.hasSuffix(QueueName.suffixOfFIFO), !isFIFO {
            throw AttributeFault(
                "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO "
                    + "Topic.")
        }
        if !context.topic.settings.isFIFO, isFIFO {
            throw AttributeFault(
                "RedrivePolicy: must use a standard queue as DLQ for a Subscription to a standard "
                    + "Topic.")
        }
        guard queue.region == context.topic.identity.region, queue.account == context.owner else {
            throw AttributeFault(
                "RedrivePolicy: deadLetterTargetArn must be in the account and region of the "
                    + "subscription")
        }
        redrivePolicy = value
        deadLetterQueue = queue
    }

    /// The queue of `{"deadLetterTargetArn":"…"}`.
    static func deadLetterQueue(_ text: String) throws(AttributeFault) -> QueueIdentity {
        guard let policy = JSONValue(parsing: text), case .object = policy else {
            throw AttributeFault("RedrivePolicy: failed to parse JSON.")
        }
        guard let queue = policy["deadLetterTargetArn"]?.text.flatMap({ QueueIdentity(arn: $0) })
        else { throw AttributeFault("RedrivePolicy: deadLetterTargetArn is an invalid arn") }
        return queue
    }

    private mutating func setReplayPolicy(
        _ value: String, in context: SubscriptionContext
    ) throws(AttributeFault) {
        guard !TopicSettings.isNothing(value) else {
            replayPolicy = nil
            return
        }
        guard context.topic.settings.archiveDays != nil else {
            throw AttributeFault("ReplayPolicy: the topic has no ArchivePolicy")
        }
        do { _ = try ReplayPolicy(value) } catch {
            throw AttributeFault("ReplayPolicy: \(error.reason)")
        }
        replayPolicy = value
    }
}

extension SubscriptionSettings {
    /// The replay policy; nil when there is none.
    var replay: ReplayPolicy? { replayPolicy.flatMap { try? ReplayPolicy($0) } }
}

/// How the attributes of a subscription are shown and compared.
extension SubscriptionSettings {
    /// The settings that are shown.
    var attributes: [(name: String, value: String)] {
        var list: [(name: String, value: String)] = [
            ("RawMessageDelivery", String(rawMessageDelivery))
        ]
        if let filterPolicy {
            list.append(("FilterPolicy", filterPolicy.text))
            list.append(("FilterPolicyScope", filterPolicyScope.rawValue))
        }
        if let deliveryPolicy { list.append(("DeliveryPolicy", deliveryPolicy.text)) }
        if let redrivePolicy { list.append(("RedrivePolicy", redrivePolicy)) }
        if let subscriptionRoleARN { list.append(("SubscriptionRoleArn", subscriptionRoleARN)) }
        if let replayPolicy { list.append(("ReplayPolicy", replayPolicy)) }
        return list
    }

    /// Whether a subscription with these settings is the one that Subscribe asks for with `wanted`,
    /// of which only the named attributes count.
    func agrees(
        with wanted: SubscriptionSettings, onNamed attributes: [(name: String, value: String)]
    ) -> Bool {
        attributes.allSatisfy { attribute in
            if attribute.name == "FilterPolicyScope" {
                return filterPolicyScope == wanted.filterPolicyScope
            }
            let left = self.attributes.first { $0.name == attribute.name }?.value
            let right = wanted.attributes.first { $0.name == attribute.name }?.value
            return JSONValue.isSame(left, right)
        }
    }
}
