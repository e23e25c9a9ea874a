import BrokerCore
import BrokerJournal
import BrokerNode

/// The thread that has the shard, and the network too when it is the only loop.
///
/// A turn: sleep until something happens → take it in → one tick of the shard → write what may
/// leave → end what has waited too long.
final class MainLoop {
    /// How long a stop waits for clients to take their last answers.
    private static let stopMilliseconds: UInt64 = 3_000

    private let poller: Poller
    private let wake: Wake
    private let termination: Termination
    private let doorway: Doorway
    private let table: ConnectionTable
    private let shard: Shard
    private let log: Log
    private var spareBatch = CommandBatch()
    private var stopsAt: UInt64?

    init(
        poller: Poller, wake: Wake, termination: Termination, doorway: Doorway,
        table: ConnectionTable, shard: Shard, log: Log
    ) {
        self.poller = poller
        self.wake = wake
        self.termination = termination
        self.doorway = doorway
        self.table = table
        self.shard = shard
        self.log = log
    }

    /// Serves until a signal comes and everything in progress has been answered.
    func run() throws(JournalError) {
        while true {
            let count = poller.wait(milliseconds: timeout)
            let now = SystemClock.monotonicMilliseconds()
            for index in 0..<count { handle(poller.event(index), at: now) }
            try tick(at: now)
            if let stopsAt, isFinished(at: now, deadline: stopsAt) { break }
        }
        table.closeAll()
        try shard.close()
    }

    private func tick(at now: UInt64) throws(JournalError) {
        table.takeTurns(at: now)
        let batch = table.exchange(for: spareBatch)
        batch.digestBodies()
        let moment = shard.clock.moment(wall: SystemClock.wallMilliseconds(), monotonic: now)
        try shard.tick([batch], at: moment)
        table.performed(batch)
        batch.removeAll()
        spareBatch = batch
        shard.takeReplies { _, replies in table.deliver(replies, at: now) }
        table.expire(at: now)
        doorway.resume(at: now)
    }

    /// How long there is nothing to do unless an event comes; nil for ever.
    private var timeout: Int32? {
        if table.hasWork { return 0 }
        let now = SystemClock.monotonicMilliseconds()
        var deadline = stopsAt
        for other in [
            shard.nextDeadline.map { shard.clock.monotonic(of: $0) }, table.nextDeadline,
            doorway.nextDeadline,
        ] {
            guard let other else { continue }
            deadline = min(deadline ?? other, other)
        }
        guard let deadline else { return nil }
        return deadline <= now ? 0 : Int32(min(deadline - now, 60_000))
    }

    private func handle(_ event: Poller.Event, at now: UInt64) {
        switch EventKey(bits: event.key) {
        case .wake:
            // What was posted is found by the tick that follows.
            wake.clear()
        case .termination:
            if let signal = termination.take() { beginStopping(because: signal, at: now) }
        case .listener(let index):
            doorway.accept(at: index, into: table, now: now)
        case .connection(let token):
            if event.isBroken { return table.broken(token, at: now) }
            if event.isWritable { table.writable(token, at: now) }
            if event.isReadable { table.readable(token, at: now) }
            if event.peerFinished { table.clientFinished(token, at: now) }
        }
    }

    private func beginStopping(because signal: String, at now: UInt64) {
        guard stopsAt == nil else {
            log.info("stopping at once", ("signal", signal))
            stopsAt = now
            return
        }
        log.info("stopping", ("signal", signal), ("connections", "\(table.count)"))
        stopsAt = now + MainLoop.stopMilliseconds
        doorway.close()
        shard.beginStopping()
        table.stop(at: now)
    }

    private func isFinished(at now: UInt64, deadline: UInt64) -> Bool {
        table.count == 0 && shard.isQuiet && !table.hasWork || now >= deadline
    }
}
