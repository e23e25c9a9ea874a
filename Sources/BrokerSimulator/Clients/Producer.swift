/// Sends messages to queues and publishes to topics; now and then it sends one again that should be
/// taken for a duplicate.
final class Producer: Role {
    private let world: World
    private let random: Randomness
    private let meanPause: UInt64
    private let name: String
    private var recent: [Sent] = []
    private var publications: [Publication] = []
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
        let topics = world.topics.filter(\.isThere)
        if !topics.isEmpty, random.chance(300) { return publish(to: random.pick(topics)) }
        if !recent.isEmpty, random.chance(50) {
            let sent = random.pick(recent)
            if sent.queue.isReady { return .send(sent.queue, [sent]) }
        }
        let queues = world.queues.filter {
            $0.isReady && !$0.isForDeadLetters && !$0.isForMoves
        }
        guard !queues.isEmpty else { return nil }
        let queue = random.pick(queues)
        let count = random.chance(300) ? random.within(2...10) : 1
        return .send(queue, (0..<count).map { _ in message(to: queue) })
    }

    private func message(to queue: SimulatedQueue) -> Sent {
        var delay: Int?
        if !queue.isFIFO, random.chance(100) { delay = random.pick([0, 1, 5, 30]) }
        deduplications += 1
        let number = world.oracle.nextNumber()
        let size = world.workload.bodySize(random)
        let sent = Sent(
            number: number, queue: queue, text: Sent.text(number: number, size: size),
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
        if !publications.isEmpty, random.chance(50) {
            let again = random.pick(publications)
            if again.topic.isThere { return .topic(.publish(again.topic, [again])) }
        }
        let count = random.chance(200) ? random.within(2...5) : 1
        return .topic(.publish(topic, (0..<count).map { _ in publication(to: topic) }))
    }

    private func publication(to topic: SimulatedTopic) -> Publication {
        deduplications += 1
        let publication = Publication(
            number: world.oracle.nextNumber(), to: topic,
            size: world.workload.bodySize(random), random: random,
            group: topic.isFIFO ? "g\(random.below(4))" : nil,
            deduplication: topic.isFIFO && !topic.isContentBased
                ? "\(name)-\(deduplications)" : nil)
        world.oracle.register(publication)
        if topic.isFIFO {
            publications.append(publication)
            if publications.count > 20 { publications.removeFirst() }
        }
        return publication
    }

    func finished(_ ask: Ask, _ answer: Answer?) {}
}
