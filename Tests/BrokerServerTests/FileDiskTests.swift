import BrokerJournal
import Testing

@testable import BrokerServer

/// Memory for disk operations that holds text.
private final class Memory {
    let memory: DiskMemory

    init(_ bytes: [UInt8]) {
        let start = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 4096)
        unsafe start.copyMemory(from: bytes, byteCount: bytes.count)
        memory = unsafe DiskMemory(start: start, byteCount: bytes.count)
    }

    deinit { unsafe memory.start.deallocate() }

    var bytes: [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: memory.start, count: memory.byteCount))
    }
}

@Suite struct FileDiskTests {
    private let segment = DiskFile(.segment, number: 1)

    @Test func whatIsWrittenIsReadAgain() throws {
        let place = try TemporaryDirectory()
        let disk = try FileDisk(directory: place.directory, wake: Wake())
        defer { disk.close() }
        #expect(try disk.perform(.create(segment, byteCount: 8192)) == 0)
        let written = Memory(Array("hello".utf8))
        _ = try disk.perform(.write(segment, offset: 4096, from: written.memory, sync: true))
        let read = Memory([UInt8](repeating: 7, count: 6))
        #expect(try disk.perform(.read(segment, offset: 4096, into: read.memory)) == 6)
        #expect(read.bytes == Array("hello\0".utf8))
        #expect(try disk.list() == [DiskEntry(file: segment, byteCount: 8192)])
    }

    @Test func aReadEndsWhereTheFileEnds() throws {
        let place = try TemporaryDirectory()
        let disk = try FileDisk(directory: place.directory, wake: Wake())
        defer { disk.close() }
        _ = try disk.perform(.create(segment, byteCount: 100))
        let read = Memory([UInt8](repeating: 7, count: 64))
        #expect(try disk.perform(.read(segment, offset: 90, into: read.memory)) == 10)
        #expect(try disk.perform(.read(segment, offset: 100, into: read.memory)) == 0)
    }

    @Test func completionsOfALaneComeInOrder() throws {
        let place = try TemporaryDirectory()
        let disk = try FileDisk(directory: place.directory, wake: Wake())
        defer { disk.close() }
        let written = Memory([UInt8](repeating: 1, count: 4096))
        disk.submit(.create(segment, byteCount: 1 << 20), lane: .commit, ticket: 1)
        for ticket in 2...50 as ClosedRange<UInt64> {
            disk.submit(
                .write(segment, offset: ticket * 4096, from: written.memory, sync: ticket == 50),
                lane: .commit, ticket: ticket)
        }
        var tickets: [UInt64] = []
        while tickets.count < 50 {
            disk.awaitCompletion()
            disk.takeCompletions { completion in
                #expect(completion.result == .success(0))
                tickets.append(completion.ticket)
            }
        }
        #expect(tickets == Array(1...50))
    }

    @Test func aRenamedFileIsFoundUnderItsNewNameInEveryLane() throws {
        let place = try TemporaryDirectory()
        let disk = try FileDisk(directory: place.directory, wake: Wake())
        defer { disk.close() }
        // Segments and snapshots may want whole pages; drafts take any bytes.
        let file = DiskFile(.snapshotDraft, number: 1)
        let renamed = DiskFile(.snapshotDraft, number: 2)
        let written = Memory(Array("one".utf8))
        let read = Memory([0, 0, 0])
        let steps: [(DiskOperation, DiskLane)] = [
            (.create(file, byteCount: 4096), .background),
            (.write(file, offset: 0, from: written.memory, sync: true), .commit),
            (.read(file, offset: 0, into: read.memory), .read),
            (.rename(file, to: renamed), .background),
            (.read(renamed, offset: 0, into: read.memory), .read),
            (.remove(renamed), .background),
            (.read(renamed, offset: 0, into: read.memory), .read),
        ]
        var results: [Result<Int, DiskError>] = []
        for (operation, lane) in steps {
            disk.submit(operation, lane: lane, ticket: 0)
            disk.awaitCompletion()
            disk.takeCompletions { results.append($0.result) }
        }
        #expect(
            results.prefix(6) == [
                .success(0), .success(0), .success(3), .success(0),
                .success(3), .success(0),
            ])
        #expect(results.last == .failure(DiskError(verb: "read", file: renamed.name, code: 2)))
        #expect(read.bytes == Array("one".utf8))
    }

    @Test func aSnapshotIsReadToItsEndInWholePages() throws {
        let place = try TemporaryDirectory()
        let disk = try FileDisk(directory: place.directory, wake: Wake())
        defer { disk.close() }
        let draft = DiskFile(.snapshotDraft, number: 1)
        let snapshot = DiskFile(.snapshot, number: 1)
        let written = Memory((0..<5000).map { UInt8(truncatingIfNeeded: $0 / 7) })
        _ = try disk.perform(.create(draft, byteCount: 0))
        _ = try disk.perform(.write(draft, offset: 0, from: written.memory, sync: true))
        _ = try disk.perform(.rename(draft, to: snapshot))
        let read = Memory([UInt8](repeating: 0xFF, count: 12_288))
        #expect(try disk.perform(.read(snapshot, offset: 0, into: read.memory)) == 5000)
        #expect(read.bytes.prefix(5000) == written.bytes[...])
        #expect(try disk.perform(.read(snapshot, offset: 4096, into: read.memory)) == 904)
        #expect(read.bytes.prefix(904) == written.bytes[4096...])
    }

    @Test func aDataDirectoryHasOneOwner() throws {
        let place = try TemporaryDirectory()
        let first = try DataDirectory(path: place.directory.path)
        #expect(throws: OptionProblem.self) { try DataDirectory(path: place.directory.path) }
        _ = first
    }
}
