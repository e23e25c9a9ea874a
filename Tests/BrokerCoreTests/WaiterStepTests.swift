import Testing

@testable import BrokerCore

/// Very many receives that wait have their turn at once: a tick has time for some.
@Suite("Waiting receives over several ticks")
struct WaiterStepTests {
    private let world: World
    private let caller = Caller(account: .anonymous, region: "us-east-1")

    /// A queue, of whose waiters a tick serves two and ends the waits of two; it moves two dead letters.
    init() throws {
        var configuration = BrokerConfiguration()
        configuration.stepsPerTick = 40
        configuration.deadLettersPerTick = 2
        configuration.enforcesSixtySecondRules = false
        world = World(configuration: configuration)
        try world.createQueue("q")
    }

    private func delete(_ name: String) throws {
        var delete = DeleteQueue()
        delete.queue = world.reference(name, caller)
        _ = try world.perform(.deleteQueue(delete), from: caller)
    }

    private func send(_ body: String, to name: String = "q", delay: Int? = nil) throws {
        var send = SendMessage()
        send.queue = world.reference(name, caller)
        send.message.body = world.arena.view(body)
        send.message.delaySeconds = delay
        if name.hasSuffix(".fifo") {
            send.message.groupID = world.arena.view(body)
            send.message.deduplicationID = world.arena.view(body)
        }
        _ = try world.perform(.sendMessage(send), from: caller)
    }

    /// Receives and returns the token under which the answer comes later.
    @discardableResult
    private func poll(
        _ name: String = "q", seconds: Int = 20, attempt: String? = nil
    ) throws -> UInt64 {
        var receive = ReceiveMessage()
        receive.queue = world.reference(name, caller)
        receive.waitTimeSeconds = seconds
        receive.receiveRequestAttemptID = attempt.map { world.arena.view($0) }
        let (outcome, token) = try world.perform(.receiveMessage(receive), from: caller)
        guard case .parked = outcome else { throw Answered() }
        return token
    }

    private struct Answered: Error {}

    /// Whom the last tick has answered, and with what.
    private func answers() throws -> [String] {
        let lines = try world.answers.map { token, result in
            switch result {
            case .failure(let error): return "\(token) \(error.code)"
            case .success(.received(let messages)):
                let bodies = try messages.map { try world.message($0).body.string }
                return "\(token) [\(bodies.joined(separator: " "))]"
            case .success: return "\(token) ?"
            }
        }
        world.answers = []
        return lines
    }

    /// Whether the next tick is to come at once.
    private var isBusy: Bool { world.broker.nextDeadline.map { $0 <= world.now.instant } ?? false }

    private func tick() throws -> [String] {
        world.tick()
        #expect(InvariantChecker.faults(of: world.broker).isEmpty)
        return try answers()
    }

    /// Nobody has a turn any more; a queue may be looked at once more.
    private func expectRest() throws {
        #expect(try tick() == [])
        #expect(!isBusy)
    }

    // MARK: Queues that are deleted

    @Test func theWaitersOfADeletedQueueAreToldInSteps() throws {
        let tokens = try (0..<5).map { _ in try poll() }
        try delete("q")
        let gone = tokens.map { "\($0) \(BrokerError(.queueDoesNotExist).code)" }
        #expect(try answers() == Array(gone[0..<2]))
        #expect(isBusy)
        #expect(try tick() == Array(gone[2..<4]))
        #expect(try tick() == [gone[4]])
        #expect(!isBusy)
        #expect(world.broker.waitingReceiveCount == 0)
        #expect(try tick() == [])
    }

    @Test func aNewQueueOfTheSameNameHasNothingToDoWithThem() throws {
        let tokens = try (0..<7).map { _ in try poll() }
        try delete("q")
        try world.createQueue("q")
        let new = try poll()
        let gone = tokens.map { "\($0) \(BrokerError(.queueDoesNotExist).code)" }
        #expect(try answers() == Array(gone[0..<6]))
        try send("x")
        #expect(try answers() == ["\(new) [x]", gone[6]])
        #expect(!isBusy)
    }

    @Test func theWaitersOfTwoDeletedQueuesFollowEachOther() throws {
        try world.createQueue("p")
        let first = try (0..<3).map { _ in try poll("p") }
        let second = try (0..<3).map { _ in try poll("q") }
        try delete("p")
        try delete("q")
        let gone = (first + second).map { "\($0) \(BrokerError(.queueDoesNotExist).code)" }
        #expect(try answers() == Array(gone[0..<4]))
        #expect(try tick() == Array(gone[4...]))
        #expect(!isBusy)
    }

