import Bytes
import Testing

@testable import BrokerCore

/// Gives the same seeded actions to the broker and to the naive model and compares what comes of
/// them. Restarts, snapshots and relocations come in between; only the broker notices them.
final class ModelRun {
    enum Kind: CaseIterable { case standard, grouped, fifo }

    /// What was received: by which the message can be finished.
    struct Handle {
        var text: String
        var message: NaiveMessage
        var receive: Int
        var queue: NaiveQueue
    }

    struct Difference: Error { var text: String }

    let kind: Kind
    let world = World()
    let caller = Caller(account: .anonymous, region: "us-east-1")
    var shuffle: Shuffle
    let main: NaiveQueue
    let dead: NaiveQueue
    var handles: [Handle] = []
    var sequences: [Int: UInt64] = [:]
    var bodyCount = 0
    private var log: [String] = []

    var queues: [NaiveQueue] { [main, dead] }
    var now: UInt64 { world.now.instant.milliseconds }
    var isFIFO: Bool { kind == .fifo }

    init(kind: Kind, seed: UInt64) throws {
        self.kind = kind
        shuffle = Shuffle(seed: seed)
        let suffix = kind == .fifo ? ".fifo" : ""
        main = NaiveQueue(name: "main\(suffix)", isFIFO: kind == .fifo)
        dead = NaiveQueue(name: "dead\(suffix)", isFIFO: kind == .fifo)
        for queue in [dead, main] {
            var create = CreateQueue()
            create.name = queue.name
            if isFIFO { create.attributes.append(("FifoQueue", "true")) }
            if queue === main, seed % 2 == 0 {
                let arn = "arn:aws:sqs:us-east-1:000000000000:\(dead.name)"
                create.attributes.append(
                    (
                        "RedrivePolicy",
                        "{\"deadLetterTargetArn\":\"\(arn)\",\"maxReceiveCount\":4}"
                    ))
                main.maxReceiveCount = 4
                main.deadLetters = dead
            }
            _ = try world.perform(.createQueue(create), from: caller)
        }
    }

    // MARK: Steps

    private enum Step {
        case send, burst, receive, delete, deleteBatch, visibility, advance, purge, settings
        case restart, snapshotBegin, snapshotStep, snapshotRestart, relocate
    }

    private var weights: [(Int, Step)] {
        [
            (kind == .grouped ? 4 : 20, .send), (kind == .grouped ? 12 : 2, .burst),
            (25, .receive), (kind == .grouped ? 3 : 10, .delete),
            (kind == .grouped ? 8 : 3, .deleteBatch), (8, .visibility), (14, .advance),
            (1, .settings), (2, .snapshotStep), (1, .snapshotBegin), (1, .snapshotRestart),
            (1, .restart), (1, .relocate),
        ]
    }

    func run(steps: Int) throws {
        for number in 0..<steps {
            try step(shuffle.below(400) == 0 ? .purge : shuffle.weighted(weights))
            try compareCounts()
            if number % 10 == 0 { try check() }
        }
        try end()
    }

    private func step(_ step: Step) throws {
        let queue = shuffle.below(4) == 0 ? dead : main
        switch step {
        case .send: try send(1)
        case .burst: try send(10)
        case .receive: try receive(from: queue)
        case .delete: try delete()
        case .deleteBatch: try deleteBatch(of: queue)
        case .visibility: try changeVisibility()
        case .advance:
            let duration = shuffle.one(of: Self.durations)
            if shuffle.below(3) > 0 { advance(duration) } else { leap(duration) }
        case .purge: try purge(queue)
        case .settings: try changeSettings()
        case .restart:
            note("restart")
            try world.restart()
        case .snapshotBegin:
            note("snapshot begin")
            world.beginSnapshot()
        case .snapshotStep:
            world.continueSnapshot(upTo: shuffle.one(of: [1, 1, 5000]))
        case .snapshotRestart:
            guard world.snapshot != nil else { return }
            note("snapshot restart")
            world.finishSnapshot()
            try world.restartFromSnapshot()
        case .relocate:
            let indices = world.sink.records.indices.filter { _ in shuffle.below(3) == 0 }
            note("relocate \(world.relocate(Array(indices)))")
        }
    }

    private static let durations: [UInt64] = [
        0, 1, 499, 500, 1000, 1000, 1001, 2000, 5000, 5000, 10_000, 30_000, 61_000, 299_999,
    ]

    func note(_ text: String) { log.append("\(now) \(text)") }

    func expect(_ actual: String, _ expected: String) throws {
        guard actual != expected else { return }
        throw Difference(
            text: "broker: \(actual)\nmodel:  \(expected)\n"
                + log.suffix(25).joined(separator: "\n"))
    }

    private func check() throws {
        let faults = InvariantChecker.faults(of: world.broker)
        try expect(faults.joined(separator: "; "), "")
    }

    func advance(_ milliseconds: UInt64) {
        note("advance \(milliseconds)")
        let end = now + milliseconds
        world.advance(milliseconds: milliseconds)
        while let next = queues.compactMap({ $0.nextEvent() }).min(), next <= end {
            for queue in queues { queue.pass(to: next) }
        }
        for queue in queues { queue.pass(to: end) }
    }

    /// Time passes in one step, as for a node that was stopped: what expired meanwhile goes last.
    private func leap(_ milliseconds: UInt64) {
        note("leap \(milliseconds)")
        world.leap(milliseconds: milliseconds)
        world.tick()
        for queue in queues { queue.pass(to: now) }
    }

    // MARK: Comparing

    private func compareCounts() throws {
        for queue in queues {
            var get = GetQueueAttributes()
            get.queue = reference(queue)
            let prefix = "ApproximateNumberOfMessages"
            get.attributeNames = [prefix, "\(prefix)Delayed", "\(prefix)NotVisible"]
            guard case .attributes(let values) = try perform(.getQueueAttributes(get)) else {
                return
            }
            let count = { (suffix: String) in
                values.first { $0.name == prefix + suffix }?.value ?? "?"
            }
            try expect(
                "\(count("")) ready, \(count("Delayed")) delayed, \(count("NotVisible")) in flight",
                queue.counts)
        }
    }

    /// Lets everything run out; then nothing may be left in any table.
    private func end() throws {
        for queue in queues {
            var delete = DeleteQueue()
            delete.queue = reference(queue)
            if shuffle.below(2) == 0 { _ = try perform(.deleteQueue(delete)) }
        }
        world.advance(milliseconds: 1_300_000_000)
        try check()
        let store = world.broker.store
        try expect("\(store.messages.count) messages", "0 messages")
        try expect("\(store.deliveries.count) deliveries", "0 deliveries")
        try expect("\(store.deduplications.count) identifiers", "0 identifiers")
        try expect("\(store.attempts.count) attempts", "0 attempts")
        try expect("\(store.wheel.count) timers", "0 timers")
        try expect("\(store.ledger.total) live bytes", "0 live bytes")
        let lanes = store.backlogs.compactMap { $0 }.filter { $0.plainLane != 0 }.count
        try expect("\(store.groups.count) groups", "\(lanes) groups")
    }
}
