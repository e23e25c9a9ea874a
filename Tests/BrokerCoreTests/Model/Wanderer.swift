import Bytes

@testable import BrokerCore

/// Does seeded actions of every kind on several queues of a world and writes down what came of
/// them. Two worlds in the same state give the same log.
final class Wanderer {
    let world: World
    private var shuffle: Shuffle
    private let caller = Caller(account: .anonymous, region: "us-east-1")
    /// Handles and the queues they came from.
    private var handles: [(text: String, queue: String)] = []
    private var bodyCount = 0
    private let longestWait: Int
    private(set) var log: [String] = []

    private static let standard = ["red", "blue", "dead"]
    private static let fifo = ["orders.fifo", "parcels.fifo", "dead.fifo"]
    private static let queues = standard + fifo

    /// One whose receives do not wait sees no difference between what is done at once and in steps.
    init(seed: UInt64, stepsPerTick: Int = Limits.chores, waits: Bool = true) throws {
        longestWait = waits ? 5 : 0
        var configuration = BrokerConfiguration()
        configuration.stepsPerTick = stepsPerTick
        configuration.enforcesSixtySecondRules = false
        world = World(configuration: configuration)
        shuffle = Shuffle(seed: seed)
        for queue in Self.queues.reversed() { create(queue) }
    }

    /// One that goes on from where `other` is, in a twin of its world.
    init(besides other: Wanderer) throws {
        world = try other.world.twin()
        shuffle = other.shuffle
        handles = other.handles
        bodyCount = other.bodyCount
        longestWait = other.longestWait
    }

    func wander(steps: Int) {
        for _ in 0..<steps {
            step()
            // What is left to the next ticks is done before anybody looks.
            advance(0)
        }
        for queue in Self.queues { note(queue, .getQueueAttributes(attributes(of: queue))) }
    }

    /// Lets all move tasks end and all receives go that wait.
    func settle() { advance(200_000) }

    /// Goes on while a snapshot is written, which begins in the midst of everything.
    func wanderThroughSnapshot() {
        world.beginSnapshot()
        for _ in 0..<50 {
            world.continueSnapshot(upTo: 1)
            wander(steps: 1)
        }
        settle()
        world.finishSnapshot()
    }

    private func step() {
        let name = shuffle.one(of: Self.queues)
        let queue = world.reference(name, caller)
        switch shuffle.below(100) {
        case 0..<22: send(to: name, shuffle.one(of: [1, 1, 3, 10]))
        case 22..<50: receive(from: name)
        case 50..<64: finish()
        case 64..<72: changeVisibility()
        case 72..<90:
            advance(shuffle.one(of: [0, 1, 100, 500, 1000, 1000, 3000, 10_000, 61_000, 300_000]))
        case 90..<94: change(name)
        case 94: move(name)
        case 95:
            var purge = PurgeQueue()
            purge.queue = queue
            if shuffle.below(4) == 0 { note("purge", .purgeQueue(purge)) }
        case 96:
            var delete = DeleteQueue()
            delete.queue = queue
            if shuffle.below(6) == 0 { note("delete queue", .deleteQueue(delete)) }
            create(name)
        case 97:
            let part = shuffle.below(4)
            world.relocate(world.sink.records.indices.filter { $0 % 4 == part })
        default:
            var list = ListMessageMoveTasks()
            list.sourceARN = arn(name)
            list.maxResults = 10
            note("tasks of \(name)", .listMessageMoveTasks(list))
        }
    }

    // MARK: Actions

    private func arn(_ name: String) -> String {
        QueueIdentity(account: caller.account, region: caller.region, name: name).arn
    }

    private func create(_ name: String) {
        var create = CreateQueue()
        create.name = name
        let suffix = name.hasSuffix(".fifo") ? ".fifo" : ""
        if !suffix.isEmpty { create.attributes = [("FifoQueue", "true")] }
        if name == "orders.fifo" {
            create.attributes += [
                ("DeduplicationScope", "messageGroup"),
                ("FifoThroughputLimit", "perMessageGroupId"),
            ]
        }
        if !name.hasPrefix("dead") {
            let target = arn("dead\(suffix)")
            create.attributes.append(
                (
                    "RedrivePolicy",
                    "{\"deadLetterTargetArn\":\"\(target)\",\"maxReceiveCount\":3}"
                ))
        }
        note("create \(name)", .createQueue(create))
    }

    private func attributes(of name: String) -> GetQueueAttributes {
        var get = GetQueueAttributes()
        get.queue = world.reference(name, caller)
        get.attributeNames = ["All"]
        return get
    }

    private func send(to name: String, _ count: Int) {
        var batch = SendMessageBatch()
        batch.queue = world.reference(name, caller)
        let isFIFO = name.hasSuffix(".fifo")
        let group: String? = shuffle.one(of: [isFIFO ? "c" : nil, "a", "b", "c", "d"])
        for number in 0..<count {
            bodyCount += 1
            var entry = SendMessageBatch.Entry()
            entry.id = world.arena.view("\(number)")
            entry.message.body = world.arena.view("b\(bodyCount)")
            entry.message.groupID = group.map { world.arena.view($0) }
            if isFIFO {
                let id = shuffle.below(4) == 0 ? "d\(shuffle.below(5))" : "u\(bodyCount)"
                entry.message.deduplicationID = world.arena.view(id)
            } else if shuffle.below(4) == 0 {
                entry.message.delaySeconds = shuffle.one(of: [1, 5, 60])
            }
            batch.entries.append(entry)
        }
        note("send to \(name)", .sendMessageBatch(batch))
    }

