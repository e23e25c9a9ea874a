import Bytes

@testable import BrokerJournal

/// A broker as small as can be: messages that are sent and deleted, in a dictionary.
struct ModelBroker {
    /// Where a message's payload stands.
    struct Place: Hashable {
        var position: UInt64
        var count: Int
    }

    enum Kind {
        static let sent: UInt8 = 1
        static let deleted: UInt8 = 2
        static let moved: UInt8 = 3
        static let kept: UInt8 = 4
    }

    private(set) var messages: [UInt64: Place] = [:]
    private(set) var liveByteCounts: [UInt64: UInt64] = [:]
    let segmentByteCount: UInt64

    init(segmentByteCount: UInt64) { self.segmentByteCount = segmentByteCount }

    var liveByteCount: UInt64 { liveByteCounts.values.reduce(0, +) }

    /// Changes the state as a record says.
    mutating func apply(type: UInt8, payload: ByteView, at position: UInt64) {
        let id = payload.littleEndian(at: 0, as: UInt64.self)
        switch type {
        case Kind.sent, Kind.moved:
            remove(id)
            insert(id, Place(position: position, count: payload.count))
        default:
            remove(id)
        }
    }

    /// Takes a record of a snapshot.
    mutating func load(_ payload: ByteView) {
        insert(
            payload.littleEndian(at: 0, as: UInt64.self),
            Place(
                position: payload.littleEndian(at: 8),
                count: Int(payload.littleEndian(at: 16, as: UInt64.self))))
    }

    /// The records of a snapshot, in an order of no meaning.
    var snapshotRecords: [[UInt8]] {
        messages.sorted { $0.key < $1.key }.map { id, place in
            var writer = ByteWriter()
            writer.append(littleEndian: id)
            writer.append(littleEndian: place.position)
            writer.append(littleEndian: UInt64(place.count))
            return writer.array
        }
    }

    /// The payload of message `id`, drawn from its number.
    static func payload(_ id: UInt64, count: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(littleEndian: id)
        return writer.array + Fixture.payload(max(0, count - 8), seed: id)
    }

    private mutating func insert(_ id: UInt64, _ place: Place) {
        messages[id] = place
        liveByteCounts[place.position / segmentByteCount, default: 0] +=
            Journal.byteCount(ofRecordWithPayload: place.count)
    }

    private mutating func remove(_ id: UInt64) {
        guard let place = messages.removeValue(forKey: id) else { return }
        let number = place.position / segmentByteCount
        liveByteCounts[number, default: 0] -= Journal.byteCount(ofRecordWithPayload: place.count)
    }
}

/// A journal with a model broker on top, driven tick by tick.
final class ModelNode {
    let disk: CrashableDisk
    let journal: Journal
    private(set) var broker: ModelBroker
    /// States since the last one known to be durable, with the position each rests on.
    private(set) var states: [(end: UInt64, messages: [UInt64: ModelBroker.Place])] = []
    private(set) var fetched: [UInt64: [UInt8]] = [:]
    private var unsent: [[UInt8]]?
    private var now: UInt64 = 0
    private var identity: UInt64

    init(disk: CrashableDisk, settings: JournalSettings, firstID: UInt64) throws(JournalError) {
        self.disk = disk
        journal = Journal(disk: disk, settings: settings)
        identity = firstID
        var broker = ModelBroker(segmentByteCount: settings.segmentByteCount)
        try journal.open(
            load: { _, payload in broker.load(payload) }, loaded: {},
            replay: { type, payload, position in
                broker.apply(type: type, payload: payload, at: position.offset)
            })
        self.broker = broker
        let counts = broker.liveByteCounts
        try journal.checkSegments { counts[$0] ?? 0 }
        states = [(journal.appendedPosition.offset, broker.messages)]
    }

    /// The number the next message will have.
    var nextID: UInt64 { identity }

    func send(count: Int) {
        record(ModelBroker.Kind.sent, ModelBroker.payload(identity, count: count))
        identity += 1
    }

    func delete(_ id: UInt64) {
        var writer = ByteWriter()
        writer.append(littleEndian: id)
        record(ModelBroker.Kind.deleted, writer.array)
    }

    /// One tick: what the disk finished, the broker's chores, a commit.
    func tick() throws(JournalError) {
        try journal.poll()
        journal.takeFetched { ticket, payload in fetched[ticket] = payload.array }
        let counts = broker.liveByteCounts
        journal.reclaim { counts[$0] ?? 0 }
        journal.compact {
            counts[$0] ?? 0
        } relocate: { type, payload, position in
            let id = payload.littleEndian(at: 0, as: UInt64.self)
            guard broker.messages[id]?.position == position.offset else { return }
            record(ModelBroker.Kind.moved, payload.array)
        }
        continueSnapshot()
        now += 1
        journal.commit(at: now)
        while states.count > 1, states[1].end <= journal.synced { states.removeFirst() }
    }

    private func continueSnapshot() {
        if unsent == nil {
            guard journal.wantsSnapshot else { return }
            journal.beginSnapshot()
            unsent = broker.snapshotRecords
        }
        for _ in 0..<40 where journal.acceptsSnapshotRecords {
            guard let next = unsent?.popLast() else { break }
            next.withView { journal.appendSnapshot(type: ModelBroker.Kind.kept, payload: $0) }
        }
        if unsent?.isEmpty == true {
            unsent = nil
            journal.endSnapshot()
        }
    }

    private func record(_ type: UInt8, _ payload: [UInt8]) {
        payload.withView { view in
            let position = journal.append(type: type, head: view.prefix(8), body: view.dropFirst(8))
            broker.apply(type: type, payload: view, at: position.offset)
        }
        states.append((journal.appendedPosition.offset, broker.messages))
    }
}
