import BrokerProtocol
import Bytes

/// The connections of one loop: events in, commands out; replies in, bytes out.
public final class ConnectionTable {
    private struct Slot {
        var generation: UInt32 = 0
        var connection: Connection?
    }

    private let loop: Int
    private let limits: NodeLimits
    private let httpLimits: HTTPLimits
    private var door: RequestDoor
    private var slots: [Slot] = []
    private var freeSlots: [Int] = []
    private var queue: [Connection] = []
    private let timers: TimingWheel
    private var requestIDs: RequestIDs
    private let quota: ConnectionQuota
    private var isStopping = false
    /// Bytes read in this turn.
    private var readByteCount = 0

    /// How many connections there are.
    public private(set) var count = 0

    /// The requests gathered since the last tick.
    public private(set) var batch = CommandBatch()

    /// A table without connections.
    ///
    /// - Parameters:
    ///   - quota: Counts the connections of all loops.
    ///   - now: A monotonic clock in milliseconds, as in all calls.
    public init(
        loop: Int, limits: NodeLimits, httpLimits: HTTPLimits = HTTPLimits(), door: RequestDoor,
        requestIDs: RequestIDs, quota: ConnectionQuota = ConnectionQuota(), now: UInt64
    ) {
        self.loop = loop
        self.quota = quota
        self.limits = limits
        self.httpLimits = httpLimits
        self.door = door
        self.requestIDs = requestIDs
        timers = TimingWheel(startingAt: now)
    }

    /// The wall clock in milliseconds since 1970, which signatures are compared with.
    public var wallClock: UInt64 {
        get { door.wallClock }
        set { door.wallClock = newValue }
    }

    /// Whether something waits for the next tick without an event.
    public var hasWork: Bool { !queue.isEmpty || !batch.isEmpty }

    /// When `expire` has to be called again; may be too early, never too late.
    public var nextDeadline: UInt64? { timers.nextDeadline }

    /// The bytes of the buffers of all connections.
    var heldByteCount: Int {
        slots.reduce(0) { $0 + ($1.connection?.heldByteCount ?? 0) }
    }

    // MARK: Coming and going

    /// The token that the next connection gets; its wire reports events under it.
    public var nextToken: ConnectionToken {
        let slot = freeSlots.last ?? slots.count
        let generation = slot < slots.count ? slots[slot].generation &+ 1 : 1
        return ConnectionToken(loop: loop, slot: slot, generation: generation)
    }

    /// Takes a new connection in, as `nextToken` announced it.
    public func open(_ wire: any Wire, as token: ConnectionToken, at now: UInt64) {
        precondition(token == nextToken, "a connection comes in as announced")
        if freeSlots.popLast() == nil { slots.append(Slot()) }
        let connection = Connection(
            token: token, wire: wire, httpLimits: httpLimits, limits: limits,
            digestsBodies: door.checksSignatures, now: now)
        connection.timer = timers.schedule(at: now + limits.idleMilliseconds, payload: token.bits)
        slots[token.slot] = Slot(generation: token.generation, connection: connection)
        count += 1
        let total = quota.enter()
        guard total > limits.connections || isStopping else { return }
        if total > limits.connections + limits.refusedConnections {
            connection.close()
        } else {
            refuse(connection, HTTPRefusal(.serviceUnavailable, "Too many connections."), at: now)
        }
        lookAfter(connection, at: now)
    }

    private func connection(_ token: ConnectionToken) -> Connection? {
        guard token.slot < slots.count, slots[token.slot].generation == token.generation
        else { return nil }
        return slots[token.slot].connection
    }

    /// Looks after a connection whose state may have changed: its end, its turn, its time.
    private func lookAfter(_ connection: Connection, at now: UInt64) {
        if connection.phase == .closed { return remove(connection) }
        if connection.hasWork && !connection.isQueued {
            connection.isQueued = true
            queue.append(connection)
        }
        if case .later(let instant) = connection.timeLimit(at: now),
            instant < timers.deadline(of: connection.timer)
        {
            timers.reschedule(connection.timer, at: instant)
        }
    }

    private func removeIfClosed(_ connection: Connection) {
        if connection.phase == .closed { remove(connection) }
    }

    private func remove(_ connection: Connection) {
        guard !connection.isPinned, self.connection(connection.token) === connection
        else { return }
        timers.cancel(connection.timer)
        slots[connection.token.slot].connection = nil
        freeSlots.append(connection.token.slot)
        count -= 1
        quota.leave()
        if connection.mayPark {
            batch.append(Command(connection: connection.token, ask: .cancel))
        }
    }

    // MARK: Events

