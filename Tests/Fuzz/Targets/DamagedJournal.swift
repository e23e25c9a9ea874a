import Bytes

@testable import BrokerJournal

/// Damage to a journal's files, eight bytes each: it is opened with records that were written, in
/// order and without a gap, or refused; and it is inspected without changing it.
enum DamagedJournal {
    static func run(_ input: [UInt8]) {
        let written = WrittenJournal.shared
        let disk = MemoryDisk()
        for (file, bytes) in written.files { disk.replace(file, with: bytes) }
        var isSealed = false
        for first in stride(from: 0, to: min(input.count, 256), by: 8) {
            isSealed = damage(disk, Array(input[first..<min(first + 8, input.count)])) || isSealed
        }
        let before = disk.files
        let inspector = JournalInspector(disk: disk) { "type \($0)" }
        var lines = 0
        let isSound = try? inspector.verify { _ in lines += 1 }
        try? inspector.inspect(records: true) { _ in lines += 1 }
        promise(disk.files == before, "inspecting changes nothing")
        guard let first = open(disk) else { return }
        promise(lines > 0 || isSound == nil, "something is said")
        if !isSealed { check(first, written) }
        // What was recovered is recovered again, with what was appended since.
        guard let second = open(disk) else {
            preconditionFailure("what was opened is opened again")
        }
        promise(second.replayed == first.replayed + [mark], "records come back")
        promise(second.loaded == first.loaded, "and the snapshot")
    }

    private static let mark = WrittenJournal.Record(type: 9, payload: [1, 2, 3])

    private struct Opened {
        var loaded: [WrittenJournal.Record] = []
        var replayed: [WrittenJournal.Record] = []
    }

    /// Opens the journal and appends a record; nil when it is refused.
    private static func open(_ disk: MemoryDisk) -> Opened? {
        let journal = Journal(disk: disk, settings: WrittenJournal.settings)
        var opened = Opened()
        do throws(JournalError) {
            try journal.open(
                load: { opened.loaded.append(.init(type: $0, payload: $1.array)) },
                loaded: {},
                replay: { type, payload, _ in
                    opened.replayed.append(.init(type: type, payload: payload.array))
                })
        } catch {
            promise(!error.description.isEmpty, "a refusal has a reason")
            return nil
        }
        mark.payload.withByteView {
            _ = journal.append(type: mark.type, head: $0, body: ByteView())
        }
        do throws(JournalError) {
            try WrittenJournal.settle(journal)
        } catch {
            preconditionFailure("what was opened is written: \(error)")
        }
        return opened
    }

    private static func check(_ opened: Opened, _ written: WrittenJournal) {
        promise(opened.loaded == written.snapshot || opened.loaded.isEmpty, "a snapshot is whole")
        let count = opened.replayed.count
        let isRun = (0...written.appended.count).contains { start in
            start + count <= written.appended.count
                && Array(written.appended[start..<start + count]) == opened.replayed
        }
        promise(isRun, "records are those that were written, in order and without a gap")
    }

    /// Carries one piece of damage out; whether checksums were made to fit it.
    private static func damage(_ disk: MemoryDisk, _ bytes: [UInt8]) -> Bool {
        guard bytes.count == 8 else { return false }
        let files = disk.files.keys.sorted { $0.name < $1.name }
        guard !files.isEmpty else { return false }
        let file = files[Int(bytes[1]) % files.count]
        guard var content = disk.files[file] else { return false }
        let place = content.isEmpty ? 0 : (Int(bytes[2]) << 8 | Int(bytes[3])) % content.count
        let length = min(Int(bytes[4]) << 4 | Int(bytes[5]), content.count - place)
        switch bytes[0] % 7 {
        case 0: if !content.isEmpty { content[place] = bytes[6] }
        case 1: if !content.isEmpty { content[place] ^= 1 << (bytes[6] & 7) }
        case 2:
            for index in place..<place + length { content[index] = bytes[6] }
        case 3: content.removeLast(content.count - place)
        case 4: content += [UInt8](repeating: bytes[6], count: length)
        case 5:
            disk.replace(file, with: nil)
            return false
        default:
            seal(&content, at: place & ~7)
            disk.replace(file, with: content)
            return true
        }
        disk.replace(file, with: content)
        return false
    }

    /// Makes the checksum of the record at `offset` fit what stands there.
    private static func seal(_ bytes: inout [UInt8], at offset: Int) {
        guard offset + RecordHeader.byteCount <= bytes.count else { return }
        let payload = bytes[offset + 4..<offset + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let end = offset + RecordHeader.byteCount + payload
        guard end <= bytes.count else { return }
        let checksum = Array(bytes[offset + 4..<end]).withByteView { CRC32C.checksum($0) }
        for index in 0..<4 {
            bytes[offset + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index))
        }
    }
}
