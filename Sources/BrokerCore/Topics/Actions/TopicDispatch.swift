import Bytes

/// The actions of SNS on its catalog: everything but publishing.
extension Broker {
    mutating func performOnCatalog(
        _ action: TopicAction, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> TopicOutcome {
        switch action {
        case .createTopic(let create):
            return .topic(arn: try perform(create, from: caller, at: now, into: sink))
        case .deleteTopic(let request):
            try performDeleteTopic(request, from: caller, at: now, into: sink)
            return .done
        case .getTopicAttributes(let request):
            return .attributes(try attributes(of: topic(named: request.arn, from: caller), at: now))
        case .setTopicAttributes(let set):
            try performSetTopicAttributes(set, from: caller, at: now, into: sink)
            return .done
        case .addPermission(let add):
            try perform(add, from: caller, at: now, into: sink)
            return .done
        case .removePermission(let remove):
            try perform(remove, from: caller, at: now, into: sink)
            return .done
        case .getDataProtectionPolicy(let request):
            let topic = try topic(named: request.arn, from: caller, parameter: "ResourceArn")
            return .dataProtectionPolicy(topic.settings.dataProtectionPolicy ?? "")
        case .putDataProtectionPolicy(let put):
            try perform(put, from: caller, at: now, into: sink)
            return .done
        case .tagResource(let tag):
            try perform(tag, from: caller, at: now, into: sink)
            return .done
        case .untagResource(let untag):
            try perform(untag, from: caller, at: now, into: sink)
            return .done
        case .listTagsForResource(let request):
            return .tags(try taggedTopic(request.arn, from: caller).tags.list)
        case .listTopics(let list):
            return try performListTopics(list, from: caller)
        default:
            return try performOnSubscription(action, from: caller, at: now, into: sink)
        }
    }

    private mutating func performOnSubscription(
        _ action: TopicAction, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) -> TopicOutcome {
        switch action {
        case .subscribe(let subscribe):
            return .subscription(arn: try perform(subscribe, from: caller, at: now, into: sink))
        case .confirmSubscription(let confirm):
            return .subscription(arn: try perform(confirm, at: now, into: sink))
        case .unsubscribe(let unsubscribe):
            try perform(unsubscribe, at: now, into: sink)
            return .done
        case .getSubscriptionAttributes(let request):
            return .attributes(attributes(of: try subscription(request.arn, from: caller)))
        case .setSubscriptionAttributes(let set):
            try performSetSubscriptionAttributes(set, from: caller, at: now, into: sink)
            return .done
        case .listSubscriptions(let list):
            return try performListSubscriptions(list, from: caller)
        case .listSubscriptionsByTopic(let list):
            return try performListSubscriptionsByTopic(list, from: caller)
        default:
            return try performOnPlatform(action, from: caller, at: now, into: sink)
        }
    }
}
