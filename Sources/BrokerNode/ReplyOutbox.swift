import BrokerJournal
import Bytes

/// Gathers the replies of a tick, one batch for each loop, and reuses batches.
struct ReplyOutbox {
    private var open: [ReplyBatch]
    private var spare: [ReplyBatch] = []

    /// An outbox for replies to `loopCount` loops.
    init(loopCount: Int) { open = (0..<loopCount).map(ReplyBatch.init(loop:)) }

    /// Adds a reply to `connection` that `encode` writes.
    func reply(to connection: ConnectionToken, _ encode: (inout ByteWriter) -> Void) {
        open[connection.loop].append(to: connection, encode)
    }

    /// Puts the replies of the tick behind the gate until the journal is durable up to `position`.
    mutating func close(behind gate: inout ReplyGate, at position: JournalPosition) {
        for loop in open.indices where !open[loop].isEmpty {
            gate.hold(open[loop], until: position)
            open[loop] = spare.popLast() ?? ReplyBatch(loop: loop)
            open[loop].loop = loop
        }
    }

    /// Takes a batch back that has been written.
    mutating func recycle(_ batch: ReplyBatch) {
        guard spare.count < 16 else { return }
        batch.removeAll()
        spare.append(batch)
    }
}