    @Test(arguments: 2..<5) func whoLeavesIsNotTold(index: Int) throws {
        let tokens = try (0..<5).map { _ in try poll() }
        try delete("q")
        _ = try answers()
        world.broker.cancelWaiter(token: tokens[index])
        let left = tokens[2...].filter { $0 != tokens[index] }
        let told = try tick() + tick()
        #expect(told == left.map { "\($0) \(BrokerError(.queueDoesNotExist).code)" })
        #expect(!isBusy)
    }

    @Test func aWaitThatEndsBeforeItsTurnIsToldThatTheQueueIsGone() throws {
        let tokens = try (0..<5).map { _ in try poll(seconds: 1) }
        try delete("q")
        _ = try answers()
        world.leap(milliseconds: 1_000)
        let gone = tokens[2...].map { "\($0) \(BrokerError(.queueDoesNotExist).code)" }
        #expect(try tick() + tick() == gone)
        #expect(!isBusy)
    }

    // MARK: Waits that are over

    @Test func waitsThatEndTogetherAreEndedInSteps() throws {
        // Slots are taken in another order than waits begin.
        let gone = try (0..<3).map { _ in try poll() }
        for token in gone { world.broker.cancelWaiter(token: token) }
        let tokens = try (0..<5).map { _ in try poll(seconds: 1) }
        world.leap(milliseconds: 1_000)
        #expect(try tick() == tokens[0..<2].map { "\($0) []" })
        #expect(isBusy)
        #expect(try tick() == tokens[2..<4].map { "\($0) []" })
        #expect(try tick() == ["\(tokens[4]) []"])
        #expect(!isBusy)
    }

    @Test func aMessageThatCameBeforeTheEndIsReceivedThoughItsTurnComesLater() throws {
        let tokens = try (0..<7).map { _ in try poll(seconds: 1) }
        for index in 0..<6 { try send("m\(index)", delay: 1) }
        world.leap(milliseconds: 1_000)
        // Two are served in turn, and two more because their time is over.
        #expect(try tick() == (0..<4).map { "\(tokens[$0]) [m\($0)]" })
        #expect(isBusy)
        #expect(try tick() == ["\(tokens[4]) [m4]", "\(tokens[5]) [m5]", "\(tokens[6]) []"])
        try expectRest()
    }

