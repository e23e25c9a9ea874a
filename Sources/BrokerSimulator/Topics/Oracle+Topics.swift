/// What the oracle concludes from what is asked of topics.
extension Oracle {
    /// How long a request may still be performed after its client gave it up.
    static let graceMilliseconds: UInt64 = 15_000

    func topicBegan(_ ask: TopicAsk, _ attempt: Attempt) {
        switch ask {
        case .create(let topic): topic.existence.mayBecome(true, at: now)
        case .delete(let topic):
            topic.existence.mayBecome(false, at: now)
            topic.sequences = []
            for one in topic.subscriptions { mayEnd(one) }
        case .archive(let topic, let isOn): topic.archiving.mayBecome(isOn, at: now)
        case .subscribe(let one):
            guard one.queue != nil else { break }
            become(one) { $0 = one.initial }
        case .confirm(let one, _, .first): become(one) { $0 = one.initial }
        case .confirm(let one, let token, .again):
            one.spentTokens.append(token)
            become(one) { _ in }
        case .confirm(_, _, .stale), .look: break
        case .unsubscribe(let one): mayEnd(one)
        case .set(let one, let change): become(one) { change.apply(to: &$0) }
        case .replay(let one, let order):
            if order.attempts == 0 {
                order.began = now
                one.replays.append(order)
            }
            order.attempts += 1
        case .publish(_, let publications):
            for publication in publications {
                let window = Publication.Window(clock)
                publication.windows.append(window)
                attempt.publishes.append(window)
                for sent in publication.messages where sent.firstBegan == nil {
                    sent.firstBegan = now
                }
            }
        }
    }

    private func become(
        _ subscription: SimulatedSubscription, _ change: (inout SubscriptionCondition) -> Void
    ) {
        var condition = subscription.conditions.latest
        change(&condition)
        condition.isThere = true
        subscription.conditions.mayBecome(condition, at: now)
    }

    private func mayEnd(_ subscription: SimulatedSubscription) {
        var condition = subscription.conditions.latest
        condition.isThere = false
        subscription.conditions.mayBecome(condition, at: now)
    }

    /// Nobody will know what came of the attempt.
    func topicUnanswered(_ ask: TopicAsk, _ attempt: Attempt) {
        let quiet = now + Oracle.graceMilliseconds
        switch ask {
        case .create(let topic), .delete(let topic), .archive(let topic, _):
            topic.quietUntil = quiet
            for one in topic.subscriptions { one.quietUntil = quiet }
        case .subscribe(let one), .confirm(let one, _, _), .unsubscribe(let one),
            .set(let one, _), .replay(let one, _):
            one.quietUntil = quiet
        case .look: break
        case .publish:
            for window in attempt.publishes {
                window.close(clock, grace: Oracle.graceMilliseconds)
            }
        }
    }

    /// An answer came that is no trouble of the broker's.
    func topicAnswered(_ ask: TopicAsk, _ attempt: Attempt, _ answer: HTTPAnswer) -> Answer {
        let xml = XMLText(answer.body)
        guard answer.status == 200 else {
            return topicRefused(ask, attempt, "\(xml["Code"] ?? "") \(xml["Message"] ?? "")")
        }
        switch ask {
        case .create(let topic): topic.existence.became(at: now)
        case .delete(let topic):
            topic.existence.became(at: now)
            for one in topic.subscriptions { ended(one) }
        case .archive(let topic, _): topic.archiving.became(at: now)
        case .subscribe(let one):
            guard let arn = xml["SubscriptionArn"] else {
                fail("nonsense: Subscribe is answered without an ARN")
                break
            }
            one.arn = arn
            one.isSubscribed = true
            one.conditions.became(at: now)
        case .confirm(let one, _, .stale):
            fail("confirmed by a token of a subscription that has ended: \(one.endpoint)")
        case .confirm(let one, let token, let use):
            // One that was taken back has a new token, which nobody is told.
            one.usedToken = use == .first ? token : nil
            one.returnToken = nil
            one.isSubscribed = true
            one.conditions.became(at: now)
        case .unsubscribe(let one): ended(one)
        case .set(let one, _): one.conditions.became(at: now)
        case .replay(_, let order): order.answered = now
        case .look(let one): look(at: one, xml, attempt)
        case .publish(let topic, let publications):
            publishAnswered(topic, publications, attempt, xml)
        }
        return .done
    }

    private func ended(_ subscription: SimulatedSubscription) {
        subscription.conditions.became(at: now)
        subscription.isSubscribed = false
        if let token = subscription.usedToken { subscription.staleTokens.append(token) }
        subscription.usedToken = nil
        subscription.token = nil
    }

    private func topicRefused(_ ask: TopicAsk, _ attempt: Attempt, _ reason: String) -> Answer {
        switch ask {
        case .publish(let topic, let publications):
            let windows = attempt.publishes
            let mayBeAbsent = topic.existence.possible(from: attempt.began, through: now)
                .contains(false)
            guard mayBeAbsent, reason.hasPrefix("NotFound") else { break }
            for publication in publications {
                publication.windows.removeAll { window in windows.contains { $0 === window } }
            }
            return .refused(reason)
        case .confirm(_, _, .stale): return .refused(reason)
        case .confirm(let one, let token, let use):
            // A token may have come late, from another life.
            one.conditions.didNotBecome()
            one.staleTokens.append(token)
            if use == .first { one.token = nil } else { one.returnToken = nil }
            return .refused(reason)
        case .replay(let one, let order):
            let mayBeOff = one.topic.archiving.possible(from: attempt.began, through: now)
                .contains(false)
            guard mayBeOff, reason.hasSuffix("the topic has no ArchivePolicy") else { break }
            order.attempts -= 1
            if order.attempts == 0 { one.replays.removeAll { $0 === order } }
            return .refused(reason)
        default: break
        }
        fail("refused: \(attempt.ask.description): \(reason)")
        return .refused(reason)
    }

    /// The attributes of a subscription are those that were set.
    private func look(at one: SimulatedSubscription, _ xml: XMLText, _ attempt: Attempt) {
        let possible = one.conditions.possible(from: attempt.began, through: now)
        guard possible.count == 1, possible[0].isThere else { return }
        var shown: [String: String] = [:]
        for entry in xml.all("entry") {
            if let key = entry["key"] { shown[key] = entry["value"] }
        }
        let condition = possible[0]
        if shown["RawMessageDelivery"] != "\(condition.isRaw)" {
            fail("attribute lost: RawMessageDelivery of \(one.endpoint)")
        }
        if shown["FilterPolicy"] ?? "{}" != condition.rule?.text ?? "{}" {
            fail("attribute lost: FilterPolicy of \(one.endpoint): \(shown["FilterPolicy"] ?? "")")
        }
        let scope = condition.isOnBody ? "MessageBody" : "MessageAttributes"
        if condition.rule != nil, shown["FilterPolicyScope"] != scope {
            fail("attribute lost: FilterPolicyScope of \(one.endpoint)")
        }
        guard let order = one.replays.last, let answered = order.answered,
            answered < attempt.began
        else { return }
        switch shown["ReplayStatus"] {
        // It may still catch up.
        case nil where order.isStop: break
        case _ where order.isStop: fail("attribute lost: a replay that was broken off goes on")
        case "Completed": order.isComplete = true
        case "In progress":
            if order.isComplete { fail("attribute lost: a replay that was completed goes on") }
        default: fail("attribute lost: ReplayStatus of \(one.endpoint)")
        }
    }
}
