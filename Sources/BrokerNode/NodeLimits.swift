/// The bounds of connections, each with its reason.
public struct NodeLimits: Sendable {
    /// Connections served at once by all loops; further ones are answered 503.
    public var connections = 20_000
    /// Connections kept a moment longer to read their 503; beyond, they are closed without.
    public var refusedConnections = 256
    /// Requests of one connection in one tick, so that a pipelining client does not starve others.
    public var pipelinedRequests = 64
    /// Requests that one loop hands to the shard in one tick, and that the shard performs in one:
    /// some three microseconds each, and what takes longer counts as several (`RequestWeight`) …
    public var requestsPerTick = 256
    /// … and the bytes they came as, more or less: some two milliseconds of work. The next ones are
    /// taken in the next tick, first those that waited.
    public var requestBytesPerTick = 1 << 20
    /// Longer requests are not decoded in the turn that read their end …
    public var quickRequestBytes = 256 << 10
    /// … and sends with a longer body, or more attributes, have their digests computed over several
    /// ticks, …
    public var quickBodyBytes = 64 << 10
    /// … this much of each of sixteen texts at a time: a quarter of a millisecond for one alone. A
    /// multiple of 64.
    public var digestedBytesPerTick = 128 << 10
    /// So much of a signed body is digested in one turn: a quarter of a millisecond.
    public var signedBytesPerTurn = 256 << 10
    /// Reads of one connection before the others get their turn: enough to see a buffer grow from
    /// its first size to that of the largest request.
    public var readsPerTurn = 8
    /// Bytes of one connection that are read before the others get their turn: a third of a
    /// millisecond, because most go to pages that are touched for the first time.
    public var readBytesPerTurn = 512 << 10
    /// Bytes that one loop reads and decodes before it serves what came: half a millisecond of
    /// copying.
    public var readBytesPerTick = 1 << 20
    /// An idle connection is closed after this long; longer than the pools of the AWS SDKs (60 s),
    /// so that the client closes first.
    public var idleMilliseconds: UInt64 = 75_000
    /// Connections looked after in one turn because they have waited for something long: closing one
    /// takes some twenty microseconds.
    public var expiredPerTurn = 16
    /// A request must have arrived whole this long after its first byte …
    public var requestMilliseconds: UInt64 = 30_000
    /// … plus one second for each so many bytes received: 16 KiB/s is a slow line, not a trickle.
    public var requestBytesPerSecond: UInt64 = 16 * 1024
    /// A client that takes none of its answer for this long is closed.
    public var stuckWriteMilliseconds: UInt64 = 30_000
    /// How long a closing connection goes on reading, so that its client sees the last answer.
    public var lingerMilliseconds: UInt64 = 2_000
    /// A connection's first receive buffer, and what an idle one keeps at most: with the objects
    /// of the connection, 10,000 idle long polls stay below 8 KiB each.
    public var idleReceiveBytes = 4 * 1024
    /// A receive buffer larger than this goes as soon as its request has been performed.
    public var busyReceiveBytes = 128 * 1024

    /// The limits of the server.
    public init() {}
}
