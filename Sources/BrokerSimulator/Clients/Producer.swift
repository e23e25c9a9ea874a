/// Sends messages to queues and publishes to topics; now and then it sends one again that should be
/// taken for a duplicate.
final class Producer: Role {
    private let world: World
    private let random: Randomness
    private let meanPause: UInt64
    private let name: String
    private var recent: [Sent] = []
    private var deduplications = 0

    init(_ name: String, in world: World, meanPause: UInt64) {
        self.name = name
        self.world = world
        self.meanPause = meanPause
        random = world.random.fork()
    }

    var pause: UInt64 { random.waiting(mean: meanPause) }

    func next() -> Ask? {
        guard world.isBusy else { return nil }
        let topics = world.topics.filter(\.isReady)
        if !topics.isEmpty, random.chance(300) { return publish(to: random.pick(topics)) }
        if !recent.isEmpty, random.chance(50) {
            let sent = random.pick(recent)
            if sent.queue.isReady { return .send(sent.queue, [sent]) }
        }
        let queues = world.queues.filter { $0.isReady && !$0.isForDeadLetters }
        guard !queues.isEmpty else { return nil }
        let queue = random.pick(queues)
        let count = random.chance(300) ? random.within(2...10) : 1
        return .send(queue, (0..<count).map { _ in message(to: queue) })
    }

    private func message(to queue: SimulatedQueue) -> Sent {
        var delay: Int?
        if !queue.isFIFO, random.chance(100) { delay = random.pick([0, 1, 5, 30]) }
        deduplications += 1
        let sent = Sent(
            number: world.oracle.nextNumber(), queue: queue,
            size: random.chance(20) ? random.below(60_000) : random.below(600),
            group: queue.isFIFO ? "g\(random.below(4))" : nil,
            deduplication: queue.isFIFO ? "\(name)-\(deduplications)" : nil, delay: delay)
        world.oracle.register(sent)
        if queue.isFIFO {
            recent.append(sent)
            if recent.count > 20 { recent.removeFirst() }
        }
        return sent
    }

    private func publish(to topic: SimulatedTopic) -> Ask {
        let number = world.oracle.nextNumber()
        let size = random.below(600)
        let kind = random.pick(["red", "blue"])
        var messages: [Sent] = []
        var outside: [(subscription: SimulatedSubscription, deadLetter: Sent)] = []
        for subscription in topic.subscriptions where subscription.kind ?? kind == kind {
            switch subscription.receiver {
            case .queue(let queue, _):
                messages.append(Sent(number: number, queue: queue, size: size))
            case .http(_, let deadLetters):
                // A dead-letter queue gets a message for each subscriber that it stands in for.
                let sent =
                    outside.first { $0.deadLetter.queue === deadLetters }?.deadLetter
                    ?? Sent(number: number, queue: deadLetters, size: size)
                sent.receiverCount += 1
                outside.append((subscription, sent))
            }
        }
        let publication = Publication(
            number: number, text: Sent.text(number: number, size: size), kind: kind,
            messages: messages, outside: outside)
        world.oracle.register(publication)
        return .publish(topic, publication)
    }

    func finished(_ ask: Ask, _ answer: Answer?) {}
}
