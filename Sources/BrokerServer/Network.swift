import BrokerNode
import Bytes

/// What one loop thread has of the network: its poller, its listeners and its connections.
///
/// A turn reads for so long and writes for so long; what is left comes first in the next one.
final class Network {
    /// How long a turn takes in what clients did …
    private static let readNanoseconds: UInt64 = 450_000
    /// … and how long while replies of more than one tick are left: about half as many requests as
    /// replies are written in such a turn, so that those become fewer.
    private static let laggingReadNanoseconds: UInt64 = 150_000
    /// How long a turn writes replies.
    private static let writeNanoseconds: UInt64 = 850_000

    private let poller: Poller
    private let doorway: Doorway
    let table: ConnectionTable
    /// Replies that may leave.
    private var unwritten = Line<ReplyBatch>()
    /// When the last wait ended, in nanoseconds of the monotonic clock.
    private(set) var turnBegan: UInt64 = 0

    init(poller: Poller, doorway: Doorway, table: ConnectionTable) {
        self.poller = poller
        self.doorway = doorway
        self.table = table
    }

    /// Whether something is left for the next turn.
    var hasWork: Bool { table.hasWork || !unwritten.isEmpty || poller.hasEvents }

    /// Sleeps until something happens, `deadline` comes (nil: never) or the connections have
    /// something due, and takes in what the clients did. Hands out the events of others.
    func wait(until deadline: UInt64?, _ handle: (EventKey, _ now: UInt64) -> Void) -> UInt64 {
        if !poller.hasEvents { poller.wait(milliseconds: timeout(until: deadline)) }
        turnBegan = SystemClock.monotonicNanoseconds()
        let now = turnBegan / 1_000_000
        table.wallClock = SystemClock.wallMilliseconds()
        // Who waited in the last turn comes before who has just arrived.
        table.takeTurns(at: now)
        var allowance = Allowance(
            nanoseconds: unwritten.count > 1
                ? Network.laggingReadNanoseconds : Network.readNanoseconds)
        while !allowance.isSpent(), let event = poller.takeEvent() {
            switch EventKey(bits: event.key) {
            case .listener(let index):
                doorway.accept(at: index, into: table, now: now) { !allowance.isSpent() }
            case .connection(let token): take(event, of: token, at: now)
            case let key: handle(key, now)
            }
        }
        return now
    }

    /// Has the next calls of `write` write `replies`, which may leave.
    func deliver(_ replies: ReplyBatch) { unwritten.append(replies) }

    /// Writes replies; hands out each batch of which all were written.
    func write(at now: UInt64, _ written: (ReplyBatch) -> Void) {
        var allowance = Allowance(nanoseconds: Network.writeNanoseconds)
        while let replies = unwritten.first,
            table.deliver(replies, at: now, while: { !allowance.isSpent() })
        {
            unwritten.removeFirst()
            written(replies)
        }
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
        if hasWork { return 0 }
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
