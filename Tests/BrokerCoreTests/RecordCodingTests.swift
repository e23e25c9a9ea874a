import Bytes
import Testing

@testable import BrokerCore

/// Parts of records that no broker wrote.
@Suite struct RecordCodingTests {
    @Test func aMoveTaskThatCountsMoreThanThereCanBeIsRefused() throws {
        let task = MoveTask(
            number: 1, id: MessageID(high: 1, low: 2),
            source: QueueIdentity(account: .anonymous, region: "us-east-1", name: "q"),
            destination: nil, rate: nil, startedAt: Timestamp(milliseconds: 2),
            startInstant: Instant(milliseconds: 1), toMoveCount: 0x1122_3344_5566_7788,
            failureReason: nil)
        var writer = ByteWriter()
        task.encode(to: &writer)
        var bytes = writer.array
        let high = try #require(bytes.firstIndex(of: 0x11))
        bytes[high] = 0xFF
        bytes.withByteView { view in
            var reader = ByteReader(view)
            #expect(throws: RecordError.self) { try MoveTask(decoding: &reader) }
        }
    }
}
