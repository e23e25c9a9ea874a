/// What a submitted operation was for, packed into the number that comes back with its completion.
struct Ticket {
    /// The part of the journal that waits for the completion.
    enum Purpose: UInt8 {
        case commit
        case preparation
        case snapshotData
        case snapshotRename
        case removal
        case window
        case compaction
    }

    var purpose: Purpose
    /// Which of several: the window's number.
    var detail: UInt32 = 0

    /// A ticket for `purpose`.
    init(_ purpose: Purpose, detail: UInt32 = 0) {
        self.purpose = purpose
        self.detail = detail
    }

    /// The ticket behind a completion's number.
    init(number: UInt64) {
        guard let purpose = Purpose(rawValue: UInt8(number >> 32)) else {
            preconditionFailure("a disk completes what was submitted")
        }
        self.purpose = purpose
        detail = UInt32(truncatingIfNeeded: number)
    }

    /// The number that travels through the disk.
    var number: UInt64 { UInt64(purpose.rawValue) << 32 | UInt64(detail) }
}
