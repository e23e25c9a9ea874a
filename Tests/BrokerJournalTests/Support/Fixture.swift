import Bytes

@testable import BrokerJournal

/// A record as a test knows it.
struct TestRecord: Hashable, CustomStringConvertible {
    var type: UInt8
    var payload: [UInt8]
    var position: UInt64

    var description: String { "\(type)@\(position)#\(payload.count)" }
}

/// A journal on a crashable disk, with what it said when it was opened.
final class Fixture {
    static let identity: UInt64 = 0x0123_4567_89AB_CDEF

    let disk: CrashableDisk
    let journal: Journal
    private(set) var loaded: [TestRecord] = []
    private(set) var replayed: [TestRecord] = []
    private var now: UInt64 = 0

    init(
        disk: CrashableDisk = CrashableDisk(), segment: UInt64 = 16 << 10,
        change: (inout JournalSettings) -> Void = { _ in }
    ) throws(JournalError) {
        var settings = JournalSettings()
        settings.segmentByteCount = segment
        settings.memoryBudget = 4 * segment
        settings.snapshotInterval = 2 * segment
        settings.identity = Fixture.identity
        settings.createdAt = 1_800_000_000_000
        change(&settings)
        self.disk = disk
        journal = Journal(disk: disk, settings: settings)
        var loaded: [TestRecord] = []
        var replayed: [TestRecord] = []
        try journal.open(
            load: { type, payload in
                loaded.append(TestRecord(type: type, payload: payload.array, position: 0))
            },
            loaded: {},
            replay: { type, payload, position in
                replayed.append(
                    TestRecord(type: type, payload: payload.array, position: position.offset))
            })
        self.loaded = loaded
        self.replayed = replayed
    }

    /// Opens the journal on `disk`, or tells why that was refused.
    static func opening(
        _ disk: CrashableDisk, segment: UInt64 = 16 << 10
    ) -> Result<Fixture, JournalError> {
        do throws(JournalError) {
            return .success(try Fixture(disk: disk, segment: segment))
        } catch {
            return .failure(error)
        }
    }

    /// The damage that opening the journal on `disk` found, if that is what it found.
    static func damage(in disk: CrashableDisk) -> JournalError.Damage? {
        guard case .failure(.damaged(let damage)) = opening(disk) else { return nil }
        return damage
    }

    /// Appends a record of `count` bytes drawn from `seed`.
    @discardableResult
    func append(_ count: Int, type: UInt8 = 1, seed: UInt64 = 1) -> TestRecord {
        append(type: type, Fixture.payload(count, seed: seed))
    }

    @discardableResult
    func append(type: UInt8, _ payload: [UInt8]) -> TestRecord {
        let position = payload.withView { view in
            journal.append(
                type: type, head: view.prefix(view.count / 3), body: view.dropFirst(view.count / 3))
        }
        return TestRecord(type: type, payload: payload, position: position.offset)
    }

    /// Commits and lets the disk do everything there is to do.
    func settle() throws(JournalError) {
        var hasMore = true
        while hasMore {
            hasMore = false
            commit()
            while disk.step() { hasMore = true }
            try journal.poll()
        }
    }

    func commit() {
        now += 1
        journal.commit(at: now)
    }

    static func payload(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
}

extension [UInt8] {
    /// Calls `body` with a view of the bytes.
    func withView<Result>(_ body: (ByteView) -> Result) -> Result {
        unsafe withUnsafeBufferPointer { buffer in
            // Safe because the view does not outlive the closure.
            body(unsafe ByteView(unsafeStart: buffer.baseAddress, count: buffer.count))
        }
    }
}
