import Bytes

/// How many bytes of each journal segment belong to messages that are still queued.
///
/// `add` and `remove` are O(1); memory is eight bytes for each segment between the oldest and the
/// newest that hold a live message.
final class SegmentLedger {
    private let segmentByteCount: UInt64
    private var first: UInt64 = 0
    private var live: [UInt64] = []
    /// Bytes of all live records.
    private(set) var total: UInt64 = 0

    /// What the journal stores with each record, in bytes, rounded up.
    private static let overhead: UInt64 = 32

    init(segmentByteCount: UInt64) {
        precondition(segmentByteCount > 0, "a segment has room")
        self.segmentByteCount = segmentByteCount
    }

    func add(position: UInt64, length: UInt32) {
        let segment = position / segmentByteCount
        if live.isEmpty { first = segment }
        if segment < first {
            live.insert(contentsOf: repeatElement(0, count: Int(first - segment)), at: 0)
            first = segment
        }
        let index = Int(segment - first)
        while live.count <= index { live.append(0) }
        live[index] += UInt64(length) + Self.overhead
        total += UInt64(length) + Self.overhead
    }

    func remove(position: UInt64, length: UInt32) {
        let segment = position / segmentByteCount
        let bytes = UInt64(length) + Self.overhead
        precondition(segment >= first, "a live record's segment is in the ledger")
        let index = Int(segment - first)
        precondition(index < live.count && live[index] >= bytes, "what leaves was counted")
        live[index] -= bytes
        total -= bytes
        guard index == 0, live[0] == 0 else { return }
        let dead = live.firstIndex { $0 > 0 } ?? live.count
        live.removeFirst(dead)
        first += UInt64(dead)
    }

    /// Bytes of live records in segment `number`.
    func bytes(inSegment number: UInt64) -> UInt64 {
        guard number >= first, number - first < UInt64(live.count) else { return 0 }
        return live[Int(number - first)]
    }
}
