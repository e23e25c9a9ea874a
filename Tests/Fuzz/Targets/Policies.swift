import Bytes

@testable import BrokerCore

/// Redrive, access, delivery, archive and replay policies: what is taken is taken again as it is
/// printed and as it is shown, and means the same.
enum Policies {
    static func run(_ input: [UInt8]) {
        let text = input.text
        guard let printed = JSONValue(parsing: text)?.description else {
            promise((try? RedrivePolicy(parsing: text)) == nil, "a policy is JSON")
            return
        }
        redrive(text, printed)
        access(text, printed)
        delivery(text, printed)
        replay(text, printed)
        refusals(text)
    }

    private static func redrive(_ text: String, _ printed: String) {
        if let policy = try? RedrivePolicy(parsing: text) {
            promise((try? RedrivePolicy(parsing: policy.text)) == policy, "it is shown as it is")
            promise((try? RedrivePolicy(parsing: printed)) == policy, "printing changes nothing")
        }
        if let policy = try? RedriveAllowPolicy(parsing: text) {
            promise(policy.text == text, "it is kept as it was set")
            let again = try? RedriveAllowPolicy(parsing: printed)
            promise(again?.isEquivalent(to: policy) == true, "printing changes nothing")
            promise(
                policy.sourceQueueARNs.allSatisfy { policy.allows(sourceARN: $0) },
                "who is named is allowed")
        }
        if let queue = try? SubscriptionSettings.deadLetterQueue(text) {
            promise(
                (try? SubscriptionSettings.deadLetterQueue(printed)) == queue,
                "printing changes nothing")
        }
    }

    private static func access(_ text: String, _ printed: String) {
        let isValid = (try? QueuePolicy.validate(text)) != nil
        if isValid, printed.utf8.count <= QueueLimits.policyBytes {
            promise((try? QueuePolicy.validate(printed)) != nil, "printing changes nothing")
        }
        let permission = AddPermission.fuzzed
        let arn = "arn:aws:sqs:us-east-1:000000000000:q"
        if isValid,
            let added = try? QueuePolicy.adding(permission, to: text, queueARN: arn)
        {
            promise((try? QueuePolicy.validate(added)) != nil, "what was added to is valid")
            let removed = try? QueuePolicy.removing(label: "fuzzed", from: added)
            promise(removed != nil, "what was added can be removed")
        }
        guard (try? TopicPolicy.validate(text)) != nil else { return }
        let identity = TopicIdentity(
            account: AccountID(number: 0), region: "us-east-1", name: "t")
        _ = try? TopicPolicy.removing(label: "x", from: text, of: identity)
    }

    private static func delivery(_ text: String, _ printed: String) {
        for read in [
            { (text: String) in try? DeliveryPolicy(ofTopic: text) },
            { (text: String) in try? DeliveryPolicy(ofSubscription: text) },
        ] {
            guard let policy = read(text) else { continue }
            promise(policy.text == text, "it is kept as it was set")
            let again = read(printed)
            promise(
                again?.retry == policy.retry
                    && again?.maxReceivesPerSecond == policy.maxReceivesPerSecond
                    && again?.contentType == policy.contentType, "printing changes nothing")
            if let rules = policy.retry { check(rules) }
            for shown in [
                DeliveryPolicy.effectiveText(ofTopic: policy),
                DeliveryPolicy.effectiveText(ofSubscription: policy, topic: policy),
            ] {
                promise(JSONValue(parsing: shown) != nil, "what is in force is shown as JSON")
            }
        }
    }

    private static func check(_ rules: RetryRules) {
        promise(rules.backoffRetries >= 0, "phases add up")
        promise(rules.delay(ofRetry: rules.retries + 1) == nil, "retries end")
        let (least, most) = (UInt64(rules.minimumDelay) * 1000, UInt64(rules.maximumDelay) * 1000)
        var before: UInt64 = 0
        for number in 1...min(max(rules.retries, 1), 200) where number <= rules.retries {
            guard let delay = rules.delay(ofRetry: number) else {
                preconditionFailure("a retry has a delay")
            }
            promise(delay == 0 || delay >= least && delay <= most, "a delay is within its bounds")
            promise(delay >= before, "delays grow")
            before = delay
        }
    }

    private static func replay(_ text: String, _ printed: String) {
        if let policy = try? ReplayPolicy(text) {
            let again = try? ReplayPolicy(printed)
            promise(
                again?.start == policy.start && again?.end == policy.end,
                "printing changes nothing")
            promise(policy.end.map { $0 > policy.start } ?? true, "an end is behind the start")
        }
        var settings = TopicSettings(isFIFO: true)
        let now = Timestamp(milliseconds: 1_800_000_000_000)
        if (try? settings.set("ArchivePolicy", text, at: now)) != nil,
            let days = settings.archiveDays
        {
            promise(TopicLimits.archiveDays.contains(days), "an archive has its limits")
        }
    }

    private static func refusals(_ text: String) {
        let refusals = QueuePolicy.Refusals(text)
        let refuses = refusals.include(topicARN: "arn:aws:sns:us-east-1:000000000000:t")
        promise(!refuses || text.contains("Deny") || text.contains("\\u"), "only what is denied is")
    }
}

extension AddPermission {
    fileprivate static var fuzzed: AddPermission {
        var permission = AddPermission()
        permission.label = "fuzzed"
        permission.actions = ["SendMessage"]
        permission.accountIDs = ["123456789012"]
        return permission
    }
}
