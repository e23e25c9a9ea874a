import BrokerNode
import BrokerProtocol

/// A loop of the network that is not the shard's: what it reads goes to the shard's thread, and what
/// comes back goes out, each after a while.
final class SimulatedLoop {
    /// What is under way to the loop.
    private struct Delivery {
        var due: UInt64
        var performed: CommandBatch?
        var replies: ReplyBatch?
    }

    /// What has happened to a wire, as a poller tells it: it may not be so any more.
    private struct Event {
        var token: ConnectionToken
        var wire: SimulatedWire
        var isCut: Bool
        var isWritable: Bool
        var isReadable: Bool
        var reportsEnd: Bool

        init?(_ token: ConnectionToken, _ wire: SimulatedWire) {
            self.token = token
            self.wire = wire
            isCut = wire.isCut
            isWritable = wire.isWritable
            isReadable = wire.isReadable
            reportsEnd = wire.reportsEnd
            guard isCut || isWritable || isReadable || reportsEnd else { return nil }
        }
    }

    /// What is under way to the shard.
    struct LoopMail {
        var due: UInt64
        var requests: CommandBatch
        var written: [ReplyBatch]
    }

    let table: ConnectionTable
    private let clock: SimulatedClock
    private let random: Randomness
    /// The longest that anything is under way between the threads.
    private let milliseconds: Int
    /// How often, of a thousand times, a turn has no time for the next thing.
    private let shortTurn: Int
    private var wires: [(token: ConnectionToken, wire: SimulatedWire)] = []
    /// Events and replies that turns had no time for.
    private var events: [Event] = []
    private var unwritten: [ReplyBatch] = []
    private var deliveries: [Delivery] = []
    private var mail: [LoopMail] = []
    private var written: [ReplyBatch] = []
    /// The loop does nothing before.
    var pausedUntil: UInt64 = 0

    init(_ number: Int, clock: SimulatedClock, random: Randomness, faults: Faults) {
        self.clock = clock
        self.random = random
        milliseconds = number == 0 ? 0 : faults.loopMilliseconds
        shortTurn = faults.shortTurn
        table = ConnectionTable(
            loop: number, limits: faults.nodeLimits,
            door: RequestDoor(configuration: ProtocolConfiguration(), offersReset: false),
            requestIDs: RequestIDs(seed: random.next()), now: clock.now)
    }

    /// Takes a client's connection.
    func connect(_ wire: SimulatedWire) {
        let token = table.nextToken
        wires.append((token, wire))
        table.open(wire, as: token, at: clock.now)
    }

    /// When it has to turn though nothing comes in; nil when never.
    var nextDeadline: UInt64? {
        let due = [
            table.nextDeadline, deliveries.first?.due, wires.compactMap(\.wire.nextArrival).min(),
        ].compactMap(\.self).min()
        return due.map { max($0, pausedUntil) }
    }

    /// When something comes to the shard; nil when nothing is under way.
    var nextMail: UInt64? { mail.first?.due }

    /// Takes in what clients and shard have sent; whether there was anything to do.
    func turn() -> Bool {
        let now = clock.now
        guard now >= pausedUntil else { return false }
        var isBusy = table.hasWork
        table.takeTurns(at: now)
        if events.isEmpty {
            events = wires.compactMap { $0.wire.isClosed ? nil : Event($0.token, $0.wire) }
        }
        isBusy = isBusy || !events.isEmpty
        while !events.isEmpty, hasTime() { report(events.removeFirst()) }
        while let delivery = deliveries.first, delivery.due <= now {
            deliveries.removeFirst()
            isBusy = true
            if let batch = delivery.performed { table.performed(batch) }
            if let replies = delivery.replies { unwritten.append(replies) }
        }
        isBusy = isBusy || !unwritten.isEmpty
        while let replies = unwritten.first, table.deliver(replies, at: now, while: hasTime) {
            written.append(unwritten.removeFirst())
        }
        if !table.batch.isEmpty {
            isBusy = true
            let batch = table.exchange(for: CommandBatch())
            mail.append(
                LoopMail(due: later(than: mail.last?.due), requests: batch, written: written))
            written = []
        }
        table.expire(at: now)
        wires.removeAll { $0.wire.isClosed }
        return isBusy
    }

    /// What has come to the shard.
    func takeMail() -> [LoopMail] {
        let arrived = mail.prefix { $0.due <= clock.now }
        mail.removeFirst(arrived.count)
        return Array(arrived)
    }

    /// Sends requests back that were performed.
    func performed(_ batch: CommandBatch) {
        deliveries.append(Delivery(due: later(than: deliveries.last?.due), performed: batch))
    }

    /// Sends replies that may leave.
    func deliver(_ replies: ReplyBatch) {
        deliveries.append(Delivery(due: later(than: deliveries.last?.due), replies: replies))
    }

    private func later(than other: UInt64?) -> UInt64 {
        max(other ?? 0, clock.now + UInt64(random.below(milliseconds + 1)))
    }

    private func hasTime() -> Bool { shortTurn == 0 || !random.chance(shortTurn) }

    /// Reports what happened to a wire, unless the node has closed it since.
    private func report(_ event: Event) {
        let now = clock.now
        guard !event.wire.isClosed else { return }
        if event.isCut { return table.broken(event.token, at: now) }
        if event.isWritable { table.writable(event.token, at: now) }
        if !event.wire.isClosed, event.isReadable { table.readable(event.token, at: now) }
        if !event.wire.isClosed, event.reportsEnd { table.clientFinished(event.token, at: now) }
    }

    /// Ends at once: every connection is cut.
    func crash() {
        for (_, wire) in wires { wire.cut() }
    }
}
