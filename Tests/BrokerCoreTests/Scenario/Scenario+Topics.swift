import Bytes
import Testing

@testable import BrokerCore

/// The verbs of topics and subscriptions. Subscriptions have labels (n1, n2 …) in the order in
/// which they first come up.
extension Scenario {
    /// Nil when the verb is another's.
    func performTopics(_ command: Command) throws -> [String]? {
        switch command.verb {
        case "create-topic":
            var create = CreateTopic()
            create.name = try command.word(0)
            create.attributes = topicAttributes(of: command)
            if create.name?.hasSuffix(".fifo") == true {
                create.attributes.insert(("FifoTopic", "true"), at: 0)
            }
            for (name, value) in command.values where name.hasPrefix("tag:") {
                create.tags.append((String(name.dropFirst(4)), value))
            }
            guard case .topic(let arn) = try topic(.createTopic(create)) else { return ["?"] }
            return [arn]
        case "delete-topic":
            _ = try topic(.deleteTopic(resource(topicARN(try command.word(0)))))
        case "set-topic":
            _ = try topic(
                .setTopicAttributes(setting(topicARN(try command.word(0)), of: command)))
        case "topic":
            let outcome = try topic(
                .getTopicAttributes(resource(topicARN(try command.word(0)))))
            return lines(outcome, named: command.words.dropFirst())
        case "topics":
            var list = ListRequest()
            list.nextToken = command["token"] == "next" ? pageToken : command["token"]
            guard case .topics(let arns, let token) = try topic(.listTopics(list)) else {
                return ["?"]
            }
            pageToken = token
            return arns + (token == nil ? [] : ["more"])
        case "tag-topic":
            var tag = TagResource()
            tag.arn = topicARN(try command.word(0))
            tag.tags = command.values.map { (key: $0.name, value: $0.value) }
            _ = try topic(.tagResource(tag))
        case "untag-topic":
            var untag = UntagResource()
            untag.arn = topicARN(try command.word(0))
            untag.keys = Array(command.words.dropFirst())
            _ = try topic(.untagResource(untag))
        case "topic-tags":
            let outcome = try topic(
                .listTagsForResource(resource(topicARN(try command.word(0)))))
            guard case .tags(let tags) = outcome else { return ["?"] }
            return [tags.map { "\($0.key)=\($0.value)" }.joined(separator: " ")]
        case "set-sms":
            var set = SetAttributes()
            set.attributes = topicAttributes(of: command)
            _ = try topic(.setSMSAttributes(set))
        case "create-application":
            var create = CreatePlatformApplication()
            create.name = try command.word(0)
            create.platform = try command.word(1)
            create.attributes = topicAttributes(of: command)
            guard
                case .platformApplication(let arn) = try topic(
                    .createPlatformApplication(create))
            else { return ["?"] }
            return [arn]
        case "create-endpoint":
            var create = CreatePlatformEndpoint()
            create.platformApplicationARN = try command.word(0)
            create.token = try command.word(1)
            create.attributes = topicAttributes(of: command)
            guard case .platformEndpoint(let arn) = try topic(.createPlatformEndpoint(create))
            else { return ["?"] }
            return [label(subscription: arn)]
        default: return try performSubscriptions(command)
        }
        return ["ok"]
    }

