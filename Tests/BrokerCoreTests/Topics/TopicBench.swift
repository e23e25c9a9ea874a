import Bytes
import Testing

@testable import BrokerCore

typealias TopicAttributeList = [(name: String, value: String)]

/// A broker whose catalog of topics is tried: the actions of SNS as functions.
final class TopicBench {
    let world: World
    var caller = Caller(account: .anonymous, region: "us-east-1")

    init() { world = World() }

    init(_ world: World) { self.world = world }

    func run(_ action: TopicAction) throws(BrokerError) -> TopicOutcome {
        let outcome = try world.perform(.topic(action), from: caller).outcome
        guard case .topic(let topic) = outcome else {
            preconditionFailure("an action of SNS has an answer of SNS")
        }
        return topic
    }

    func arn(_ name: String) -> String {
        TopicIdentity(account: caller.account, region: caller.region, name: name).arn
    }

    func queueARN(_ name: String) -> String {
        QueueIdentity(account: caller.account, region: caller.region, name: name).arn
    }

    // MARK: Topics

    @discardableResult
    func createTopic(
        _ name: String?, _ attributes: TopicAttributeList = [],
        tags: [(key: String, value: String)] = []
    ) throws(BrokerError) -> String {
        var create = CreateTopic()
        create.name = name
        create.attributes = attributes
        create.tags = tags
        guard case .topic(let arn) = try run(.createTopic(create)) else { return "?" }
        return arn
    }

    @discardableResult
    func createFIFO(_ name: String, _ attributes: TopicAttributeList = []) throws(BrokerError)
        -> String
    {
        try createTopic(name, [("FifoTopic", "true")] + attributes)
    }

    func deleteTopic(_ arn: String?) throws(BrokerError) {
        _ = try run(.deleteTopic(request(arn)))
    }

    func setTopic(_ arn: String?, _ name: String?, _ value: String?) throws(BrokerError) {
        _ = try run(.setTopicAttributes(setting(arn, name, value)))
    }

    func attributes(ofTopic arn: String?) throws(BrokerError) -> [String: String] {
        Self.map(try run(.getTopicAttributes(request(arn))))
    }

    func topics() throws(BrokerError) -> [String] {
        try pages { (token) throws(BrokerError) in
            guard case .topics(let arns, let next) = try self.run(.listTopics(self.list(token)))
            else { return ([], nil) }
            return (arns, next)
        }
    }

    // MARK: Subscriptions

    @discardableResult
    func subscribe(
        _ arn: String?, _ protocolName: String?, _ endpoint: String?,
        _ attributes: TopicAttributeList = [], returnsARN: Bool = true
    ) throws(BrokerError) -> String {
        var subscribe = Subscribe()
        subscribe.topicARN = arn
        subscribe.protocolName = protocolName
        subscribe.endpoint = endpoint
        subscribe.attributes = attributes
        subscribe.returnSubscriptionARN = returnsARN
        guard case .subscription(let arn) = try run(.subscribe(subscribe)) else { return "?" }
        return arn
    }

    func setSubscription(_ arn: String?, _ name: String?, _ value: String?) throws(BrokerError) {
        _ = try run(.setSubscriptionAttributes(setting(arn, name, value)))
    }

    func attributes(ofSubscription arn: String?) throws(BrokerError) -> [String: String] {
        Self.map(try run(.getSubscriptionAttributes(request(arn))))
    }

    func unsubscribe(_ arn: String?, isSigned: Bool = true) throws(BrokerError) {
        var unsubscribe = Unsubscribe()
        unsubscribe.subscriptionARN = arn
        unsubscribe.isAuthenticated = isSigned
        _ = try run(.unsubscribe(unsubscribe))
    }

    @discardableResult
    func confirm(
        _ topic: String?, _ token: String?, authenticate: String? = nil, isSigned: Bool = false
    ) throws(BrokerError) -> String {
        var confirm = ConfirmSubscription()
        confirm.topicARN = topic
        confirm.token = token
        confirm.authenticateOnUnsubscribe = authenticate
        confirm.isAuthenticated = isSigned
        guard case .subscription(let arn) = try run(.confirmSubscription(confirm)) else {
            return "?"
        }
        return arn
    }

    /// The token that was sent last to the endpoint of a subscription.
    func token(_ arn: String) -> String {
        let found = world.broker.topics.subscriptions.last { $0?.arn == arn }
        guard let subscription = found ?? nil else { return "" }
        return world.broker.tokenText(of: subscription)
    }

