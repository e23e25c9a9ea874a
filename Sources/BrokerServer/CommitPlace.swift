import BrokerJournal

/// Where a commit is carried out: on the loop's own thread while that is quick, else on the disk's.
///
/// Handing a commit to another thread and waiting for its answer costs more processor time than a
/// small commit itself, and no reply can leave before it is done. But a loop that waits for a slow
/// disk serves nobody, so one slow commit sends the next ones to the disk's thread.
struct CommitPlace {
    /// A commit of more bytes than this is not tried on the loop's thread.
    private static let largestByteCount = 512 * 1024
    /// A commit that took longer was slow.
    private static let slowNanoseconds: UInt64 = 1_000_000
    /// How many commits go to the disk's thread after a slow one.
    private static let penalty = 256

    private let mayUseLoop: Bool
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

    /// Learns how long a commit on the loop's thread took.
    mutating func took(nanoseconds: UInt64) {
        if nanoseconds > CommitPlace.slowNanoseconds { commitsUntilRetry = CommitPlace.penalty }
    }
}
