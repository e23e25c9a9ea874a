import Bytes
import Testing

@testable import BrokerCore

/// Snapshots of format 1, in which a message's slot has 64 bytes. Server tests read directories that
/// a program of that format has left; here today's snapshots are written as they were then.
@Suite struct EarlierSnapshotTests {
    @Test(arguments: 300..<308 as Range<UInt64>)
    func aBrokerFromAnEarlierSnapshotBehavesLikeTheOneThatWroteIt(seed: UInt64) throws {
        let one = try Wanderer(seed: seed)
        one.wander(steps: 200)
        one.wanderThroughSnapshot()
        let records = try #require(one.world.snapshot?.records)
        one.world.snapshot?.records = records.map(Self.earlier)
        let other = try Wanderer(besides: one)
        #expect(InvariantChecker.faults(of: other.world.broker).isEmpty)
        let start = one.log.count
        one.wander(steps: 250)
        other.wander(steps: 250)
        #expect(Array(one.log[start...]) == other.log)
        #expect(InvariantChecker.faults(of: other.world.broker).isEmpty)
    }

    @Test func everyFieldOfAMessageIsTakenOver() throws {
        let bytes = (0..<64).map { UInt8($0 + 1) }
        var slot = bytes
        slot.replaceSubrange(16..<28, with: [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 0])
        slot.replaceSubrange(60..<64, with: [3, 0x1F, 0x34, 0x12])
        let page = try EarlierMessages.converted(view(slot))
        #expect(page.count == MemoryLayout<MessageSlot>.stride)
        #expect(Array(page[0..<16]) == Array(bytes[0..<16]))
        #expect(Array(page[16..<28]) == [0x34, 0x12, 1, 2, 3, 4, 5, 6, 0x7F, 7, 8, 9])
        #expect(Array(page[28..<44]) == Array(bytes[28..<44]))
        #expect(Array(page[44..<56]) == Array(bytes[48..<60]))
    }

    @Test(arguments: [(60, 4), (61, 0x20), (27, 1), (22, 1)] as [(Int, UInt8)])
    func aFieldOutOfItsBoundsIsRefused(place: Int, value: UInt8) throws {
        var slot = [UInt8](repeating: 0, count: 64)
        _ = try EarlierMessages.converted(view(slot))
        slot[place] = value
        #expect(throws: RecordError.self) { try EarlierMessages.converted(view(slot)) }
    }

    @Test func aPageOfPartsOfMessagesIsRefused() {
        #expect(throws: RecordError.self) {
            try EarlierMessages.converted(view([UInt8](repeating: 0, count: 63)))
        }
    }

    // MARK: Writing the earlier form

    private let arena = ByteArena()

    private func view(_ bytes: [UInt8]) -> ByteView { arena.view(bytes) }

    /// A record of a snapshot as format 1 has it: see protocol-docs/record-payloads.md.
    private static func earlier(
        _ record: (type: UInt8, payload: [UInt8])
    ) -> (type: UInt8, payload: [UInt8]) {
        guard record.type == RecordType.snapshotPage.rawValue, record.payload[0] == 7 else {
            return record
        }
        // Behind the number of the table stands that of the page.
        var payload = [0] + record.payload[1..<5]
        var rest = record.payload[5...]
        while !rest.isEmpty {
            payload += earlier(slot: Array(rest.prefix(56)))
            rest = rest.dropFirst(56)
        }
        return (record.type, payload)
    }

    private static func earlier(slot: [UInt8]) -> [UInt8] {
        let state = slot[24]
        var bytes = Array(slot[0..<16])
        bytes += slot[18..<24] + [0, 0]
        bytes += slot[25..<28] + [0]
        bytes += slot[28..<44]
        // The backlog: nobody reads it.
        bytes += [0xFF, 0xFF, 0xFF, 0xFF]
        bytes += slot[44..<56]
        bytes += [state & 3, state >> 2] + slot[16..<18]
        return bytes
    }
}
