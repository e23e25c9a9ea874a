import BrokerCore
import BrokerJournal
import BrokerNode
import BrokerProtocol
import Bytes

/// A broker with a journal in memory, driven action by action.
final class CoreWorld: World {
    var broker: Broker
    let journal: Journal
    /// Where records go: the journal, unless somebody wants to keep them.
    var sink: any RecordSink
    private(set) var now = Moment(
        instant: Instant(milliseconds: 1_000_000),
        timestamp: Timestamp(milliseconds: 1_700_000_000_000))
    private var decoder = ActionDecoder(configuration: ProtocolConfiguration())
    private var writer = ByteWriter(capacity: 1 << 16)
    private let links = NotificationLinks(base: "http://localhost:4566", certificatePath: "")

    init() throws {
        var settings = JournalSettings()
        settings.durability = .memory
        settings.segmentByteCount = CoreWorld.segmentByteCount
        journal = Journal(disk: MemoryDisk(), settings: settings)
        try journal.open(load: { _, _ in }, loaded: {}, replay: { _, _, _ in })
        sink = journal
        broker = CoreWorld.makeBroker()
        broker.found(at: now, into: journal)
    }

    private static let segmentByteCount: UInt64 = 16 << 20

    /// A broker that knows nothing yet.
    static func makeBroker() -> Broker {
        var configuration = BrokerConfiguration()
        // What is measured is a message with all its receivers.
        configuration.receiversPerTick = 1 << 40
        configuration.enforcesSixtySecondRules = false
        configuration.segmentByteCount = segmentByteCount
        return Broker(configuration: configuration, entropy: Entropy(seed: (1, 2, 3)))
    }

    /// Decodes a request, whose bytes `copy` keeps.
    func decode(_ copy: ByteCopy) throws -> DecodedAction {
        var head = RequestDecoder()
        guard case .request(let request, _) = head.decode(copy.bytes),
            case .action(let decoded) = decoder.decode(request)
        else { throw MicroError(description: copy.bytes.view.string) }
        return decoded
    }

    /// Performs an action as a tick would.
    func perform(_ decoded: DecodedAction) throws(BrokerError) -> Outcome {
        try broker.perform(
            decoded.action, from: decoded.caller, at: now, token: 1, into: sink)
    }

    /// Appends the answer with `outcome`.
    func encode(_ outcome: Outcome, form: ResponseForm, into writer: inout ByteWriter) {
        var received: [ReceivedMessage] = []
        if case .received(let messages) = outcome { received = messages }
        OutcomeEncoder.encode(
            outcome, form: form, requestID: RequestID(high: 1, low: 2),
            payload: { index in
                guard
                    let payload = journal.payload(
                        at: received[index].position, count: received[index].length)
                else { preconditionFailure("messages of a round stay in memory") }
                return payload
            }, links: links, signature: { _ in ByteView() }, into: &writer)
    }

    /// The next tick.
    func tick() {
        now.instant = now.instant.adding(milliseconds: 1)
        now.timestamp.milliseconds += 1
        broker.advance(to: now, into: sink)
    }

    /// Moves the clocks without a tick.
    func skip(milliseconds: UInt64) {
        now.instant = now.instant.adding(milliseconds: milliseconds)
        now.timestamp.milliseconds += milliseconds
    }

    func answer(to request: [UInt8]) throws -> [UInt8] {
        let copy = request.withByteView { ByteCopy($0) }
        let decoded = try decode(copy)
        writer.removeAll()
        encode(try perform(decoded), form: decoded.form, into: &writer)
        return writer.view.array
    }

    func pass(seconds: UInt64) {
        now.instant = now.instant.adding(seconds: Int(seconds))
        now.timestamp.milliseconds += seconds * 1000
        broker.advance(to: now, into: sink)
        while let deadline = broker.nextDeadline, deadline <= now.instant { tick() }
        for _ in 0..<4 { journal.reclaim { broker.liveByteCount(inSegment: $0) } }
    }

    var journalByteCount: UInt64 { journal.appendedPosition.offset }
}
