import Testing

@testable import BrokerCore

/// Receives that wait, as a list for each queue: nobody is forgotten, answered twice or out of turn,
/// or told that there was nothing while there was something.
@Suite struct WaiterModelTests {
    private struct Poll {
        var token: UInt64
        var end: UInt64
    }

    /// What is known of one queue.
    private struct Line {
        var name: String
        /// Who waits, the oldest first.
        var polls: [Poll] = []
        /// How many messages are ready.
        var ready = 0
    }

    private final class Run {
        let world: World
        var shuffle: Shuffle
        var lines = ["a", "b", "c"].map { Line(name: $0) }
        /// Whose queue was deleted.
        var refused: [UInt64] = []
        var answered = 0
        private let caller = Caller(account: .anonymous, region: "us-east-1")

        init(seed: UInt64) throws {
            var configuration = BrokerConfiguration()
            configuration.stepsPerTick = 20 * (1 + Int(seed % 3))
            configuration.enforcesSixtySecondRules = false
            world = World(configuration: configuration)
            shuffle = Shuffle(seed: seed)
            for line in lines { try world.createQueue(line.name) }
        }

        func step() throws {
            let index = shuffle.below(lines.count)
            let queue = world.reference(lines[index].name, caller)
            switch shuffle.below(12) {
            case 0..<7: try poll(index)
            case 7:
                var batch = SendMessageBatch()
                batch.queue = queue
                for number in 0..<shuffle.one(of: [1, 1, 3, 8]) {
                    var entry = SendMessageBatch.Entry()
                    entry.id = world.arena.view("\(number)")
                    entry.message.body = world.arena.view("x")
                    batch.entries.append(entry)
                }
                lines[index].ready += batch.entries.count
                _ = try world.perform(.sendMessageBatch(batch), from: caller)
            case 8:
                guard let gone = lines[index].polls.indices.randomElement(using: &shuffle)
                else { return }
                world.broker.cancelWaiter(token: lines[index].polls.remove(at: gone).token)
            case 9:
                guard let gone = refused.indices.randomElement(using: &shuffle) else { return }
                world.broker.cancelWaiter(token: refused.remove(at: gone))
            case 10:
                guard shuffle.below(8) == 0 else { return world.leap(milliseconds: 700) }
                var delete = DeleteQueue()
                delete.queue = queue
                refused += lines[index].polls.map(\.token)
                lines[index] = Line(name: lines[index].name)
                _ = try world.perform(.deleteQueue(delete), from: caller)
                try world.createQueue(lines[index].name)
            default: world.tick()
            }
            try check()
        }

        private func poll(_ index: Int) throws {
            var receive = ReceiveMessage()
            receive.queue = world.reference(lines[index].name, caller)
            receive.waitTimeSeconds = shuffle.one(of: [0, 1, 3])
            receive.visibilityTimeout = 40_000
            let end = world.now.instant.adding(seconds: receive.waitTimeSeconds ?? 0)
            let (outcome, token) = try world.perform(.receiveMessage(receive), from: caller)
            if case .parked = outcome {
                lines[index].polls.append(Poll(token: token, end: end.milliseconds))
                return
            }
            guard case .received(let messages) = outcome else { preconditionFailure("received") }
            if messages.isEmpty {
                #expect(lines[index].ready == 0)
            } else {
                #expect(lines[index].polls.isEmpty, "others stand before it")
                lines[index].ready -= messages.count
            }
        }

        private func check() throws {
            let now = world.now.instant.milliseconds
            for (token, result) in world.answers {
                answered += 1
                if let place = refused.firstIndex(of: token) {
                    refused.remove(at: place)
                    #expect(throws: BrokerError.self) { _ = try result.get() }
                    continue
                }
                let index = try #require(
                    lines.firstIndex { $0.polls.contains { $0.token == token } },
                    "whoever is answered waits")
                let place = try #require(lines[index].polls.firstIndex { $0.token == token })
                let poll = lines[index].polls.remove(at: place)
                guard case .success(.received(let messages)) = result else {
                    Issue.record("a receive has messages or none")
                    continue
                }
                lines[index].ready -= messages.count
                if messages.isEmpty {
                    #expect(lines[index].ready == 0, "what was there was its own")
                    #expect(poll.end <= now, "its wait is over")
                } else {
                    #expect(place == 0, "it was first")
                }
            }
            world.answers = []
            #expect(
                world.broker.waitingReceiveCount
                    == refused.count + lines.reduce(0) { $0 + $1.polls.count })
            let faults = InvariantChecker.faults(of: world.broker)
            #expect(faults.isEmpty)
        }

        func settle() throws {
            world.advance(milliseconds: 0)
            try check()
            #expect(refused.isEmpty)
            #expect(lines.allSatisfy { $0.polls.isEmpty || $0.ready == 0 })
            world.advance(milliseconds: 3_000)
            try check()
            #expect(world.broker.waitingReceiveCount == 0)
            #expect(answered > 50)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func everyReceiveIsAnsweredOnceAndInTurn(seed: UInt64) throws {
        let run = try Run(seed: seed)
        for _ in 0..<500 { try run.step() }
        try run.settle()
    }
}
