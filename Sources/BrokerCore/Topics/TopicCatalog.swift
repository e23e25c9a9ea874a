import Bytes

/// Topics and subscriptions, and how they are found.
final class TopicCatalog {
    /// Topics by number; nil once they are deleted and nothing refers to them.
    var topics: [Topic?] = [nil]
    /// Subscriptions by number; nil once they have ended and nothing is owed to them.
    var subscriptions: [Subscription?] = [nil]
    /// Platform applications by number; nil once deleted.
    var platforms: [PlatformApplication?] = [nil]
    /// Devices of platform applications by number; nil once deleted.
    var devices: [PlatformEndpoint?] = [nil]

    /// What each account has in each region.
    private(set) var namespaces: [Namespace: TopicNamespace] = [:]
    /// Numbers of the topics by the digest of the ARN. There may be very many of everything, and an
    /// index grows without a pause.
    private let topicOfARN = HashIndex()
    /// Numbers of the subscriptions that are pending or confirmed, by the last part of the ARN.
    private let subscriptionOfID = HashIndex()
    /// By the digest of topic, protocol and endpoint: nobody subscribes twice in the same way.
    private let subscriptionOfEndpoint = HashIndex()
    /// The key of the digests.
    var hashKey = SipKey(k0: 0, k1: 0)
    private var platformOfIdentity: [PlatformIdentity: PlatformApplication] = [:]
    /// Numbers of the devices by the last part of the ARN.
    private let deviceOfID = HashIndex()
    /// By the digest of application and token.
    private let deviceOfToken = HashIndex()

    // MARK: Finding

    /// The topic of `identity`; nil when there is none.
    func topic(_ identity: TopicIdentity) -> Topic? { topic(arn: identity.arn) }

    /// The numbers of the topics whose counts are not all zero.
    private(set) var counted = SortedNumbers()

    /// Something is counted of a topic.
    func noteCount(of topic: Topic) {
        guard !topic.isCounted, !topic.isDeleted else { return }
        topic.isCounted = true
        counted.insert(topic.number)
    }

    /// Topics that are not deleted.
    var topicCount: Int { topicOfARN.count }
    var platformCount: Int { platformOfIdentity.count }

    /// The topic that is shown with this ARN; nil when there is none.
    func topic(arn: String) -> Topic? {
        topicOfARN[key(ofARN: arn)].flatMap { topics[Int($0)] }
    }

    private func key(ofARN arn: String) -> Hash128 {
        arn.withByteView { SipHash.hash128($0, hashKey) }
    }

    /// The subscription, pending or confirmed, whose ARN ends with `id`.
    func subscription(_ id: MessageID) -> Subscription? {
        guard let number = subscriptionOfID[Self.key(of: id)],
            let subscription = subscriptions[Int(number)], !subscription.hasEnded
        else { return nil }
        return subscription
    }

    /// The subscription, pending or confirmed, of this endpoint to a topic that is there.
    func subscription(
        to topic: Topic, _ protocolKind: SubscriptionProtocol, _ endpoint: String
    ) -> Subscription? {
        subscriptionOfEndpoint[key(of: endpoint, protocolKind, of: topic)]
            .flatMap { subscriptions[Int($0)] }
    }

    func platform(_ identity: PlatformIdentity) -> PlatformApplication? {
        platformOfIdentity[identity]
    }

    func device(_ id: MessageID) -> PlatformEndpoint? {
        guard let number = deviceOfID[Self.key(of: id)], let device = devices[Int(number)],
            !device.platform.isDeleted
        else { return nil }
        return device
    }

    /// The device of an application that has this token.
    func device(of platform: PlatformApplication, token: String) -> PlatformEndpoint? {
        deviceOfToken[key(ofToken: token, of: platform)].flatMap { devices[Int($0)] }
    }

    /// What an account has in a region, to be looked at: whoever asks leaves no trace.
    func namespace(_ account: AccountID, _ region: String) -> TopicNamespace {
        namespaces[Namespace(account: account, region: region)] ?? TopicNamespace()
    }