    private func performSubscriptions(_ command: Command) throws -> [String]? {
        switch command.verb {
        case "subscribe":
            var subscribe = Subscribe()
            subscribe.topicARN = topicARN(try command.word(0))
            subscribe.protocolName = try command.word(1)
            subscribe.endpoint = endpoint(try command.word(2))
            subscribe.attributes = topicAttributes(of: command)
            subscribe.returnSubscriptionARN = command.words.contains("return-arn")
            guard case .subscription(let arn) = try topic(.subscribe(subscribe)) else {
                return ["?"]
            }
            return [label(subscription: arn)]
        case "confirm":
            var confirm = ConfirmSubscription()
            confirm.topicARN = topicARN(try command.word(0))
            confirm.token = token(of: try command.word(1))
            confirm.authenticateOnUnsubscribe = command["authenticate"]
            guard case .subscription(let arn) = try topic(.confirmSubscription(confirm)) else {
                return ["?"]
            }
            return [label(subscription: arn)]
        case "unsubscribe":
            var unsubscribe = Unsubscribe()
            unsubscribe.subscriptionARN = subscriptionARN(try command.word(0))
            unsubscribe.isAuthenticated = !command.words.contains("unsigned")
            _ = try topic(.unsubscribe(unsubscribe))
        case "set-subscription":
            _ = try topic(
                .setSubscriptionAttributes(
                    setting(subscriptionARN(try command.word(0)), of: command)))
        case "subscription":
            let outcome = try topic(
                .getSubscriptionAttributes(
                    resource(subscriptionARN(try command.word(0)))))
            return lines(outcome, named: command.words.dropFirst())
        case "subscriptions": return try listSubscriptions(command)
        default: return nil
        }
        return ["ok"]
    }

    private func listSubscriptions(_ command: Command) throws -> [String] {
        var list = ListRequest()
        list.nextToken = command["token"] == "next" ? pageToken : command["token"]
        let outcome: TopicOutcome
        if let name = command.words.first {
            list.arn = topicARN(name)
            outcome = try topic(.listSubscriptionsByTopic(list))
        } else {
            outcome = try topic(.listSubscriptions(list))
        }
        guard case .subscriptions(let found, let token) = outcome else { return ["?"] }
        pageToken = token
        return found.map { "\(label(subscription: $0.arn)) \($0.protocolName) \($0.endpoint)" }
            + (token == nil ? [] : ["more"])
    }

    // MARK: Parts

    private func resource(_ arn: String?) -> ResourceRequest {
        var request = ResourceRequest()
        request.arn = arn
        return request
    }

    private func setting(_ arn: String?, of command: Command) throws -> SetAttribute {
        var set = SetAttribute()
        set.arn = arn
        let attributes = topicAttributes(of: command)
        set.name = attributes.first?.name ?? command.words.dropFirst().first
        set.value = attributes.first?.value
        return set
    }

    /// Attributes as named, with the shorthand `dead=QUEUE` for a RedrivePolicy.
    private func topicAttributes(of command: Command) -> [(name: String, value: String)] {
        command.values.compactMap { name, value in
            if name.hasPrefix("tag:") || name == "token" { return nil }
            guard name == "dead" else { return (name, value) }
            return ("RedrivePolicy", "{\"deadLetterTargetArn\":\"\(arn(value))\"}")
        }
    }

    /// `queue:NAME` is the ARN of a queue of the caller, `-` is none.
    private func endpoint(_ text: String) -> String? {
        if text == "-" { return nil }
        return text.hasPrefix("queue:") ? arn(String(text.dropFirst(6))) : text
    }

    private func lines(_ outcome: TopicOutcome, named names: ArraySlice<String>) -> [String] {
        guard case .attributes(let attributes) = outcome else { return ["?"] }
        return attributes.filter { names.isEmpty || names.contains($0.name) }
            .map { "\($0.name) = \(label(subscription: $0.value))" }
    }

    /// The token that was sent to a subscription; what is no label is a token itself.
    private func token(of name: String) -> String? {
        guard let arn = subscriptionLabels.first(where: { $0.value == name })?.key else {
            return name == "-" ? nil : name
        }
        for case let subscription? in world.broker.topics.subscriptions
        where subscription.arn == arn {
            return world.broker.tokenText(of: subscription)
        }
        return name
    }

    private func subscriptionARN(_ name: String) -> String? {
        if name == "-" { return nil }
        return subscriptionLabels.first { $0.value == name }?.key ?? name
    }

    /// The label of a subscription's ARN; any other text as it is.
    private func label(subscription arn: String) -> String {
        if let label = subscriptionLabels[arn] { return label }
        let parts = arn.split(separator: ":")
        guard parts.count == 7, parts[2] == "sns", parts[6].utf8.count == 36 else { return arn }
        let label = "n\(subscriptionLabels.count + 1)"
        subscriptionLabels[arn] = label
        return label
    }
}