    /// Bytes can be read from the connection.
    public func readable(_ token: ConnectionToken, at now: UInt64) {
        guard let connection = connection(token) else { return }
        // The event comes again in the next turn, when others were served.
        let byteCount = readByteCount + batch.takenByteCount + batch.signedByteCount
        guard byteCount < limits.readBytesPerTick else { return }
        readByteCount += connection.read(at: now, into: batch, using: &door)
        lookAfter(connection, at: now)
    }

    /// Bytes can be written to the connection.
    public func writable(_ token: ConnectionToken, at now: UInt64) {
        guard let connection = connection(token) else { return }
        connection.writable(at: now)
        lookAfter(connection, at: now)
    }

    /// The client has finished sending. Reported after `readable` when both happened.
    public func clientFinished(_ token: ConnectionToken, at now: UInt64) {
        guard let connection = connection(token) else { return }
        connection.clientHasFinished()
        if connection.mayPark { batch.append(Command(connection: token, ask: .cancel)) }
        lookAfter(connection, at: now)
    }

    /// Nothing can be exchanged with the client any more.
    public func broken(_ token: ConnectionToken, at now: UInt64) {
        guard let connection = connection(token) else { return }
        connection.close()
        lookAfter(connection, at: now)
    }

    // MARK: The tick

    /// Takes further requests from connections that hold some and whose replies have been written.
    ///
    /// Call once at the beginning of each turn, before any event.
    public func takeTurns(at now: UInt64) {
        readByteCount = 0
        batch.beginTurn()
        let turnCount = queue.count
        var taken = 0
        defer { queue.removeFirst(taken) }
        while taken < turnCount, !batch.isFull(limits) {
            let connection = queue[taken]
            taken += 1
            connection.isQueued = false
            guard connection.hasWork else { continue }
            connection.handOutRequests(at: now, into: batch, using: &door)
            lookAfter(connection, at: now)
        }
    }

    /// Exchanges the gathered batch, with the digests of its bodies, for an empty one, which is kept
    /// from now on.
    public func exchange(for empty: CommandBatch) -> CommandBatch {
        precondition(empty.isEmpty, "requests are gathered into an empty batch")
        defer { batch = empty }
        batch.loop = loop
        batch.digestBodies(next: empty, limits)
        return batch
    }

    /// The shard has performed `batch`: the bytes of its requests are no longer needed.
    public func performed(_ batch: CommandBatch) {
        for token in batch.released { connection(token)?.isDigesting = false }
        for token in batch.connections {
            guard let connection = connection(token) else { continue }
            connection.performed()
            removeIfClosed(connection)
        }
    }

    /// Writes the replies of `replies`, which may leave, as long as there is time; the next call goes
    /// on. Returns whether all were written.
    @discardableResult
    public func deliver(
        _ replies: ReplyBatch, at now: UInt64, while hasTime: () -> Bool = { true }
    ) -> Bool {
        replies.forEachRun(while: hasTime) { token, count, bytes in
            guard let connection = connection(token) else { return }
            connection.reply(bytes, count: count, at: now)
            lookAfter(connection, at: now)
        }
    }

    // MARK: Time

    /// Ends what has waited too long, so many connections at a time.
    public func expire(at now: UInt64) {
        for _ in 0..<limits.expiredPerTurn {
            guard let expired = timers.popExpired(upTo: now) else { return }
            guard let connection = connection(ConnectionToken(bits: expired.payload))
            else { continue }
            connection.timer = timers.schedule(
                at: now + limits.idleMilliseconds, payload: connection.token.bits)
            switch connection.timeLimit(at: now) {
            case .later: connection.giveMemoryBack()
            case .over: connection.close()
            case .requestTooSlow:
                refuse(
                    connection,
                    HTTPRefusal(.requestTimeout, "The request did not arrive in time."), at: now)
            }
            lookAfter(connection, at: now)
        }
    }

    private func refuse(_ connection: Connection, _ refusal: HTTPRefusal, at now: UInt64) {
        var writer = ByteWriter(capacity: 512)
        ResponseEncoder.encode(refusal: refusal, requestID: requestIDs.next(), into: &writer)
        connection.refuse(with: writer.view, at: now)
    }

    // MARK: The end

    /// Takes no more requests: idle connections close, the others when they have been answered.
    public func stop(at now: UInt64) {
        isStopping = true
        for slot in slots {
            guard let connection = slot.connection else { continue }
            if connection.isIdle {
                connection.close()
            } else {
                connection.finish(lingers: false)
            }
            lookAfter(connection, at: now)
        }
    }

    /// Closes every connection at once.
    public func closeAll() {
        for slot in slots {
            guard let connection = slot.connection else { continue }
            connection.close()
            remove(connection)
        }
    }
}
