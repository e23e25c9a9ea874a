/// A message move task as its client knows it.
final class SimulatedMove {
    enum Status: String {
        case running = "RUNNING"
        case completed = "COMPLETED"
        case cancelled = "CANCELLED"
        case failed = "FAILED"
    }

    let source: SimulatedQueue
    /// Nil when each message goes back to where it came from.
    let destination: SimulatedQueue?
    /// Messages a second.
    let rate: Int?
    /// When it was first asked for; later than now while it was not.
    var began = UInt64.max
    /// When an answer said that it runs.
    var answered: UInt64?
    /// When the last attempt to start it ended without an answer.
    var lost: UInt64?
    /// After this time it moves nothing more.
    var ended = UInt64.max
    var handle: String?
    /// What was last listed of it.
    var status: Status?
    var movedCount = 0
    /// Whether a client was told that it is cancelled.
    var isCancelled = false

    init(from source: SimulatedQueue, to destination: SimulatedQueue?, rate: Int?) {
        self.source = source
        self.destination = destination
        self.rate = rate
    }

    /// In few words, for the transcript.
    var description: String {
        "from \(source.name) to \(destination?.name ?? "its sources") at \(rate ?? 0)/s"
    }
}
