/// The bounds of the courier.
enum CourierLimits {
    /// Connections to one endpoint, and so exchanges with it at the same time.
    static let connectionsPerEndpoint = 8
    /// Connections to all endpoints together, where the process may have that many.
    static let connections = 1_024
    /// Parcels that wait for their turn at one endpoint; more than the outbox has on the way.
    static let waitingPerEndpoint = 10_000
    /// Bytes of all requests that wait: more than the outbox's messages come to when every one is
    /// escaped within JSON, so that this is only met when something else is wrong.
    static let waitingBytes = 512 << 20
    /// How long finding, reaching and trusting an endpoint may take, in milliseconds.
    static let connectMilliseconds: UInt64 = 5_000
    /// How long a connection is kept that has nothing to do.
    static let idleMilliseconds: UInt64 = 10_000
    /// Exchanges begun in one turn of the loop, so that clients get theirs.
    static let startsPerTurn = 64
    /// URLs whose parts are remembered.
    static let rememberedURLs = 4_096

    /// Bytes of a response's head, with the heads of interim responses before it.
    static let headBytes = 16 << 10
    /// Bytes of a response's body that are handed on.
    static let bodyBytes = 4 << 10
    /// Bytes of a response's body that are read so that the connection can be kept.
    static let drainedBytes = 64 << 10
    /// Bytes of a line between chunks.
    static let chunkLineBytes = 1 << 10

    /// Mail commands that run at the same time.
    static let mailCommands = 4
    /// Threads that look names up.
    static let lookupThreads = 8
    /// Names whose addresses are remembered.
    static let rememberedNames = 1_024
    /// Addresses of one name that are tried.
    static let addressesPerName = 8
    /// How long addresses of a name are used.
    static let nameMilliseconds: UInt64 = 30_000
    /// How long a name that has no address is not looked up again.
    static let missingNameMilliseconds: UInt64 = 1_000
}