    func subscriptions(of topic: String? = nil) throws(BrokerError) -> [SubscriptionDescription] {
        try pages { (token) throws(BrokerError) in
            var list = self.list(token)
            list.arn = topic
            let action: TopicAction =
                topic == nil ? .listSubscriptions(list) : .listSubscriptionsByTopic(list)
            guard case .subscriptions(let page, let next) = try self.run(action) else {
                return ([], nil)
            }
            return (page, next)
        }
    }

    // MARK: Parts

    func request(_ arn: String?) -> ResourceRequest {
        var request = ResourceRequest()
        request.arn = arn
        return request
    }

    func setting(_ arn: String?, _ name: String?, _ value: String?) -> SetAttribute {
        var set = SetAttribute()
        set.arn = arn
        set.name = name
        set.value = value
        return set
    }

    func list(_ token: String?) -> ListRequest {
        var list = ListRequest()
        list.nextToken = token
        return list
    }

    /// All pages of a list, none of them empty but the only one.
    func pages<Element>(
        _ page: (String?) throws(BrokerError) -> ([Element], String?)
    ) throws(BrokerError) -> [Element] {
        var all: [Element] = []
        var token: String?
        repeat {
            let (elements, next) = try page(token)
            #expect(!elements.isEmpty || token == nil)
            #expect(elements.count <= 100)
            all += elements
            token = next
        } while token != nil
        return all
    }

    static func map(_ outcome: TopicOutcome) -> [String: String] {
        guard case .attributes(let list) = outcome else { return [:] }
        let map = Dictionary(list.map { ($0.name, $0.value) }, uniquingKeysWith: { $0 + "&" + $1 })
        #expect(map.count == list.count, "an attribute comes once")
        return map
    }

    // MARK: State

    /// Everything that the catalog holds, in words.
    var state: [String] {
        let catalog = world.broker.topics
        var lines: [String] = []
        for case let topic? in catalog.topics {
            lines.append(
                "\(topic.number) \(topic.identity.arn) \(topic.createdAt) "
                    + "\(world.broker.attributes(of: topic, at: world.now)) \(topic.tags.list) "
                    + "\(topic.settings) \(topic.isDeleted) \(topic.sequence) "
                    + "\(topic.subscriptions.all) \(topic.filterPolicyCount) "
                    + "\(topic.lingeringCount) "
                    + "\(topic.isDeleted ? 0 : topic.backlog?.number ?? 0) "
                    + "\(catalog.topic(topic.identity) === topic)")
        }
        for case let subscription? in catalog.subscriptions {
            lines.append(
                "\(subscription.number) \(world.broker.attributes(of: subscription)) "
                    + "\(subscription.state) \(subscription.token) "
                    + "\(subscription.authenticatesOnUnsubscribe) "
                    + "\(String(describing: subscription.isRetakeableUntil)) "
                    + "\(subscription.owedCount) "
                    + "\(String(describing: subscription.replay?.sequence)) "
                    + "\(catalog.subscription(subscription.id) === subscription) "
                    + "\(String(describing: subscription.settings.deadLetterQueue))")
        }
        lines.append(
            "\(catalog.topics.count) \(catalog.subscriptions.count) "
                + "\(catalog.platforms.count) \(catalog.devices.count)")
        for case let platform? in catalog.platforms {
            lines.append("\(platform.identity) \(platform.attributes) \(platform.devices.all)")
        }
        for case let device? in catalog.devices {
            let isFound =
                catalog.device(device.id) === device
                && catalog.device(of: device.platform, token: device.token) === device
            lines.append("\(device.arn) \(device.attributes) \(isFound)")
        }
        lines += catalog.namespaces.map { key, namespace in
            "\(key) \(namespace.topics.all.map(\.number)) \(namespace.subscriptions.all) "
                + "\(namespace.fifoTopicCount) \(namespace.filterPolicyCount) "
                + "\(namespace.platforms) \(namespace.sms)"
        }.sorted()
        return lines
    }

    /// Lets everything end that goes over several ticks.
    func settle() { world.advance(milliseconds: 0) }

    /// The state of a broker that recovered from what this one has written.
    func recoveredState() throws -> [String] { TopicBench(try world.twin()).state }
}

extension NameOrder {
    /// All of them.
    var all: [Element] {
        var elements: [Element] = []
        forEach(from: "") { element in
            elements.append(element)
            return true
        }
        return elements
    }
}

extension SortedNumbers {
    /// All of them.
    var all: [UInt32] {
        var numbers: [UInt32] = []
        forEach(above: 0) { number in
            numbers.append(number)
            return true
        }
        return numbers
    }
}
