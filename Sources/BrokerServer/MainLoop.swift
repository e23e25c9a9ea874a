import BrokerCore
import BrokerJournal
import BrokerNode

/// The thread that has the shard and the first loop of the network, the only one on small machines.
///
/// A turn: sleep until something happens → take it in → go on with deliveries → one tick of the
/// shard → hand what may leave to the loop whose clients wait for it, or write it → end what has
/// waited too long.
final class MainLoop {
    /// How long a stop waits for clients to take their last answers.
    private static let stopMilliseconds: UInt64 = 3_000
    private static let spareLimit = 4

    private let network: Network
    private let wake: Wake
    private let termination: Termination
    private let shard: Shard
    private let courier: HTTPCourier
    private let inbox: Mailbox<LoopParcel>
    /// Loop 1 and those after it.
    private let others: [RemoteLoop]
    private let log: Log
    /// Batches for reuse, as many as are usually under way.
    private var spare: [CommandBatch] = []
    private var line: RequestLine
    private var batches: [CommandBatch] = []
    private var stopsAt: UInt64?
    /// The processor time of the loop's thread at the end of its last turn, in nanoseconds.
    private var threadTime: UInt64 = 0

    /// - Parameter inbox: Where the `others` post; signals `wake`.
    init(
        network: Network, wake: Wake, termination: Termination, shard: Shard,
        courier: HTTPCourier, inbox: Mailbox<LoopParcel>, others: [RemoteLoop],
        limits: NodeLimits, log: Log
    ) {
        self.network = network
        self.wake = wake
        self.termination = termination
        self.shard = shard
        self.courier = courier
        self.inbox = inbox
        self.others = others
        line = RequestLine(limits)
        self.log = log
    }

    /// Serves until a signal comes and everything in progress has been answered.
    func run() throws(JournalError) {
        // Also when the journal fails: no loop outlives the shard.
        defer { for loop in others { loop.end() } }
        threadTime = SystemClock.threadNanoseconds()
        while true {
            let now = network.wait(until: deadline) { key, now in
                switch key {
                // What was posted is found by the tick that follows.
                case .wake: wake.clear()
                case .termination:
                    if let signal = termination.take() { beginStopping(because: signal, at: now) }
                case .courier(let key): courier.take(key, at: now)
                case .connection, .listener: break
                }
            }
            courier.advance(at: now)
            try tick(at: now)
            countTurn()
            if let stopsAt, isFinished(at: now, deadline: stopsAt) { break }
        }
        network.table.closeAll()
        courier.closeAll()
        try shard.close()
    }

    private func countTurn() {
        let total = SystemClock.threadNanoseconds()
        shard.countTurn(
            elapsed: SystemClock.monotonicNanoseconds() - network.turnBegan,
            worked: total - threadTime)
        threadTime = total
    }

    private func tick(at now: UInt64) throws(JournalError) {
        gather()
        line.takeTurn(into: &batches)
        let moment = shard.clock.moment(wall: SystemClock.wallMilliseconds(), monotonic: now)
        try shard.tick(batches, at: moment)
        for batch in batches { performed(batch) }
        batches.removeAll(keepingCapacity: true)
        shard.takeReplies { replies in
            guard replies.loop == 0 else { return others[replies.loop - 1].deliver(replies) }
            network.deliver(replies)
        }
        for loop in others { loop.send() }
        network.write(at: now) { shard.recycle($0) }
        network.expire(at: now)
    }

    /// Puts what all loops have read in line.
    private func gather() {
        if let own = network.takeRequests(for: { spare.popLast() ?? CommandBatch() }) {
            line.append(own)
        }
        guard !others.isEmpty else { return }
        for parcel in inbox.takeAll() {
            others[parcel.loop - 1].take(parcel)
            if let requests = parcel.requests { line.append(requests) }
            for batch in parcel.written { shard.recycle(batch) }
        }
    }

    private func performed(_ batch: CommandBatch) {
        guard batch.loop == 0 else { return others[batch.loop - 1].performed(batch) }
        network.table.performed(batch)
        batch.removeAll()
        if spare.count < MainLoop.spareLimit { spare.append(batch) }
    }

    /// When the next turn is needed although nothing happens; nil when never.
    private var deadline: UInt64? {
        guard line.isEmpty else { return 0 }
        let deadlines = [
            shard.nextDeadline.map { shard.clock.monotonic(of: $0) }, courier.nextDeadline, stopsAt,
        ]
        return deadlines.lazy.compactMap(\.self).min()
    }

    private func beginStopping(because signal: String, at now: UInt64) {
        guard stopsAt == nil else {
            log.info("stopping at once", ("signal", signal))
            stopsAt = now
            return
        }
        log.info("stopping", ("signal", signal))
        stopsAt = now + MainLoop.stopMilliseconds
        shard.beginStopping()
        network.stop(at: now)
        for loop in others { loop.stop() }
    }

    private func isFinished(at now: UInt64, deadline: UInt64) -> Bool {
        if now >= deadline { return true }
        return network.table.count == 0 && !network.table.hasWork
            && others.allSatisfy(\.isDrained) && shard.isQuiet
    }
}
