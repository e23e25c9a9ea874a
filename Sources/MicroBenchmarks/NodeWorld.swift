import BrokerCore
import BrokerJournal
import BrokerNode
import BrokerProtocol
import Bytes

/// A disk that takes everything at once and keeps nothing, without allocating.
final class ForgetfulDisk: Disk {
    private var tickets: [UInt64] = []
    private var taken: [UInt64] = []

    init() {
        tickets.reserveCapacity(64)
        taken.reserveCapacity(64)
    }

    func list() -> [DiskEntry] { [] }

    func perform(_ operation: DiskOperation) -> Int { 0 }

    func submit(_ operation: DiskOperation, lane: DiskLane, ticket: UInt64) {
        tickets.append(ticket)
    }

    func takeCompletions(_ body: (DiskCompletion) -> Void) {
        swap(&tickets, &taken)
        for ticket in taken { body(DiskCompletion(ticket: ticket, result: .success(0))) }
        taken.removeAll(keepingCapacity: true)
    }

    func awaitCompletion() {}

    func close() {}
}

/// A client in memory: one request at a time, and what was answered.
final class MemoryWire: Wire {
    private var request: ByteCopy?
    private var readCount = 0
    /// What was answered since the last request.
    private(set) var answer = ByteWriter(capacity: 1 << 14)

    /// Sends the next request.
    func send(_ request: ByteCopy) {
        self.request = request
        readCount = 0
        answer.removeAll()
    }

    /// Whether something was sent that the node has not read.
    var isReadable: Bool { readCount < request?.bytes.count ?? 0 }

    func read(into space: MutableByteView) -> WireTransfer {
        guard let bytes = request?.bytes.view.dropFirst(readCount), !bytes.isEmpty else {
            return .wouldBlock
        }
        let part = bytes.prefix(space.count)
        space.replaceFront(with: part)
        readCount += part.count
        return .bytes(part.count)
    }

    func write(_ bytes: ByteView) -> WireTransfer {
        answer.append(bytes)
        return .bytes(bytes.count)
    }

    func watch(_ interest: WireInterest) {}
    func finishSending() {}
    func close() {}
}

/// Nothing leaves, nothing is signed and nothing reported: what is measured needs none of it.
final class NoSeams: Courier, Signer, DeliveryLog {
    var nextDeadline: UInt64? { nil }
    var certificate: SigningCertificate? { nil }

    func send(_ parcel: Parcel, at now: UInt64) {}
    func takeResults(
        _ body: (_ number: UInt64, _ result: ParcelResult, _ elapsed: UInt64) -> Void
    ) {}
    func sign(_ text: [UInt8], version: UInt8, ticket: UInt64) {}
    func takeSignatures(_ body: (_ ticket: UInt64, _ signature: [UInt8]) -> Void) {}
    func write(status document: ByteView) {}
    func write(_ notice: DeliveryNotice) {}
}

/// The corridor of a node as its main loop drives it, between wires and a disk in memory.
final class NodeWorld: World {
    static let connectionCount = 64

    private let journal: Journal
    private let shard: Shard
    private let table: ConnectionTable
    private var wires: [(token: ConnectionToken, wire: MemoryWire)] = []
    private var now: UInt64 = 1_000_000
    private var spare = CommandBatch()
    private var batches: [CommandBatch] = []
    private var nextDeadline: Instant?

    init() throws {
        var settings = JournalSettings()
        // No snapshot comes between, so that what is measured is the same in every round.
        settings.snapshotInterval = 1 << 40
        journal = Journal(disk: ForgetfulDisk(), settings: settings)
        var shardSettings = ShardSettings()
        shardSettings.broker.enforcesSixtySecondRules = false
        // What is measured is a message with all its receivers.
        shardSettings.broker.receiversPerTick = 1 << 40
        let seams = NoSeams()
        shard = try Shard(
            journal: journal, settings: shardSettings,
            seams: Seams(
                courier: seams, signer: seams, archive: MemoryArchive(), deliveryLog: seams),
            wall: NodeWorld.wall(now), monotonic: now)
        // A turn takes all that is sent in it, however long.
        var limits = NodeLimits()
        limits.readBytesPerTick = 1 << 40
        limits.requestBytesPerTick = 1 << 40
        table = ConnectionTable(
            loop: 0, limits: limits,
            door: RequestDoor(configuration: ProtocolConfiguration(), offersReset: false),
            requestIDs: RequestIDs(seed: 1), now: now)
        for _ in 0..<NodeWorld.connectionCount {
            let token = table.nextToken
            let wire = MemoryWire()
            table.open(wire, as: token, at: now)
            wires.append((token, wire))
        }
    }

    var journalByteCount: UInt64 { journal.appendedPosition.offset }

    private static func wall(_ monotonic: UInt64) -> UInt64 { 1_700_000_000_000 + monotonic }

    /// One turn of the loop in which each of the first connections sends one request.
    func turn(_ requests: ArraySlice<ByteCopy>) throws {
        precondition(requests.count <= wires.count, "a connection sends one request at a time")
        now += 1
        table.takeTurns(at: now)
        for (index, request) in requests.enumerated() {
            wires[index].wire.send(request)
            // A large request is read in pieces, as its buffer grows.
            while wires[index].wire.isReadable { table.readable(wires[index].token, at: now) }
        }
        let batch = table.exchange(for: spare)
        batches.append(batch)
        try shard.tick(
            batches, at: shard.clock.moment(wall: NodeWorld.wall(now), monotonic: now))
        batches.removeAll(keepingCapacity: true)
        table.performed(batch)
        batch.removeAll()
        spare = batch
        shard.takeReplies { replies in
            table.deliver(replies, at: now)
            shard.recycle(replies)
        }
        // A loop asks how long it may sleep.
        nextDeadline = shard.nextDeadline
    }

    func answer(to request: [UInt8]) throws -> [UInt8] {
        let copy = request.withByteView { ByteCopy($0) }
        try turn([copy])
        while wires[0].wire.answer.count == 0 { try turn([]) }
        return wires[0].wire.answer.view.array
    }

    func pass(seconds: UInt64) throws {
        now += seconds * 1000
        repeat { try turn([]) } while isBusy
    }

    private var isBusy: Bool {
        guard let deadline = nextDeadline else { return false }
        return shard.clock.monotonic(of: deadline) <= now
    }

    /// How many of the first connections were answered with success.
    func successCount(of count: Int) -> Int {
        wires[..<count].count { $0.wire.answer.view.hasPrefix("HTTP/1.1 200 ") }
    }
}

/// Whole requests: from bytes on the wire, through every module, to bytes on the wire.
final class Serving: Subject {
    private let operation: Operation
    private let world: NodeWorld
    private var requests: [ByteCopy] = []

    init(_ operation: Operation) throws {
        self.operation = operation
        world = try NodeWorld()
        try operation.setUp(in: world)
    }

    var journalByteCount: UInt64 { world.journalByteCount }

    func prepare(_ count: Int) throws {
        requests = try operation.requests(count, after: world).map {
            $0.withByteView { ByteCopy($0) }
        }
    }

    func run(_ count: Int) throws {
        var done = 0
        while done < count {
            let part = requests[done..<min(done + NodeWorld.connectionCount, count)]
            try world.turn(part)
            guard world.successCount(of: part.count) == part.count else {
                throw MicroError(description: "a request failed")
            }
            done += part.count
        }
    }
}
