import BrokerCore
import BrokerJournal
import BrokerProtocol
import Bytes

@testable import BrokerNode

/// A shard with connections in memory, a disk in memory and a clock that the test moves.
final class TestNode {
    let disk: HeldDisk
    let courier = ScriptedCourier()
    let signer = ScriptedSigner()
    let archive: any Archive
    let deliveries = DeliveryRecorder()
    let shard: Shard
    let table: ConnectionTable
    private(set) var now: UInt64 = 1_000_000
    private var wires: [(token: ConnectionToken, wire: ScriptedWire)] = []
    /// How many answers, those to one client at once as one, a turn has time to write.
    var writesPerTurn = Int.max
    private var unwritten: [ReplyBatch] = []

    init(
        disk: HeldDisk = HeldDisk(), archive: any Archive = MemoryArchive(),
        limits: NodeLimits = NodeLimits(), http: HTTPLimits = HTTPLimits(),
        offersReset: Bool = false, verifier: SignatureVerifier? = nil,
        journal change: (inout JournalSettings) -> Void = { _ in },
        shard changeShard: (inout ShardSettings) -> Void = { _ in }
    ) throws {
        self.disk = disk
        self.archive = archive
        var journal = JournalSettings()
        journal.segmentByteCount = 1 << 20
        change(&journal)
        var settings = ShardSettings()
        settings.broker.segmentByteCount = journal.segmentByteCount
        changeShard(&settings)
        shard = try Shard(
            journal: Journal(disk: disk, settings: journal), settings: settings,
            seams: Seams(
                courier: courier, signer: signer, archive: archive, deliveryLog: deliveries),
            wall: TestNode.wall(now), monotonic: now)
        table = ConnectionTable(
            loop: 0, limits: limits, httpLimits: http,
            door: RequestDoor(
                configuration: ProtocolConfiguration(), offersReset: offersReset,
                verifier: verifier), requestIDs: RequestIDs(seed: 1), now: now)
    }

    /// How far the wall clock was set back.
    var setBackMilliseconds: UInt64 = 0

    private static func wall(_ monotonic: UInt64) -> UInt64 { 1_700_000_000_000 + monotonic }

    /// A node with the queue `q`.
    static func withQueue(
        disk: HeldDisk = HeldDisk(), limits: NodeLimits = NodeLimits(),
        journal change: (inout JournalSettings) -> Void = { _ in }
    ) throws -> TestNode {
        let node = try TestNode(disk: disk, limits: limits, journal: change)
        let wire = node.connect()
        wire.send(Ask.createQueue)
        try node.settle()
        precondition(wire.answers.count == 1, "the queue exists")
        wire.hasEnded = true
        try node.settle()
        return node
    }

    /// A new client.
    func connect() -> ScriptedWire {
        let wire = ScriptedWire()
        let token = table.nextToken
        wires.append((token, wire))
        table.open(wire, as: token, at: now)
        return wire
    }

    /// Sends `request` on a connection of its own and returns the answer.
    func answer(to request: String) throws -> Answer? {
        let wire = connect()
        wire.send(request)
        try settle()
        wire.hasEnded = true
        try settle()
        return wire.answers.first
    }

    /// One turn of the loop with every event that is due; whether there was anything to do.
    @discardableResult
    func turn() throws -> Bool {
        var isBusy = table.hasWork
        table.wallClock = TestNode.wall(now)
        table.takeTurns(at: now)
        for (token, wire) in wires where !wire.isClosed {
            if wire.isWritable {
                isBusy = true
                table.writable(token, at: now)
            }
            if !wire.isClosed, wire.isReadable {
                isBusy = true
                table.readable(token, at: now)
            }
            if !wire.isClosed, wire.reportsEnd {
                isBusy = true
                table.clientFinished(token, at: now)
            }
        }
        let batch = table.exchange(for: CommandBatch())
        let moment = shard.clock.moment(
            wall: TestNode.wall(now) - setBackMilliseconds, monotonic: now)
        try shard.tick([batch], at: moment)
        table.performed(batch)
        shard.takeReplies { unwritten.append($0) }
        isBusy = isBusy || !unwritten.isEmpty
        var time = writesPerTurn
        func hasTime() -> Bool {
            time -= 1
            return time >= 0
        }
        while let replies = unwritten.first, table.deliver(replies, at: now, while: hasTime) {
            shard.recycle(unwritten.removeFirst())
        }
        table.expire(at: now)
        wires.removeAll { $0.wire.isClosed }
        let isDue = shard.nextDeadline.map { shard.clock.monotonic(of: $0) <= now } ?? false
        return isBusy || isDue
    }

    /// Turns until nothing happens any more.
    func settle() throws {
        var idle = 0
        var turns = 0
        while idle < 3 {
            idle = try turn() ? 0 : idle + 1
            turns += 1
            precondition(turns < 10_000, "a node comes to rest when nothing happens")
        }
    }

    /// Lets time pass in one leap, as for a node that was stopped.
    func leap(milliseconds: UInt64) { now += milliseconds }

    /// Lets time pass, stopping at every deadline on the way.
    func pass(milliseconds: UInt64) throws {
        let end = now + milliseconds
        try settle()
        while now < end {
            let due = [
                table.nextDeadline, shard.nextDeadline.map { shard.clock.monotonic(of: $0) },
            ]
            .compactMap { $0 }.min()
            now = min(max(due ?? end, now + 1), end)
            try settle()
        }
    }
}
