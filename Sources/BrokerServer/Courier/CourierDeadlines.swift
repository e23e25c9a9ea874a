import Bytes

/// When connections have to be looked at.
///
/// - Invariant: a connection whose deadline counts has an entry that is not later; the earliest one is
///   its `plannedDeadline`. When its deadline moves away, that is found when the entry surfaces, so
///   that a connection that is used often does not fill the heap.
final class CourierDeadlines {
    private let entries = OrderHeap()

    /// The earliest entry.
    var first: UInt64? { entries.first?.order }

    /// Sees to it that the connection is found in time.
    func plan(_ connection: CourierConnection) {
        guard connection.deadline < connection.plannedDeadline else { return }
        connection.plannedDeadline = connection.deadline
        entries.push(
            order: connection.deadline, slot: UInt32(truncatingIfNeeded: connection.number),
            stamp: UInt32(truncatingIfNeeded: connection.number >> 32))
    }

    /// The next of `connections` whose deadline has come. When there is none, the first entry is one
    /// that means something, so that the loop sleeps until then.
    func takeDue(at now: UInt64, from connections: [UInt64: CourierConnection])
        -> CourierConnection?
    {
        while let entry = entries.first {
            let number = UInt64(entry.stamp) << 32 | UInt64(entry.slot)
            // The connection has ended, or the entry was overtaken by an earlier one.
            guard let connection = connections[number], connection.plannedDeadline == entry.order
            else {
                _ = entries.pop()
                continue
            }
            guard entry.order <= now else { return nil }
            _ = entries.pop()
            connection.plannedDeadline = .max
            if connection.deadline <= now { return connection }
            plan(connection)
        }
        return nil
    }
}
