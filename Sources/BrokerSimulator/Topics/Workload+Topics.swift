/// The topics of a run, their subscribers and dead-letter queues.
struct TopicSet {
    private(set) var queues: [SimulatedQueue] = []
    private(set) var topics: [SimulatedTopic] = []

    /// Draws some of them, or all.
    init(_ random: Randomness, isWhole: Bool) {
        let both = isWhole || random.chance(300)
        let standard = both || random.chance(500)
        if standard { addStandard(random) }
        if both || !standard { addFIFO(random) }
    }

    private mutating func queue(
        _ name: String, isWiped: Bool = false, isForDeadLetters: Bool = false
    ) -> SimulatedQueue {
        let queue = SimulatedQueue(name, isFIFO: name.hasSuffix(".fifo"))
        queue.isWiped = isWiped
        queue.isForDeadLetters = isForDeadLetters
        queues.append(queue)
        return queue
    }

    private mutating func addStandard(_ random: Randomness) {
        let undelivered = queue("undelivered", isForDeadLetters: true)
        let fan = queue("fan")
        let moody = queue("fan-moody")
        let topic = SimulatedTopic("topic")
        topic.add(.queue(fan))
        topic.add(.queue(queue("fan-raw"))) {
            $0.initial.isRaw = true
            $0.initial.rule = .kinds(["red"])
        }
        topic.add(.queue(queue("fan-gone", isWiped: true)), deadLetters: undelivered)
        topic.add(.queue(moody)) { $0.isMoody = true }
        topic.add(.http(url: "http://subscriber.test/a"), deadLetters: undelivered) {
            $0.initial.isRaw = true
            $0.initial.retries = random.below(4)
        }
        topic.add(.http(url: "http://subscriber.test/b"), deadLetters: undelivered) {
            $0.isMoody = true
            $0.initial.rule = FilterRule(random)
        }
        let brief = SimulatedTopic("brief")
        brief.isWiped = true
        brief.add(.queue(fan)) { $0.initial.rule = FilterRule(random) }
        brief.add(.queue(moody)) {
            $0.isMoody = true
            $0.initial.isOnBody = true
            $0.initial.rule = FilterRule(random)
        }
        brief.add(.http(url: "http://other.test:8080/c"), deadLetters: undelivered)
        if random.chance(300) { crowd(brief) }
        topics += [topic, brief]
    }

    /// Subscribes many who want nothing, so that the topic is gone before they are out of the catalog.
    private func crowd(_ topic: SimulatedTopic) {
        for number in 0..<12 {
            topic.add(.queue(SimulatedQueue("nobody-\(number)", isFIFO: false))) {
                $0.initial.rule = .kinds(["none"])
            }
        }
    }

    private mutating func addFIFO(_ random: Randomness) {
        let undelivered = queue("undelivered.fifo", isForDeadLetters: true)
        let chain = queue("chain.fifo")
        let moody = queue("chain-moody.fifo")
        let topic = SimulatedTopic("topic.fifo")
        topic.isArchived = true
        topic.isForgetful = random.chance(300)
        topic.add(.queue(chain))
        topic.add(.queue(queue("chain-again.fifo"))) {
            $0.isReplayed = true
            $0.initial.isRaw = random.chance(300)
            if random.chance(300) { $0.initial.rule = FilterRule(random) }
        }
        topic.add(.queue(moody)) { $0.isMoody = true }
        topic.add(.queue(queue("chain-copy"))) { $0.initial.isRaw = true }
        topic.add(
            .queue(queue("chain-gone.fifo", isWiped: true)), deadLetters: undelivered)
        let content = SimulatedTopic("content.fifo")
        content.isContentBased = true
        content.isWiped = random.chance(300)
        content.add(.queue(chain)) { $0.initial.rule = FilterRule(random) }
        content.add(.queue(moody)) {
            $0.isMoody = true
            $0.initial.isRaw = true
        }
        topics += [topic, content]
    }
}
