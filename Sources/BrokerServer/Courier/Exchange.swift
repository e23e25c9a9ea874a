/// A parcel on its way to an endpoint: one request, for which there is one answer.
struct Exchange {
    /// The parcel's.
    let number: UInt64
    /// Head and body.
    let request: [UInt8]
    let timeoutMilliseconds: UInt64
    /// When it got a connection; nil while it waits for its turn.
    private(set) var startedAt: UInt64?
    /// Whether a kept connection turned out to be dead and this is the second attempt.
    var isRepeated = false

    init(number: UInt64, request: [UInt8], timeoutMilliseconds: UInt64) {
        self.number = number
        self.request = request
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// Begins to count; a repeated exchange goes on counting.
    mutating func start(at now: UInt64) { startedAt = startedAt ?? now }

    /// When it has taken too long.
    var deadline: UInt64 {
        let (deadline, overflow) = (startedAt ?? 0).addingReportingOverflow(timeoutMilliseconds)
        return overflow ? .max : deadline
    }
}
