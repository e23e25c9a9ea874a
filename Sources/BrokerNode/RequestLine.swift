import Bytes

/// Requests on their way to the shard: one batch of a loop after the other, in the order in which
/// they came.
///
/// Several loops hand over more than one tick has time for; what is too much waits for the next tick.
public struct RequestLine {
    private let limits: NodeLimits
    private var waiting = Line<CommandBatch>()

    /// An empty line.
    public init(_ limits: NodeLimits) { self.limits = limits }

    /// Whether nothing waits.
    public var isEmpty: Bool { waiting.isEmpty }

    /// Puts a batch at the end.
    public mutating func append(_ batch: CommandBatch) { waiting.append(batch) }

    /// Moves what the next tick has time for to the end of `batches`: the first batch, and of those
    /// behind it as many as one loop may gather in a tick.
    public mutating func takeTurn(into batches: inout [CommandBatch]) {
        var isFirst = true
        var weight = 0
        var byteCount = 0
        while let batch = waiting.first {
            weight += batch.weight
            byteCount += batch.performedByteCount
            let fits = weight <= limits.requestsPerTick && byteCount <= limits.requestBytesPerTick
            guard isFirst || fits else { return }
            isFirst = false
            batches.append(waiting.removeFirst())
        }
    }
}
