import Bytes

/// Holds replies until the journal has made durable what they tell of.
///
/// Replies to reads and refusals wait too, behind what was changed before them: a client must not
/// learn of a change that a crash could still take back.
///
/// - Invariant: The positions in `waiting` never decrease.
struct ReplyGate {
    private struct Waiting {
        var position: JournalPosition
        var batch: ReplyBatch
    }

    private var waiting: [Waiting] = []
    private var first = 0

    /// How many batches wait.
    var count: Int { waiting.count - first }

    /// Closes the gate behind `batch` until the journal is durable up to `position`.
    mutating func hold(_ batch: ReplyBatch, until position: JournalPosition) {
        if let last = waiting.last, count > 0 {
            precondition(position >= last.position, "the journal only grows")
        }
        waiting.append(Waiting(position: position, batch: batch))
    }

    /// The next batch that may leave when the journal is durable up to `position`; nil when the
    /// first one still has to wait.
    mutating func release(durable position: JournalPosition) -> ReplyBatch? {
        // Positions only grow, so the first waiting batch is always the first to leave.
        guard first < waiting.count, waiting[first].position <= position else { return nil }
        defer {
            first += 1
            if first == waiting.count {
                waiting.removeAll(keepingCapacity: true)
                first = 0
            }
        }
        return waiting[first].batch
    }
}
