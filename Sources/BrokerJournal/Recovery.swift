import Bytes

/// What recovery does where the readable part of the journal ends: a table, decided here and
/// nowhere else. Rows are numbered as in protocol-docs/journal-format.md.
///
///     | row | a batch was cut short | a later batch of this or a later epoch | decision  |
///     |  A  | no                    | none                                   | end       |
///     |  B  | yes                   | none                                   | torn tail |
///     |  C  | no                    | begins the next segment, follows on    | continue  |
///     |  D  | yes                   | begins the next segment, follows on,   | continue  |
///     |     |                       | in a later epoch                       |           |
///     |  E  | no or yes             | any other                              | damage    |
enum RecoveryDecision: Hashable {
    /// A: everything that was written can be read.
    case end
    /// B: the last batch never became durable as a whole; its whole records are kept.
    case tornTail
    /// C, D: the next segment goes on.
    case continueInNextSegment
    /// E: something durable is missing.
    case damage

    /// What stands at the front of the next segment.
    struct NextSegment: Hashable {
        var previousEnd: UInt64
        var epoch: UInt32
    }

    /// The table's row for an end at position `end` of a batch of `epoch`. `hasStrayBatch` searches
    /// everything behind `end`, and is asked only when it matters.
    init(
        end: UInt64, epoch: UInt32, isCutShort: Bool, next: NextSegment?,
        hasStrayBatch: () throws(JournalError) -> Bool
    ) throws(JournalError) {
        if let next, next.previousEnd == end,
            isCutShort ? next.epoch > epoch : next.epoch >= epoch
        {
            self = .continueInNextSegment
        } else if try hasStrayBatch() {
            self = .damage
        } else {
            self = isCutShort ? .tornTail : .end
        }
    }
}
