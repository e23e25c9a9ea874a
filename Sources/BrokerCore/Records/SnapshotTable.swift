/// The tables of a snapshot in the order in which their pages are written, with their numbers.
///
/// Number 0 is that of messages in snapshots of format 1; see `EarlierMessages`.
enum SnapshotTable: UInt8 {
    case deliveries = 1
    case groups = 2
    case deduplications = 3
    case attempts = 4
    case publications = 5
    case owed = 6
    case messages = 7

    static let first: SnapshotTable? = .deliveries

    /// The table behind this one; nil behind the last.
    var next: SnapshotTable? { SnapshotTable(rawValue: rawValue + 1) }
}
