/// A place in the journal: how many bytes were appended before it since the journal began.
///
/// Positions only grow. They are shared by the broker, which remembers where a body stands, and by
/// the journal, which knows how to fetch it.
public struct JournalPosition: Comparable, Hashable, Sendable {
    /// Bytes from the beginning of the journal.
    public var offset: UInt64

    /// The position `offset` bytes after the beginning.
    public init(offset: UInt64) { self.offset = offset }

    /// The beginning of the journal.
    public static let start = JournalPosition(offset: 0)

    /// Whether `left` stands before `right`.
    public static func < (left: JournalPosition, right: JournalPosition) -> Bool {
        left.offset < right.offset
    }
}
