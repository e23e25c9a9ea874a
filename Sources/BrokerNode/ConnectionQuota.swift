import Synchronization

/// How many connections all loops have together: the limit on them is one for the node, because
/// the kernel spreads clients over the loops as it likes.
public final class ConnectionQuota: Sendable {
    private let count = Atomic<Int>(0)

    /// Nobody is connected.
    public init() {}

    /// Counts a connection in; returns how many there are now.
    func enter() -> Int { count.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Counts a connection out.
    func leave() {
        let left = count.wrappingSubtract(1, ordering: .relaxed).newValue
        precondition(left >= 0, "whoever leaves has entered")
    }
}
