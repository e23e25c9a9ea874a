import BrokerNode

/// What one loop thread has of the network: its poller, its listeners and its connections.
final class Network {
    private let poller: Poller
    private let doorway: Doorway
    let table: ConnectionTable
    /// When the last wait ended, in nanoseconds of the monotonic clock.
    private(set) var turnBegan: UInt64 = 0

    init(poller: Poller, doorway: Doorway, table: ConnectionTable) {
        self.poller = poller
        self.doorway = doorway
        self.table = table
    }

    /// Sleeps until something happens, `deadline` comes (nil: never) or the connections have
    /// something due, and takes in what the clients did. Hands out the events of others.
    func wait(until deadline: UInt64?, _ handle: (EventKey, _ now: UInt64) -> Void) -> UInt64 {
        let count = poller.wait(milliseconds: timeout(until: deadline))
        turnBegan = SystemClock.monotonicNanoseconds()
        let now = turnBegan / 1_000_000
        table.wallClock = SystemClock.wallMilliseconds()
        // Who waited in the last turn comes before who has just arrived.
        table.takeTurns(at: now)
        for index in 0..<count {
            let event = poller.event(index)
            switch EventKey(bits: event.key) {
            case .listener(let index): doorway.accept(at: index, into: table, now: now)
            case .connection(let token): take(event, of: token, at: now)
            case let key: handle(key, now)
            }
        }
        return now
    }

    /// The requests gathered so far with the digests of their bodies; nil when there are none. From
    /// now on they are gathered in what `empty` gives.
    func takeRequests(for empty: () -> CommandBatch) -> CommandBatch? {
        guard !table.batch.isEmpty else { return nil }
        return table.exchange(for: empty())
    }

    /// Ends what has waited too long, and accepts again after a pause.
    func expire(at now: UInt64) {
        table.expire(at: now)
        doorway.resume(at: now)
    }

    /// Takes no more connections and requests; what is in progress goes on.
    func stop(at now: UInt64) {
        doorway.close()
        table.stop(at: now)
    }

    private func timeout(until deadline: UInt64?) -> Int32? {
        if table.hasWork { return 0 }
        var first = deadline
        for other in [table.nextDeadline, doorway.nextDeadline] {
            guard let other else { continue }
            first = min(first ?? other, other)
        }
        guard let first else { return nil }
        let now = SystemClock.monotonicMilliseconds()
        return first <= now ? 0 : Int32(min(first - now, 60_000))
    }

    private func take(_ event: Poller.Event, of token: ConnectionToken, at now: UInt64) {
        if event.isBroken { return table.broken(token, at: now) }
        if event.isWritable { table.writable(token, at: now) }
        if event.isReadable { table.readable(token, at: now) }
        if event.peerFinished { table.clientFinished(token, at: now) }
    }
}
