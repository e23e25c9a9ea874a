import BrokerCore
import BrokerJournal
import BrokerNode

/// One life of the broker's process: from recovery to the next crash.
final class SimulatedNode {
    private let clock: SimulatedClock
    private let disk: SimulatedDisk
    private let courier: SimulatedCourier
    private let archive: SimulatedArchive
    private let shard: Shard
    /// The first one is of the shard's thread.
    private let loops: [SimulatedLoop]
    private var nextLoop = 0
    private var line: RequestLine
    /// The shard does nothing before, while loops go on, and requests gather.
    private var pausedUntil: UInt64 = 0

    /// Recovers what is on `disk`.
    init(
        clock: SimulatedClock, disk: SimulatedDisk, random: Randomness, shape: JournalShape,
        courier: SimulatedCourier, archive: SimulatedArchive, faults: Faults
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
        settings.broker.receiversPerTick = shape.receiversPerTick
        settings.broker.stepsPerTick = shape.receiversPerTick
        settings.broker.deadLettersPerTick = shape.receiversPerTick
        settings.broker.enforcesSixtySecondRules = false
        settings.entropySeed = (random.next(), random.next(), random.next())
        settings.requestIDSeed = random.next()
        settings.loopCount = faults.loops
        shard = try Shard(
            journal: Journal(disk: disk, settings: journal), settings: settings,
            seams: Seams(
                courier: courier, signer: SimulatedSigner(), archive: archive,
                deliveryLog: SilentDeliveryLog()),
            wall: clock.wall, monotonic: clock.now)
        loops = (0..<faults.loops).map { number in
            SimulatedLoop(number, clock: clock, random: random.fork(), faults: faults)
        }
        line = RequestLine(faults.nodeLimits)
    }

    /// Messages and queues there are.
    var inventory: Inventory { shard.inventory }

    /// Takes a client's connection, on one loop after the other.
    func connect(_ wire: SimulatedWire) {
        nextLoop = (nextLoop + 1) % loops.count
        loops[nextLoop].connect(wire)
    }

    /// A thread of the node gets no processor until `end`, the shard's or that of another loop; or
    /// none does.
    func pause(_ number: Int, until end: UInt64) {
        let number = number % (loops.count + 1)
        if number == 0 || number == loops.count {
            pausedUntil = end
            loops[0].pausedUntil = end
        }
        for other in loops.indices where other == number || number == loops.count {
            loops[other].pausedUntil = end
        }
    }

    /// When the node has to turn though nothing comes in; nil when never.
    var nextDeadline: UInt64? {
        let ofShard = [
            // What is left to the next tick is there for a while, for everybody to meet with.
            shard.nextDeadline.map { max(shard.clock.monotonic(of: $0), clock.now + 1) },
            disk.nextDeadline, courier.nextDeadline, archive.nextDeadline,
            loops.compactMap(\.nextMail).min(),
        ].compactMap(\.self).min()
        let ofLoops = loops.compactMap(\.nextDeadline).min()
        return [ofShard.map { max($0, pausedUntil) }, ofLoops].compactMap(\.self).min()
    }

    /// Turns until nothing is left to do at this instant; false when that takes too long.
    func turnUntilQuiet() throws(JournalError) -> Bool {
        var turns = 0
        while try turn() {
            turns += 1
            if turns == 10_000 { return false }
        }
        return true
    }

    private func turn() throws(JournalError) -> Bool {
        var isBusy = false
        for loop in loops { isBusy = loop.turn() || isBusy }
        guard clock.now >= pausedUntil else { return isBusy }
        for loop in loops {
            for mail in loop.takeMail() {
                line.append(mail.requests)
                for batch in mail.written { shard.recycle(batch) }
            }
        }
        var batches: [CommandBatch] = []
        line.takeTurn(into: &batches)
        isBusy = isBusy || !batches.isEmpty
        try shard.tick(batches, at: shard.clock.moment(wall: clock.wall, monotonic: clock.now))
        for batch in batches { loops[batch.loop].performed(batch) }
        shard.takeReplies { replies in
            isBusy = true
            loops[replies.loop].deliver(replies)
        }
        return isBusy
    }

    /// Ends as SIGTERM ends it.
    func stop() throws(JournalError) {
        shard.beginStopping()
        for loop in loops { loop.table.stop(at: clock.now) }
        _ = try turn()
        for loop in loops { loop.table.closeAll() }
        try shard.close()
    }

    /// Ends at once: every connection is cut.
    func crash() {
        for loop in loops { loop.crash() }
    }
}

/// How the journal of a run is kept, and how much is published at a time.
struct JournalShape {
    var segmentByteCount: UInt64
    var memoryBudget: UInt64
    var snapshotInterval: UInt64
    /// How many receivers a tick has time for; others get a message in later ticks.
    var receiversPerTick: Int

    /// Draws small numbers, so that everything happens often.
    init(_ random: Randomness) {
        segmentByteCount = random.pick([256 << 10, 512 << 10, 1 << 20])
        memoryBudget = random.pick([0, 1 << 20, 256 << 20])
        snapshotInterval = random.pick([64 << 10, 512 << 10, 4 << 20])
        receiversPerTick = random.pick([2_000, 2_000, 3, 1])
    }

    /// Has files given back as soon and as often as possible.
    mutating func reuseFiles() {
        segmentByteCount = 64 << 10
        memoryBudget = 0
        snapshotInterval = 64 << 10
    }

    /// The numbers in one line.
    var description: String {
        "segments of \(segmentByteCount >> 10) KiB, memory \(memoryBudget >> 10) KiB, "
            + "snapshot every \(snapshotInterval >> 10) KiB, \(receiversPerTick) receivers at a time"
    }
}
