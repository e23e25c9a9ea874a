import BrokerJournal

/// A disk in memory whose operations on chosen lanes complete when the test says so.
final class HeldDisk: Disk {
    private let files = MemoryDisk()
    private var held: [(operation: DiskOperation, ticket: UInt64)] = []
    private var failures: [DiskCompletion] = []
    /// The lanes whose operations wait.
    var heldLanes: Set<DiskLane> = []
    /// Operations are refused instead of carried out.
    var fails = false

    /// How many operations wait.
    var heldCount: Int { held.count }

    /// Carries out what waits.
    func release() {
        let operations = held
        held = []
        for (operation, ticket) in operations { finish(operation, ticket) }
    }

    private func finish(_ operation: DiskOperation, _ ticket: UInt64) {
        guard fails else { return files.submit(operation, lane: .commit, ticket: ticket) }
        let error = DiskError(verb: "write", file: "segment", code: 5)
        failures.append(DiskCompletion(ticket: ticket, result: .failure(error)))
    }

    func list() -> [DiskEntry] { files.list() }

    func perform(_ operation: DiskOperation) throws(DiskError) -> Int {
        try files.perform(operation)
    }

    func submit(_ operation: DiskOperation, lane: DiskLane, ticket: UInt64) {
        if heldLanes.contains(lane) {
            held.append((operation, ticket))
        } else {
            finish(operation, ticket)
        }
    }

    func takeCompletions(_ body: (DiskCompletion) -> Void) {
        files.takeCompletions(body)
        let taken = failures
        failures = []
        for completion in taken { body(completion) }
    }

    func awaitCompletion() { release() }

    func close() { files.close() }
}
