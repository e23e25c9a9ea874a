import Bytes

/// One scheme, host and port: its connections, and the exchanges that wait for one of them.
///
/// - Invariant: `idle` are those of `connections` that have no exchange, the latest last.
final class CourierEndpoint {
    let address: WebAddress.Endpoint
    var waiting = Line<Exchange>()
    /// Whether it stands in the courier's line of endpoints that can begin an exchange.
    var isInLine = false
    private(set) var connections: [CourierConnection] = []
    private(set) var idle: [CourierConnection] = []

    init(_ address: WebAddress.Endpoint) { self.address = address }

    /// Whether it can be forgotten.
    var isUnused: Bool { connections.isEmpty && waiting.isEmpty && !isInLine }

    func add(_ connection: CourierConnection) { connections.append(connection) }

    func remove(_ connection: CourierConnection) {
        connections.removeAll { $0 === connection }
        idle.removeAll { $0 === connection }
    }

    /// Notes that a connection has nothing to do.
    func rest(_ connection: CourierConnection) { idle.append(connection) }

    /// The connection that was used last, for another exchange. Those used before it grow old and are
    /// closed when fewer are enough.
    func takeIdle() -> CourierConnection? { idle.popLast() }
}