    @Test func waitsThatEndFirstAreServedFirstThoughTheirQueueIsNotFirst() throws {
        try world.createQueue("p")
        let patient = try (0..<6).map { _ in try poll("p") }
        let hasty = try (0..<2).map { _ in try poll("q", seconds: 1) }
        for index in 0..<6 { try send("p\(index)", to: "p", delay: 1) }
        for index in 0..<2 { try send("q\(index)", to: "q", delay: 1) }
        world.leap(milliseconds: 1_000)
        #expect(
            try tick() == [
                "\(patient[0]) [p0]", "\(patient[1]) [p1]", "\(hasty[0]) [q0]", "\(hasty[1]) [q1]",
            ])
        #expect(try tick() == ["\(patient[2]) [p2]", "\(patient[3]) [p3]"])
        #expect(try tick() == ["\(patient[4]) [p4]", "\(patient[5]) [p5]"])
        try expectRest()
    }

    // MARK: Messages for many

    @Test func queuesAreServedInTurn() throws {
        let names = ["q", "r", "s"]
        for name in names.dropFirst() { try world.createQueue(name) }
        var tokens: [String: [UInt64]] = [:]
        for name in names { tokens[name] = try (0..<3).map { _ in try poll(name) } }
        for name in names {
            for index in 0..<2 { try send("\(name)\(index)", to: name, delay: 1) }
        }
        world.leap(milliseconds: 1_000)
        for name in names {
            let served = try #require(tokens[name])
            #expect(try tick() == ["\(served[0]) [\(name)0]", "\(served[1]) [\(name)1]"])
        }
        // Each queue had its turn once, and those that could not be finished are looked at again.
        #expect(try tick() == [])
        world.advance(milliseconds: 0)
        #expect(!isBusy)
        #expect(world.broker.waitingReceiveCount == 3)
    }

    @Test func aReceiveThatComesNowStandsBehindThoseThatWait() throws {
        let tokens = try (0..<4).map { _ in try poll() }
        for index in 0..<5 { try send("m\(index)", delay: 1) }
        world.leap(milliseconds: 1_000)
        #expect(try tick() == (0..<2).map { "\(tokens[$0]) [m\($0)]" })
        // It does not wait for a message, only for its turn.
        let short = try poll(seconds: 0)
        #expect(try answers() == (2..<4).map { "\(tokens[$0]) [m\($0)]" } + ["\(short) [m4]"])
        try expectRest()
    }

    @Test func aShortReceiveFindsNothingWhenThoseBeforeItTookEverything() throws {
        let tokens = try (0..<7).map { _ in try poll() }
        for index in 0..<7 { try send("m\(index)", delay: 1) }
        world.leap(milliseconds: 1_000)
        let short = try poll(seconds: 0)
        #expect(try answers() == (0..<4).map { "\(tokens[$0]) [m\($0)]" })
        #expect(
            try tick() == (4..<7).map { "\(tokens[$0]) [m\($0)]" } + ["\(short) []"])
        try expectRest()
    }

    @Test func theSameAttemptThatWaitsTwiceGetsTheSameMessage() throws {
        try world.createQueue("q.fifo", [("FifoQueue", "true")])
        let first = try poll("q.fifo", attempt: "a")
        let second = try poll("q.fifo", attempt: "a")
        let other = try poll("q.fifo", attempt: "b")
        try send("m1", to: "q.fifo")
        #expect(try answers() == ["\(first) [m1]", "\(second) [m1]"])
        try send("m2", to: "q.fifo")
        #expect(try answers() == ["\(other) [m2]"])
    }

    // MARK: Dead letters

    /// Messages that were received as often as they may be, and one that was not.
    private func exhaust(_ names: [String], in queue: String) throws {
        let suffix = queue.hasSuffix(".fifo") ? ".fifo" : ""
        let target = "arn:aws:sqs:us-east-1:\(caller.account):dead\(suffix)"
        let attributes = suffix.isEmpty ? [] : [(name: "FifoQueue", value: "true")]
        try world.createQueue("dead\(suffix)", attributes)
        let policy = #"{"deadLetterTargetArn":"\#(target)","maxReceiveCount":1}"#
        try world.createQueue(queue, attributes + [("RedrivePolicy", policy)])
        for name in names { try send(name, to: queue) }
        var receive = ReceiveMessage()
        receive.queue = world.reference(queue, caller)
        receive.maxNumberOfMessages = 10
        receive.visibilityTimeout = 1
        _ = try world.perform(.receiveMessage(receive), from: caller)
        world.advance(milliseconds: 1_000)
        try send("fresh", to: queue)
        world.answers = []
    }

    private func ready(_ number: Int) -> Int {
        world.broker.queues[number]?.backlog.readyCount ?? -1
    }

    @Test(arguments: ["s", "s.fifo"], [0, 20])
    func deadLettersAreMovedInSteps(name: String, seconds: Int) throws {
        try exhaust(["a", "b", "c", "d", "e"], in: name)
        #expect(ready(2) == 0 && ready(3) == 6)
        let token = try poll(name, seconds: seconds)
        #expect(try answers() == [])
        #expect(ready(2) == 2 && ready(3) == 4)
        #expect(isBusy)
        // Who comes now stands behind it.
        let second = try poll(name, seconds: seconds)
        #expect(try answers() == [])
        #expect(ready(2) == 4 && ready(3) == 2)
        #expect(try tick() == ["\(token) [fresh]"] + (seconds == 0 ? ["\(second) []"] : []))
        #expect(ready(2) == 5 && ready(3) == 0)
        try expectRest()
        #expect(world.broker.waitingReceiveCount == (seconds == 0 ? 0 : 1))
    }

    @Test func aReceiveThatFindsOnlyDeadLettersFindsNothing() throws {
        try exhaust(["a", "b", "c"], in: "s")
        var receive = ReceiveMessage()
        receive.queue = world.reference("s", caller)
        // Takes the last one, which is behind the others, once they are gone.
        let first = try poll("s", seconds: 0)
        #expect(try tick() == ["\(first) [fresh]"])
        try expectRest()
        world.advance(milliseconds: 30_000)
        let (outcome, _) = try world.perform(.receiveMessage(receive), from: caller)
        guard case .received(let messages) = outcome else {
            Issue.record("one dead letter is moved at once")
            return
        }
        #expect(messages.isEmpty && ready(2) == 4)
    }

    // MARK: The end

    @Test func aNodeThatStopsReleasesThemInSteps() throws {
        try world.createQueue("p")
        let tokens = try [poll("q"), poll("p"), poll("q")]
        world.broker.releaseWaiters(at: world.now, into: world.sink)
        world.broker.releaseWaiters(at: world.now, into: world.sink)
        world.broker.takeAnswers { world.answers.append(($0, $1)) }
        #expect(try answers() == tokens.map { "\($0) []" })
        // One that comes meanwhile is released as well.
        let late = try poll("p")
        world.broker.releaseWaiters(at: world.now, into: world.sink)
        #expect(try tick() == ["\(late) []"])
    }
}