    /// What the owner of a topic has in its region.
    func namespace(of topic: Topic) -> TopicNamespace {
        namespace(topic.identity.account, topic.identity.region)
    }

    /// Changes what an account has in a region, which is kept as long as there is something.
    func change(
        _ account: AccountID, _ region: String, _ body: (TopicNamespace) -> Void
    ) {
        let key = Namespace(account: account, region: region)
        let namespace = namespaces[key] ?? TopicNamespace()
        body(namespace)
        namespaces[key] = namespace.isEmpty ? nil : namespace
    }

    // MARK: Topics

    /// Enters a topic, which has no subscriptions yet.
    func enter(_ topic: Topic) {
        keep(topic)
        topicOfARN.insert(key(ofARN: topic.arn), topic.number)
        change(topic.identity.account, topic.identity.region) { namespace in
            namespace.topics.insert(topic)
            if topic.settings.isFIFO { namespace.fifoTopicCount += 1 }
        }
    }

    /// Gives a topic its place by number, without making it known by name.
    func keep(_ topic: Topic) {
        while topics.count <= Int(topic.number) { topics.append(nil) }
        topics[Int(topic.number)] = topic
    }

    /// Takes out a topic that is deleted; by its number it is still found. Its subscriptions count
    /// for nothing from now on.
    func leave(_ topic: Topic) {
        change(topic.identity.account, topic.identity.region) { namespace in
            namespace.topics.remove(topic)
            if topic.settings.isFIFO { namespace.fifoTopicCount -= 1 }
            namespace.pendingCount -= topic.pendingCount
            namespace.filterPolicyCount -= topic.filterPolicyCount
        }
        topicOfARN.remove(key(ofARN: topic.arn))
        counted.remove(topic.number)
        topic.isDeleted = true
    }

    // MARK: Subscriptions

    /// Enters a subscription that is pending or confirmed, younger than all of its topic.
    func enter(_ subscription: Subscription) {
        keep(subscription)
        let topic = subscription.topic
        subscriptionOfID.insert(Self.key(of: subscription.id), subscription.number)
        subscriptionOfEndpoint.insert(key(of: subscription), subscription.number)
        topic.subscriptions.insert(subscription.number)
        change(subscription.owner, topic.identity.region) {
            $0.subscriptions.insert(subscription.number)
        }
        count(subscription)
    }

    /// Gives a subscription its place by number, without making it known otherwise.
    func keep(_ subscription: Subscription) {
        while subscriptions.count <= Int(subscription.number) { subscriptions.append(nil) }
        subscriptions[Int(subscription.number)] = subscription
    }

    /// Takes a subscription that is pending or confirmed out of all lists; by its number it is
    /// still found.
    func leave(_ subscription: Subscription) {
        uncount(subscription)
        let topic = subscription.topic
        subscriptionOfID.remove(Self.key(of: subscription.id))
        subscriptionOfEndpoint.remove(key(of: subscription))
        topic.subscriptions.remove(subscription.number)
        change(subscription.owner, topic.identity.region) {
            $0.subscriptions.remove(subscription.number)
        }
    }

    /// Gives a subscription another condition and keeps counts and filters exact.
    func change(_ subscription: Subscription, to condition: SubscriptionCondition) {
        uncount(subscription)
        subscription.condition = condition
        count(subscription)
    }

    private func count(_ subscription: Subscription) {
        let topic = subscription.topic
        if subscription.settings.filterPolicy != nil {
            topic.filterPolicyCount += 1
            namespace(of: topic).filterPolicyCount += 1
        }
        if subscription.state == .confirmed {
            topic.confirmedCount += 1
            topic.filters.insert(subscription.number, subscription.settings.filterPolicy)
        } else {
            topic.pendingCount += 1
            namespace(of: topic).pendingCount += 1
        }
    }

