/// Which queues, topics and clients a run has, drawn from its seed.
struct Workload {
    /// What a run may be limited to.
    enum Kind: String, CaseIterable {
        case mixed, standard, fifo, topics, backlog
        /// One queue over the smallest segments, whose files are reused all the while, with slow
        /// commits and many crashes; only when it is asked for.
        case reuse
    }

    let kind: Kind
    let producers: Int
    let consumers: Int
    /// Mean pauses between asks, in milliseconds.
    let producerPause: UInt64
    let consumerPause: UInt64
    /// How many requests a client has under way at most.
    let depth: Int
    /// Whether a queue that tasks move messages to is purged and deleted now and then.
    let isMovedToWiped: Bool

    init(_ kind: Kind?, _ random: Randomness) {
        let drawn = random.pick([Kind.mixed, .mixed, .standard, .fifo, .topics, .backlog])
        self.kind = kind ?? drawn
        producers = random.within(1...4)
        consumers = random.within(1...6)
        let pause: UInt64 = random.pick([50, 200, 1_000])
        producerPause = self.kind == .reuse ? 20 : pause
        consumerPause =
            switch self.kind {
            case .backlog: 3_000
            case .reuse: 20
            default: random.pick([20, 100, 500])
            }
        depth = random.pick([1, 1, 3, 8])
        isMovedToWiped = random.chance(300)
    }

    /// The length of a body, of which a segment has room for several.
    func bodySize(_ random: Randomness) -> Int {
        if kind == .reuse { return random.below(12_000) }
        return random.chance(20) ? random.below(60_000) : random.below(600)
    }

    var description: String {
        "\(kind.rawValue), \(producers) producers every \(producerPause) ms, "
            + "\(consumers) consumers every \(consumerPause) ms, \(depth) requests at once"
    }

    /// The queues and topics.
    func makeQueues(_ random: Randomness) -> (queues: [SimulatedQueue], topics: [SimulatedTopic]) {
        if kind == .reuse { return ([SimulatedQueue("plain", isFIFO: false)], []) }
        var queues: [SimulatedQueue] = []
        if kind != .fifo { queues += standardQueues() }
        if kind != .standard && kind != .topics { queues += fifoQueues() }
        guard kind == .topics || kind == .mixed else { return (queues, []) }
        let set = TopicSet(random, isWhole: kind == .topics)
        return (queues + set.queues, set.topics)
    }

    private func standardQueues() -> [SimulatedQueue] {
        let plain = SimulatedQueue("plain", isFIFO: false)
        let wiped = SimulatedQueue("wiped", isFIFO: false)
        wiped.isWiped = true
        let short = SimulatedQueue("short", isFIFO: false)
        short.retention = 60
        let late = SimulatedQueue("late", isFIFO: false)
        late.delay = 5
        return [plain, wiped, short, late] + withDeadLetters("redriven", isFIFO: false)
    }

    private func fifoQueues() -> [SimulatedQueue] {
        let plain = SimulatedQueue("plain.fifo", isFIFO: true)
        let wiped = SimulatedQueue("wiped.fifo", isFIFO: true)
        wiped.isWiped = true
        let late = SimulatedQueue("late.fifo", isFIFO: true)
        late.delay = 5
        return [plain, wiped, late] + withDeadLetters("redriven.fifo", isFIFO: true)
    }

    /// A queue with a redrive policy, two dead-letter queues that it may name, and a queue that move
    /// tasks bring dead letters to.
    private func withDeadLetters(_ name: String, isFIFO: Bool) -> [SimulatedQueue] {
        let queue = SimulatedQueue(name, isFIFO: isFIFO)
        let deadLetters = ["dead-", "spare-"].map { SimulatedQueue($0 + name, isFIFO: isFIFO) }
        for target in deadLetters {
            target.isForDeadLetters = true
            target.redriveSources = [queue]
        }
        deadLetters[1].isWiped = true
        queue.redrive = Redrive(target: deadLetters[0], limit: 3)
        let mended = SimulatedQueue("mended-" + name, isFIFO: isFIFO)
        mended.isForMoves = true
        mended.isWiped = isMovedToWiped
        return [queue, mended] + deadLetters
    }
}
