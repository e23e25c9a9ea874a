import Bytes

@testable import BrokerJournal

/// The files of a small journal with a snapshot, and what was written into it.
struct WrittenJournal: Sendable {
    /// A record as it was appended and read.
    struct Record: Equatable, Sendable {
        var type: UInt8
        var payload: [UInt8]
    }

    static let segmentByteCount: UInt64 = 16 << 10

    /// In the order of their names.
    private(set) var files: [(file: DiskFile, bytes: [UInt8])] = []
    private(set) var appended: [Record] = []
    private(set) var snapshot: [Record] = []

    /// The journal that every input damages.
    static let shared = WrittenJournal()

    private init() {
        let disk = MemoryDisk()
        let journal = Journal(disk: disk, settings: Self.settings)
        do throws(JournalError) {
            try journal.open(load: { _, _ in }, loaded: {}, replay: { _, _, _ in })
            for number in 0..<60 {
                append(number, to: journal)
                if number % 7 == 3 { try Self.settle(journal) }
                if number == 30 { try makeSnapshot(of: journal) }
            }
            try Self.settle(journal)
        } catch {
            preconditionFailure("a journal in memory is written")
        }
        files = disk.files.sorted { $0.key.name < $1.key.name }.map { ($0.key, $0.value) }
    }

    static var settings: JournalSettings {
        var settings = JournalSettings()
        settings.segmentByteCount = segmentByteCount
        settings.memoryBudget = 4 * segmentByteCount
        settings.snapshotInterval = 1 << 30
        settings.identity = 0x0123_4567_89AB_CDEF
        settings.createdAt = 1_800_000_000_000
        return settings
    }

    private mutating func append(_ number: Int, to journal: Journal) {
        let record = Record(
            type: UInt8(1 + number % 5),
            payload: (0..<(number * 37 % 900)).map { UInt8(truncatingIfNeeded: $0 ^ number) })
        appended.append(record)
        record.payload.withByteView { view in
            _ = journal.append(type: record.type, head: view.prefix(9), body: view.dropFirst(9))
        }
    }

    private mutating func makeSnapshot(of journal: Journal) throws(JournalError) {
        journal.beginSnapshot()
        for number in 0..<5 {
            let record = Record(type: 64, payload: [UInt8](repeating: UInt8(number), count: 90))
            snapshot.append(record)
            record.payload.withByteView { journal.appendSnapshot(type: record.type, payload: $0) }
        }
        journal.endSnapshot()
        try Self.settle(journal)
    }

    /// Commits and lets the disk finish.
    static func settle(_ journal: Journal) throws(JournalError) {
        for turn in 0..<8 {
            journal.commit(at: UInt64(turn))
            try journal.poll()
        }
    }
}