    private func uncount(_ subscription: Subscription) {
        let topic = subscription.topic
        if subscription.settings.filterPolicy != nil {
            topic.filterPolicyCount -= 1
            if !topic.isDeleted { namespace(of: topic).filterPolicyCount -= 1 }
        }
        if subscription.state == .confirmed {
            topic.confirmedCount -= 1
            topic.filters.remove(subscription.number)
        } else {
            topic.pendingCount -= 1
            if !topic.isDeleted { namespace(of: topic).pendingCount -= 1 }
        }
    }

    private static func key(of id: MessageID) -> Hash128 {
        Hash128(first: id.high, second: id.low)
    }

    private func key(of subscription: Subscription) -> Hash128 {
        key(of: subscription.endpoint, subscription.protocolKind, of: subscription.topic)
    }

    private func key(
        of endpoint: String, _ protocolKind: SubscriptionProtocol, of topic: Topic
    ) -> Hash128 {
        var hasher = SipHasher(key: hashKey)
        hasher.update(littleEndian: topic.number)
        hasher.update(protocolKind.rawValue)
        endpoint.withByteView { hasher.update($0) }
        return hasher.finish()
    }

    // MARK: Platform applications and devices

    func enter(_ platform: PlatformApplication) {
        while platforms.count <= Int(platform.number) { platforms.append(nil) }
        platforms[Int(platform.number)] = platform
        platformOfIdentity[platform.identity] = platform
        change(platform.identity.account, platform.identity.region) {
            $0.platforms.append(platform.number)
        }
    }

    /// Takes out an application; its devices are gone with it.
    func leave(_ platform: PlatformApplication) {
        platforms[Int(platform.number)] = nil
        platformOfIdentity[platform.identity] = nil
        platform.isDeleted = true
        change(platform.identity.account, platform.identity.region) {
            $0.platforms.removeNumber(platform.number)
        }
    }

    func enter(_ device: PlatformEndpoint) {
        while devices.count <= Int(device.number) { devices.append(nil) }
        devices[Int(device.number)] = device
        deviceOfID.insert(Self.key(of: device.id), device.number)
        deviceOfToken.insert(key(ofToken: device.token, of: device.platform), device.number)
        device.platform.devices.insert(device.number)
    }

    func leave(_ device: PlatformEndpoint) {
        devices[Int(device.number)] = nil
        deviceOfID.remove(Self.key(of: device.id))
        deviceOfToken.remove(key(ofToken: device.token, of: device.platform))
        device.platform.devices.remove(device.number)
    }

    private func key(ofToken token: String, of platform: PlatformApplication) -> Hash128 {
        var hasher = SipHasher(key: hashKey)
        hasher.update(littleEndian: platform.number)
        token.withByteView { hasher.update($0) }
        return hasher.finish()
    }
}

/// What an account has of SNS in one region.
final class TopicNamespace {
    /// Ordered by name.
    var topics = NameOrder<Topic>()
    var fifoTopicCount = 0
    /// Subscriptions of its topics that nobody has confirmed yet.
    var pendingCount = 0
    /// Filter policies on the subscriptions of its topics.
    var filterPolicyCount = 0
    /// The numbers of the subscriptions that it owns, to whosever topics. Those of a topic that was
    /// just deleted are among them until they are swept.
    var subscriptions = SortedNumbers()
    /// The numbers of its platform applications, ascending.
    var platforms: [UInt32] = []
    var sms = SMSSettings()

    var isEmpty: Bool {
        topics.isEmpty && subscriptions.isEmpty && platforms.isEmpty && sms.isEmpty
    }
}

extension [UInt32] {
    /// Where the numbers above `number` begin in an ascending array. O(log n).
    func firstIndex(above number: UInt32) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Removes `number` from an ascending array.
    mutating func removeNumber(_ number: UInt32) {
        let index = firstIndex(above: number) - 1
        precondition(index >= 0 && self[index] == number, "the number is in the list")
        remove(at: index)
    }
}
