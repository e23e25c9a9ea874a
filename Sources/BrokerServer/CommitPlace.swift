import BrokerJournal

/// Where a commit is carried out: on the loop's own thread while that is quick, else on the disk's.
///
/// Handing a commit to another thread and waiting for its answer costs more processor time than a
/// small commit itself, and no reply can leave before it is done. But a loop that waits for a slow
/// disk serves nobody, so while commits are slow on average they are made on the disk's thread. The
/// time that the loop waited for a processor does not count: another thread would wait as well.
struct CommitPlace {
    /// A commit of more bytes than this is not tried on the loop's thread.
    private static let largestByteCount = 1024 * 1024
    /// Commits that take longer on average are slow.
    static let slowNanoseconds: UInt64 = 2_000_000
    /// How much one commit may add to the average, so that a stall is forgotten again.
    private static let longestNanoseconds: UInt64 = 16_000_000
    /// How many commits the average goes over, about.
    private static let weight: UInt64 = 16
    /// How many commits go to the disk's thread before one is tried on the loop's again.
    private static let penalty = 256

    private let mayUseLoop: Bool
    private var average: UInt64 = 0
    private var commitsUntilRetry = 0

    /// - Parameter mayUseLoop: Whether the loop's thread is ever used.
    init(mayUseLoop: Bool) { self.mayUseLoop = mayUseLoop }

    /// Whether the next commit, of `byteCount` bytes, is to be carried out on the loop's thread.
    mutating func isOnLoop(byteCount: Int) -> Bool {
        guard mayUseLoop, byteCount <= CommitPlace.largestByteCount else { return false }
        guard commitsUntilRetry == 0 else {
            commitsUntilRetry -= 1
            return false
        }
        return true
    }

    /// Learns how long a commit on the loop's thread took the disk.
    mutating func took(nanoseconds: UInt64) {
        let counted = min(nanoseconds, CommitPlace.longestNanoseconds)
        average = (average * (CommitPlace.weight - 1) + counted) / CommitPlace.weight
        guard average > CommitPlace.slowNanoseconds else { return }
        commitsUntilRetry = CommitPlace.penalty
        // One more slow commit is enough after this, and one quick commit to stay.
        average = CommitPlace.slowNanoseconds
    }
}
