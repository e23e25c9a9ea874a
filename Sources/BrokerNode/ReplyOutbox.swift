import BrokerJournal
import Bytes

/// Gathers the replies of a tick, one batch for each loop, and reuses batches.
///
/// Replies to a connection are held back while publishes or resets of it are unfinished, and those to
/// what it asked behind them too, so that they leave in order.
struct ReplyOutbox {
    private struct Held {
        var unfinished: Int
        let replies: ReplyBatch
    }

    private var open: [ReplyBatch]
    private var spare: [ReplyBatch] = []
    private var held: [ConnectionToken: Held] = [:]

    /// Whether replies are held back.
    var isHolding: Bool { !held.isEmpty }

    /// An outbox for replies to `loopCount` loops.
    init(loopCount: Int) { open = (0..<loopCount).map { ReplyBatch(loop: $0) } }

    /// Adds a reply to `connection` that `encode` writes.
    func reply(to connection: ConnectionToken, _ encode: (inout ByteWriter) -> Void) {
        if !held.isEmpty, let held = held[connection] {
            return held.replies.append(to: connection, encode)
        }
        open[connection.loop].append(to: connection, encode)
    }

    /// Adds a part of a reply to `connection`, the last one when `isComplete`.
    func append(_ part: ByteView, to connection: ConnectionToken, isComplete: Bool) {
        let batch = held[connection]?.replies ?? open[connection.loop]
        batch.append(to: connection, isComplete: isComplete) { $0.append(part) }
    }

    /// Holds the replies to `connection` back until so many things more are finished.
    mutating func hold(_ connection: ConnectionToken, unfinished count: Int) {
        let none = ReplyBatch(loop: connection.loop, byteCount: 512)
        held[connection, default: Held(unfinished: 0, replies: none)].unfinished += count
    }

    /// A publish or reset of `connection` is finished.
    mutating func finish(of connection: ConnectionToken) {
        guard var waiting = held[connection] else {
            preconditionFailure("what is finished was unfinished")
        }
        waiting.unfinished -= 1
        held[connection] = waiting.unfinished == 0 ? nil : waiting
        if waiting.unfinished == 0 { open[connection.loop].append(waiting.replies) }
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
