/// Makes topics and subscriptions, confirms, changes, ends and replays to them.
final class Curator: Role {
    private let world: World
    private let random: Randomness
    private let meanPause: UInt64
    private var plans: [TopicAsk] = []
    private var hasBegun = false
    /// When a subscription was last asked for, so that it is asked for again when it gets no token.
    private var asked: [String: UInt64] = [:]

    init(in world: World) {
        self.world = world
        random = world.random.fork()
        meanPause = random.pick([300, 1_000, 5_000])
    }

    /// Whether nothing is left over.
    var hasMadeAll: Bool { world.topics.isEmpty || (hasBegun && plans.isEmpty) }

    var pause: UInt64 {
        if !hasBegun || !plans.isEmpty { return 10 }
        return world.isBusy ? random.waiting(mean: meanPause) : 1_000
    }

    func next() -> Ask? { nextAsk().map { .topic($0) } }

    private func nextAsk() -> TopicAsk? {
        guard !world.topics.isEmpty else { return nil }
        if !hasBegun {
            // Subscribers and dead-letter queues have to be there.
            guard world.queues.allSatisfy({ $0.isReady || $0.isWiped }) else { return nil }
            hasBegun = true
            for topic in world.topics { plan(topic) }
        }
        while !plans.isEmpty {
            guard world.clock.now >= plans[0].quietUntil else { return nil }
            let ask = plans.removeFirst()
            // A plan of a topic that was deleted meanwhile.
            if case .subscribe(let one) = ask, !one.topic.isThere { continue }
            return ask
        }
        if let ask = confirmation() { return ask }
        guard world.isBusy else { return nil }
        let topic = random.pick(world.topics)
        guard world.clock.now >= topic.quietUntil else { return nil }
        if topic.isWiped, random.chance(200) {
            plan(topic)
            return .delete(topic)
        }
        guard topic.isThere else { return nil }
        if topic.isForgetful, random.chance(topic.archiving.latest ? 30 : 300) {
            return .archive(topic, !topic.archiving.latest)
        }
        let subscription = random.pick(topic.subscriptions)
        return world.clock.now >= subscription.quietUntil ? change(subscription) : nil
    }

    private func plan(_ topic: SimulatedTopic) {
        plans.append(.create(topic))
        for one in random.shuffled(topic.subscriptions) { plans.append(.subscribe(one)) }
    }

    /// Confirms an endpoint that was asked; one that heard nothing is asked again.
    private func confirmation() -> TopicAsk? {
        let now = world.clock.now
        for one in world.topics.flatMap(\.subscriptions)
        where one.queue == nil && one.isSubscribed && !one.isConfirmed
            && one.topic.isThere && now >= one.quietUntil
        {
            if let token = one.token { return .confirm(one, token: token, .first) }
            guard now >= asked[one.endpoint] ?? 0 else { continue }
            asked[one.endpoint] = now + 60_000
            return .subscribe(one)
        }
        return nil
    }

    private func change(_ one: SimulatedSubscription) -> TopicAsk? {
        if !one.isSubscribed { return comeBack(one) }
        guard one.isConfirmed else { return nil }
        if random.chance(200) { return .look(one) }
        if one.isReplayed { return replay(to: one) }
        guard one.isMoody else { return stale(one) }
        switch random.below(6) {
        case 0, 1: return .set(one, .rule(random.chance(200) ? nil : FilterRule(random)))
        case 2: return .set(one, .scope(isOnBody: !one.conditions.latest.isOnBody))
        case 3: return .set(one, .raw(!one.conditions.latest.isRaw))
        case 4 where one.queue == nil: return .set(one, .retries(random.below(5)))
        default: return .unsubscribe(one)
        }
    }

    private func comeBack(_ one: SimulatedSubscription) -> TopicAsk? {
        if let token = one.returnToken, random.chance(400) {
            return .confirm(one, token: token, .again)
        }
        if random.chance(400) { return stale(one) }
        one.initial.rule = random.chance(300) ? nil : FilterRule(random)
        one.initial.isOnBody = random.chance(500)
        one.initial.isRaw = random.chance(500)
        one.returnToken = nil
        asked[one.endpoint] = world.clock.now + 60_000
        return .subscribe(one)
    }

    private func stale(_ one: SimulatedSubscription) -> TopicAsk? {
        guard !one.staleTokens.isEmpty else { return nil }
        return .confirm(one, token: random.pick(one.staleTokens), .stale)
    }

    private func replay(to one: SimulatedSubscription) -> TopicAsk? {
        if let last = one.replays.last, !last.isComplete, random.chance(800) { return .look(one) }
        if !one.topic.archiving.latest { return nil }
        if !one.replays.isEmpty, random.chance(150) {
            return .replay(one, .stop())
        }
        // One may follow another at once, while messages are published.
        if random.chance(300) { plans.append(.replay(one, order())) }
        return .replay(one, order())
    }

    private func order() -> ReplayOrder {
        let now = world.clock.wall
        let start = now - random.waiting(mean: random.pick([5_000, 60_000, 200_000]))
        let end: UInt64? =
            switch random.below(3) {
            case 0: nil
            case 1: start + 1 + UInt64(random.below(Int(now - start) + 1))
            default: start + random.waiting(mean: 60_000)
            }
        return ReplayOrder(start: start, end: end)
    }

    func finished(_ ask: Ask, _ answer: Answer?) {}
}

extension TopicAsk {
    /// Before this nothing of the kind is begun.
    fileprivate var quietUntil: UInt64 {
        switch self {
        case .create(let topic), .delete(let topic), .archive(let topic, _): topic.quietUntil
        case .subscribe(let one), .confirm(let one, _, _), .unsubscribe(let one),
            .set(let one, _), .replay(let one, _):
            one.quietUntil
        case .look, .publish: 0
        }
    }
}
