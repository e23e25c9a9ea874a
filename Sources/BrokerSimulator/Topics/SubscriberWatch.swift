import BrokerNode

/// Watches what endpoints get.
final class SubscriberWatch {
    private let oracle: Oracle
    private let transcript: Transcript
    private var subscriptions: [String: SimulatedSubscription] = [:]
    /// Ends of a node so far; each may have what was under way sent again.
    var ends = 0
    /// Parcels so far.
    private(set) var parcels = 0

    init(_ topics: [SimulatedTopic], oracle: Oracle, transcript: Transcript) {
        self.oracle = oracle
        self.transcript = transcript
        for subscription in topics.flatMap(\.subscriptions) where subscription.queue == nil {
            subscriptions[subscription.endpoint] = subscription
        }
    }

    /// An endpoint got a parcel.
    func received(_ parcel: Parcel, _ reception: SimulatedSubscription.Reception) {
        parcels += 1
        guard case .http(let url, let headers) = parcel.address else {
            return oracle.fail("unexpected: a parcel for nobody")
        }
        guard let subscription = subscriptions[url] else {
            return oracle.fail("unexpected: a parcel for \(url)")
        }
        let body = String(decoding: parcel.body, as: UTF8.self)
        if body.first == "{", let json = JSON(parcel.body[...]), let type = json.text("Type"),
            type != "Notification", let token = json.text("Token")
        {
            let arn = headers.first { $0.name == "x-amz-sns-subscription-arn" }?.value
            return take(token, type, arn, subscription)
        }
        take(body, reception, subscription)
    }

    private func take(
        _ token: String, _ type: String, _ arn: String?, _ subscription: SimulatedSubscription
    ) {
        transcript.note("\(subscription.endpoint) gets a \(type)")
        guard !subscription.staleTokens.contains(token), !subscription.spentTokens.contains(token)
        else { return }
        if type == "SubscriptionConfirmation" {
            subscription.token = token
        } else if arn == subscription.arn {
            // One of an earlier life comes with the attributes of that.
            subscription.returnToken = token
        }
    }

    private func take(
        _ body: String, _ reception: SimulatedSubscription.Reception,
        _ subscription: SimulatedSubscription
    ) {
        let (text, envelope) = Envelope.open(body)
        let endpoint = subscription.endpoint
        guard let number = Sent.number(of: text),
            let publication = oracle.publication(number), publication.text == text
        else { return oracle.fail("unexpected: \(endpoint) got \(text.prefix(60))") }
        transcript.note("\(endpoint) gets b\(number): \(reception)")
        guard publication.topic === subscription.topic, publication.mayReach(subscription) else {
            return oracle.fail("unexpected: \(endpoint) got b\(number) and did not want it")
        }
        let start = publication.windows.first?.began ?? 0
        let possible = subscription.conditions.possible(from: start, through: oracle.now)
        if !possible.contains(where: { $0.isRaw == (envelope == nil) }) {
            oracle.fail("unexpected: b\(number) comes raw, or not, to \(endpoint)")
        }
        if let fault = envelope?.fault(of: publication) {
            oracle.fail("damaged: b\(number) at \(endpoint) \(fault)")
        }
        subscription.receptions[number, default: []].append(reception)
        let tries = 1 + (possible.map(\.retries).max() ?? 0)
        let most = (tries + ends) * publication.windows.count
        if let count = subscription.receptions[number]?.count, count > most {
            oracle.fail("duplicated: \(endpoint) got b\(number) \(count) times")
        }
    }
}