    private func receive(from name: String) {
        var receive = ReceiveMessage()
        receive.queue = world.reference(name, caller)
        receive.maxNumberOfMessages = shuffle.one(of: [1, 3, 10, 10])
        receive.visibilityTimeout = shuffle.one(of: [0, 1, 3, 10, 60, 400])
        receive.waitTimeSeconds = shuffle.one(of: [0, 0, 0, longestWait])
        if name.hasSuffix(".fifo"), shuffle.below(3) == 0 {
            receive.receiveRequestAttemptID = world.arena.view("t\(shuffle.below(3))")
        }
        note("receive from \(name)", .receiveMessage(receive), queue: name)
    }

    private func finish() {
        guard !handles.isEmpty else { return }
        let first = max(0, handles.count - 20)
        let chosen = handles[first...].filter { _ in shuffle.below(2) == 0 }.prefix(10)
        guard let queue = chosen.first?.queue else { return }
        var batch = DeleteMessageBatch()
        batch.queue = world.reference(queue, caller)
        for (number, handle) in chosen.enumerated() {
            var entry = DeleteMessageBatch.Entry()
            entry.id = world.arena.view("\(number)")
            entry.receiptHandle = world.arena.view(handle.text)
            batch.entries.append(entry)
        }
        note("delete from \(queue)", .deleteMessageBatch(batch))
    }

    private func changeVisibility() {
        guard !handles.isEmpty else { return }
        let handle = handles[handles.count - 1 - shuffle.below(min(20, handles.count))]
        var change = ChangeMessageVisibility()
        change.queue = world.reference(handle.queue, caller)
        change.receiptHandle = world.arena.view(handle.text)
        change.visibilityTimeout = shuffle.one(of: [0, 1, 10, 100, 43_200])
        note("visibility in \(handle.queue)", .changeMessageVisibility(change))
    }

    private func change(_ name: String) {
        var set = SetQueueAttributes()
        set.queue = world.reference(name, caller)
        set.attributes = [
            shuffle.one(of: [
                ("DelaySeconds", "0"), ("DelaySeconds", "5"), ("DelaySeconds", "30"),
                ("MessageRetentionPeriod", "60"), ("MessageRetentionPeriod", "1000"),
                ("VisibilityTimeout", "2"),
            ])
        ]
        note("set \(name) \(set.attributes)", .setQueueAttributes(set))
    }

    private func move(_ name: String) {
        var start = StartMessageMoveTask()
        start.sourceARN = arn(name)
        if shuffle.below(2) == 0 {
            start.destinationARN = arn(name.hasSuffix(".fifo") ? "parcels.fifo" : "blue")
        }
        start.maxNumberOfMessagesPerSecond = shuffle.one(of: [nil, 20, 500])
        note("move from \(name)", .startMessageMoveTask(start))
    }

    private func advance(_ milliseconds: UInt64) {
        world.advance(milliseconds: milliseconds)
        noteAnswers()
    }

    // MARK: The log

    private func note(_ text: String, _ action: Action, queue: String = "") {
        let line = "\(world.now.instant.milliseconds) \(text): "
        do throws(BrokerError) {
            let (outcome, token) = try world.perform(action, from: caller)
            if case .parked = outcome { waitingQueues[token] = queue }
            log.append(line + describe(outcome, queue))
        } catch {
            log.append(line + error.message)
        }
        noteAnswers()
    }

    private var waitingQueues: [UInt64: String] = [:]

    private func noteAnswers() {
        // Waits that end in the same tick have no order among queues.
        var lines: [String] = []
        for (token, result) in world.answers {
            let queue = waitingQueues[token] ?? "?"
            switch result {
            case .success(let outcome): lines.append("later \(queue): " + describe(outcome, queue))
            case .failure(let error): lines.append("later \(queue): \(error.code)")
            }
        }
        log += lines.sorted()
        world.answers = []
    }

    private func describe(_ outcome: Outcome, _ queue: String) -> String {
        switch outcome {
        case .sentBatch(let results):
            return results.map { result in
                switch result.result {
                case .success(let sent): "\(sent.sequenceNumber ?? 0)"
                case .failure(let error): error.message
                }
            }.joined(separator: " ")
        case .received(let messages):
            return messages.map { received in
                let text = World.text(received.receiptHandle)
                handles.append((text, queue))
                let body = (try? world.message(received))?.body.string ?? "?"
                let times = "\(received.firstReceivedAt.milliseconds)"
                let source = received.deadLetterSourceARN ?? ""
                return "\(body)/\(received.receiveCount) \(text) \(times) \(source)"
            }.joined(separator: ", ")
        case .batch(let results):
            return results.map { result in
                switch result.result {
                case .success: "ok"
                case .failure(let error): error.message
                }
            }.joined(separator: " ")
        case .attributes(let values): return "\(values)"
        case .moveTasks(let tasks):
            return tasks.map { "\($0.status) \($0.approximateNumberOfMessagesMoved)" }
                .joined(separator: ", ")
        case .moveTaskStarted: return "started"
        default: return "\(outcome)"
        }
    }
}
