import BrokerCore
import BrokerJournal

/// What the journal needs beside commits, in steps small enough for a tick: snapshots, and
/// giving back segments that hold little or nothing live.
struct Upkeep {
    /// Bytes of a snapshot written in one tick: about 0.1 ms of copying and checksums.
    private static let snapshotBytesPerTick = 256 * 1024
    /// How often dead space is looked for.
    private static let reclaimMilliseconds: UInt64 = 20

    private var isWritingSnapshot = false
    private var nextReclaim: UInt64 = 0

    /// Does the next steps.
    mutating func step(_ broker: inout Broker, _ journal: Journal, at now: Moment) {
        if !isWritingSnapshot && journal.wantsSnapshot {
            isWritingSnapshot = true
            journal.beginSnapshot()
            broker.beginSnapshot()
        }
        if isWritingSnapshot && journal.acceptsSnapshotRecords {
            let isComplete = broker.continueSnapshot(upTo: Upkeep.snapshotBytesPerTick) {
                journal.appendSnapshot(type: $0, payload: $1)
            }
            if isComplete {
                journal.endSnapshot()
                isWritingSnapshot = false
            }
        }
        guard now.instant.milliseconds >= nextReclaim else { return }
        nextReclaim = now.instant.milliseconds + Upkeep.reclaimMilliseconds
        journal.reclaim { broker.liveByteCount(inSegment: $0) }
        journal.compact(liveByteCount: { broker.liveByteCount(inSegment: $0) }) {
            type, payload, position in
            broker.relocate(type: type, payload: payload, from: position, at: now, into: journal)
        }
    }

    /// When there is more to do although nothing happens, in milliseconds; nil when nothing waits.
    func nextDeadline(at now: Moment, _ journal: Journal) -> UInt64? {
        isWritingSnapshot ? now.instant.milliseconds + 1 : nil
    }
}
