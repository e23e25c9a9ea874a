import BrokerCore
import BrokerJournal
import BrokerNode
import BrokerProtocol
import Bytes

/// One life of the broker's process: from recovery to the next crash.
final class SimulatedNode {
    private let clock: SimulatedClock
    private let disk: SimulatedDisk
    private let courier: SimulatedCourier
    private let archive: SimulatedArchive
    private let shard: Shard
    private let table: ConnectionTable
    private var wires: [(token: ConnectionToken, wire: SimulatedWire)] = []
    /// The node does nothing before.
    var pausedUntil: UInt64 = 0

    /// Recovers what is on `disk`.
    init(
        clock: SimulatedClock, disk: SimulatedDisk, random: Randomness, shape: JournalShape,
        courier: SimulatedCourier, archive: SimulatedArchive
    ) throws(JournalError) {
        self.clock = clock
        self.disk = disk
        self.courier = courier
        self.archive = archive
        var journal = JournalSettings()
        journal.segmentByteCount = shape.segmentByteCount
        journal.memoryBudget = shape.memoryBudget
        journal.snapshotInterval = shape.snapshotInterval
        journal.identity = random.next()
        journal.createdAt = clock.wall
        var settings = ShardSettings()
        settings.broker.segmentByteCount = shape.segmentByteCount
        settings.broker.enforcesSixtySecondRules = false
        settings.entropySeed = (random.next(), random.next(), random.next())
        settings.requestIDSeed = random.next()
        shard = try Shard(
            journal: Journal(disk: disk, settings: journal), settings: settings,
            seams: Seams(
                courier: courier, signer: SimulatedSigner(), archive: archive,
                deliveryLog: SilentDeliveryLog()),
            wall: clock.wall, monotonic: clock.now)
        table = ConnectionTable(
            loop: 0, limits: NodeLimits(),
            door: RequestDoor(configuration: ProtocolConfiguration(), offersReset: false),
            requestIDs: RequestIDs(seed: random.next()), now: clock.now)
    }

    /// Messages and queues there are.
    var inventory: Inventory { shard.inventory }

    /// Takes a client's connection.
    func connect(_ wire: SimulatedWire) {
        let token = table.nextToken
        wires.append((token, wire))
        table.open(wire, as: token, at: clock.now)
    }

    /// When the node has to turn though nothing comes in; nil when never.
    var nextDeadline: UInt64? {
        let due = [
            table.nextDeadline, shard.nextDeadline.map { shard.clock.monotonic(of: $0) },
            disk.nextDeadline, courier.nextDeadline, archive.nextDeadline,
            wires.compactMap(\.wire.nextArrival).min(),
        ].compactMap(\.self).min()
        return due.map { max($0, pausedUntil) }
    }

    /// Turns until nothing is left to do at this instant; false when that takes too long.
    func turnUntilQuiet() throws(JournalError) -> Bool {
        guard clock.now >= pausedUntil else { return true }
        var turns = 0
        while try turn() {
            turns += 1
            if turns == 10_000 { return false }
        }
        return true
    }

    private func turn() throws(JournalError) -> Bool {
        let now = clock.now
        var isBusy = table.hasWork
        table.takeTurns(at: now)
        for (token, wire) in wires where !wire.isClosed {
            isBusy = report(token, wire) || isBusy
        }
        let batch = table.exchange(for: CommandBatch())
        isBusy = isBusy || !batch.isEmpty
        try shard.tick([batch], at: shard.clock.moment(wall: clock.wall, monotonic: now))
        table.performed(batch)
        shard.takeReplies { replies in
            isBusy = true
            table.deliver(replies, at: now)
            shard.recycle(replies)
        }
        table.expire(at: now)
        wires.removeAll { $0.wire.isClosed }
        return isBusy
    }

    /// Reports what happened to a wire; whether anything did.
    private func report(_ token: ConnectionToken, _ wire: SimulatedWire) -> Bool {
        var isBusy = false
        if wire.isCut {
            table.broken(token, at: clock.now)
            return true
        }
        if wire.isWritable {
            isBusy = true
            table.writable(token, at: clock.now)
        }
        if !wire.isClosed, wire.isReadable {
            isBusy = true
            table.readable(token, at: clock.now)
        }
        if !wire.isClosed, wire.reportsEnd {
            isBusy = true
            table.clientFinished(token, at: clock.now)
        }
        return isBusy
    }

    /// Ends as SIGTERM ends it.
    func stop() throws(JournalError) {
        shard.beginStopping()
        table.stop(at: clock.now)
        _ = try turn()
        table.closeAll()
        try shard.close()
    }

    /// Ends at once: every connection is cut.
    func crash() {
        for (_, wire) in wires { wire.cut() }
    }
}

/// How the journal of a run is kept.
struct JournalShape {
    var segmentByteCount: UInt64
    var memoryBudget: UInt64
    var snapshotInterval: UInt64

    /// Draws small numbers, so that everything happens often.
    init(_ random: Randomness) {
        segmentByteCount = random.pick([256 << 10, 512 << 10, 1 << 20])
        memoryBudget = random.pick([0, 1 << 20, 256 << 20])
        snapshotInterval = random.pick([64 << 10, 512 << 10, 4 << 20])
    }

    /// The numbers in one line.
    var description: String {
        "segments of \(segmentByteCount >> 10) KiB, memory \(memoryBudget >> 10) KiB, "
            + "snapshot every \(snapshotInterval >> 10) KiB"
    }
}
