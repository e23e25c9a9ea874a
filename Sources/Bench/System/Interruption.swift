import Glibc
import Synchronization

/// Whether somebody wants this program to end: the first SIGINT or SIGTERM ends what is measured, so
/// that what is known is told and servers are stopped; the second ends the program at once.
enum Interruption {
    private static let requested = Atomic(false)

    /// From now on the two signals are taken.
    static func beginWatching() {
        // The handler must not be the first to touch it.
        requested.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                if Interruption.requested.exchange(true, ordering: .relaxed) { _exit(130) }
            }
        }
    }

    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Throws when it was asked to end.
    static func check() throws(BenchError) {
        if isRequested { throw BenchError("interrupted") }
    }
}
