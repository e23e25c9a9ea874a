import BrokerProtocol
import Bytes

/// One client: bytes in, commands out; replies in, bytes out.
///
/// A turn of a connection: read → hand requests out → (the shard performs them) → forget their
/// bytes → (their replies come) → write. It reads again only when every reply has been written, so
/// a client that does not read its answers, or sends faster than it is served, waits in its own
/// socket and costs nothing.
final class Connection {
    /// What becomes of the connection.
    enum Phase: Equatable {
        /// Requests are taken.
        case open
        /// No more requests; it ends when the replies owed have been written.
        case finishing
        /// Everything was written; what still comes is read and dropped until this instant, so
        /// that the client is not cut off from the last answer.
        case lingering(until: UInt64)
        /// Gone.
        case closed
    }

    let token: ConnectionToken
    let wire: any Wire
    private(set) var phase = Phase.open
    /// Replies that the shard owes.
    private(set) var owedReplies = 0
    /// Whether the last command was a receive, after which no request is handed out until it has
    /// been answered.
    private(set) var mayPark = false
    /// Whether the last command is a send that waits for the digests of its bodies. No request is
    /// handed out behind it, and the bytes of all that were stay where they are.
    var isDigesting = false
    /// The timer of the table that looks after this connection.
    var timer: UInt32 = 0
    /// Whether the table will look at it in the next turn without an event.
    var isQueued = false

    private var decoder: RequestDecoder
    private var received = ReceiveBuffer()
    private var unsent = SendBuffer()
    private var wantedBytes = 0
    private var owesContinue = false
    private var clientFinished = false
    private var lingers = true
    private var interest: WireInterest = [.reading, .end]
    private var lastProgress: UInt64
    private var requestBegan: UInt64?
    private let limits: NodeLimits

    init(
        token: ConnectionToken, wire: any Wire, httpLimits: HTTPLimits, limits: NodeLimits,
        digestsBodies: Bool, now: UInt64
    ) {
        self.token = token
        self.wire = wire
        self.limits = limits
        decoder = RequestDecoder(
            limits: httpLimits, digestStep: digestsBodies ? limits.signedBytesPerTurn : nil)
        lastProgress = now
    }

    /// Whether requests can be taken: nothing is owed and nothing waits to be written.
    private var takesRequests: Bool { phase == .open && owedReplies == 0 && unsent.isEmpty }

    /// Whether the shard may still look at requests handed out, so that their bytes have to stay.
    var isPinned: Bool { received.decoded > 0 }

    /// Whether received bytes wait for a turn.
    var hasWork: Bool { takesRequests && received.hasUndecoded && !isStarved }

    /// Whether the received bytes were looked at and are too few.
    private var isStarved: Bool { received.undecoded.count < wantedBytes }

    /// The bytes of its buffers.
    var heldByteCount: Int { received.capacity + unsent.byteCount }

    /// Whether there is nothing to wait for when the node stops.
    var isIdle: Bool { owedReplies == 0 && unsent.isEmpty && !received.hasUndecoded }
}

// MARK: - Reading

extension Connection {
    /// Reads what is there and hands out the requests it completes; returns the bytes read.
    func read(at now: UInt64, into batch: CommandBatch, using door: inout RequestDoor) -> Int {
        if case .lingering = phase {
            drop()
            return 0
        }
        guard takesRequests else {
            // The event comes again and again until somebody reads: wait for the replies first.
            watch(interest.subtracting(.reading))
            return 0
        }
        var total = 0
        for _ in 0..<limits.readsPerTurn where takesRequests && !hasWork {
            makeSpace()
            // More than this is read in the next turn.
            let left = limits.readBytesPerTurn - total
            let space = received.space[0..<min(received.space.count, left)]
            switch wire.read(into: space) {
            case .bytes(let count):
                lastProgress = now
                total += count
                received.received(count)
                // Decoding a long request takes a while, and so did reading it.
                if wantedBytes <= limits.quickRequestBytes {
                    handOutRequests(at: now, into: batch, using: &door)
                }
                if count < space.count || count == left { return total }
            case .wouldBlock:
                return total
            case .ended:
                clientFinished = true
                finish()
                return total
            case .failed:
                close()
                return total
            }
        }
        return total
    }

    /// Grows towards what the decoder asked for, but never much ahead of what has arrived: a head
    /// may promise a large body and send none.
    private func makeSpace() {
        guard received.space.isEmpty || received.capacity < wantedBytes else { return }
        let ahead = max(limits.idleReceiveBytes, received.count * 4)
        received.grow(
            to: max(min(wantedBytes, ahead), received.capacity * 2, limits.idleReceiveBytes))
    }

    /// Hands out the whole requests among the received bytes.
    func handOutRequests(at now: UInt64, into batch: CommandBatch, using door: inout RequestDoor) {
        guard unsent.isEmpty else { return }
        while phase == .open, !mayPark, !isDigesting, owedReplies < limits.pipelinedRequests,
            !batch.isFull(limits)
        {
            switch decoder.decode(received.undecoded) {
            case .incomplete(let wanted, let sendsContinue):
                wantedBytes = wanted
                requestBegan = decoder.isWithinRequest ? requestBegan ?? now : nil
                if sendsContinue { owesContinue = true }
                sendContinueIfOwed()
                return
            case .digesting(let byteCount):
                requestBegan = nil
                wantedBytes = 0
                batch.digested(byteCount)
                return
            case .request(let request, let consumed):
                received.handedOut(consumed)
                requestBegan = nil
                wantedBytes = 0
                hand(door.ask(request), consumed, into: batch, keepsAlive: request.keepsAlive)
            case .refused(let refusal):
                hand(.refuse(refusal), 0, into: batch, keepsAlive: false)
            }
        }
    }

    private func hand(
        _ ask: consuming Command.Ask, _ byteCount: Int, into batch: CommandBatch, keepsAlive: Bool
    ) {
        owedReplies += 1
        if case .perform(let decoded) = ask, case .receiveMessage = decoded.action {
            mayPark = true
        }
        if !keepsAlive { phase = .finishing }
        // A request that is not longer than this has no body or attributes that are.
        guard byteCount > limits.quickBodyBytes else {
            return batch.append(Command(connection: token, ask: ask), byteCount: byteCount)
        }
        let command = Command(connection: token, ask: ask)
        let messages = SentMessages(command.ask)
        if messages.takesLong(beyond: limits.quickBodyBytes) {
            isDigesting = true
            batch.append(slow: command, messages: messages, byteCount: byteCount)
        } else {
            batch.append(command, byteCount: byteCount)
        }
    }

    /// Says that every request handed out has been performed: their bytes are no longer needed.
    func performed() {
        guard !isDigesting else { return }
        received.consumeHandedOut()
        let isLikelyToWait = mayPark && owedReplies > 0
        received.shrink(to: isLikelyToWait ? limits.idleReceiveBytes : limits.busyReceiveBytes)
    }

    private func sendContinueIfOwed() {
        guard owesContinue, owedReplies == 0, unsent.isEmpty else { return }
        owesContinue = false
        var writer = ByteWriter(capacity: 64)
        ResponseEncoder.encodeContinue(into: &writer)
        send(writer.view)
    }

    private func drop() {
        received.removeAll()
        if received.space.isEmpty { received.grow(to: limits.idleReceiveBytes) }
        switch wire.read(into: received.space) {
        case .bytes, .wouldBlock: return
        case .ended, .failed: close()
        }
    }
}

// MARK: - Writing

extension Connection {
    /// Writes the bytes of `count` replies.
    func reply(_ bytes: ByteView, count: Int, at now: UInt64) {
        guard phase != .closed else { return }
        precondition(count <= owedReplies, "a request is answered once")
        owedReplies -= count
        if owedReplies == 0 { mayPark = false }
        lastProgress = now
        send(bytes)
        settle(at: now)
    }

    /// Writes on after the client has taken something.
    func writable(at now: UInt64) {
        switch unsent.withUnsent({ wire.write($0) }) {
        case .bytes(let count):
            if count > 0 { lastProgress = now }
            unsent.took(count)
        case .wouldBlock: return
        case .ended, .failed: return close()
        }
        settle(at: now)
    }

    private func send(_ bytes: ByteView) {
        var rest = bytes
        if unsent.isEmpty && !rest.isEmpty {
            switch wire.write(rest) {
            case .bytes(let count): rest = rest.dropFirst(count)
            case .wouldBlock: break
            case .ended, .failed: return close()
            }
        }
        unsent.append(rest)
    }

    /// Decides what follows when replies were written or are still to be taken.
    private func settle(at now: UInt64) {
        guard phase != .closed else { return }
        guard unsent.isEmpty else { return watch(ends(or: .writing)) }
        guard owedReplies == 0 else { return watch(interest.subtracting(.writing)) }
        switch phase {
        case .open:
            sendContinueIfOwed()
            watch(ends(or: unsent.isEmpty ? .reading : .writing))
        case .finishing:
            if clientFinished || !lingers { return close() }
            wire.finishSending()
            phase = .lingering(until: now + limits.lingerMilliseconds)
            watch([.reading])
        case .lingering, .closed:
            break
        }
    }

    /// `interest`, and the client's end unless it is known.
    private func ends(or interest: WireInterest) -> WireInterest {
        clientFinished ? interest : interest.union(.end)
    }

    private func watch(_ wanted: WireInterest) {
        guard wanted != interest else { return }
        interest = wanted
        wire.watch(wanted)
    }
}

// MARK: - The end

extension Connection {
    /// Takes no more requests and ends when the replies owed have been written.
    ///
    /// - Parameter lingers: Whether the client gets time to read its last answer and close first.
    func finish(lingers: Bool = true) {
        self.lingers = lingers
        guard phase == .open else { return }
        if owedReplies == 0 && unsent.isEmpty { return close() }
        phase = .finishing
    }

    /// The client has finished sending.
    func clientHasFinished() {
        clientFinished = true
        if case .lingering = phase { return close() }
        // Requests that came before the end are still read and answered; reading meets the end.
        if takesRequests { return }
        watch(interest.subtracting([.reading, .end]))
        // A receive that may wait is cancelled; nothing behind it can be answered.
        if mayPark && phase == .open { phase = .finishing }
    }

    /// Ends at once.
    func close() {
        guard phase != .closed else { return }
        phase = .closed
        wire.close()
    }

    /// Answers with `bytes` that no command asked for, and finishes.
    func refuse(with bytes: ByteView, at now: UInt64) {
        phase = .finishing
        send(bytes)
        settle(at: now)
    }

    /// What the passing of time means for a connection.
    enum TimeLimit: Equatable {
        /// Nothing to do before this instant.
        case later(UInt64)
        /// It waited too long for the rest of a request: 408.
        case requestTooSlow
        /// It has nothing to do here any more.
        case over
    }

    /// Gives memory back that an idle connection does not need.
    func giveMemoryBack() { received.shrink(to: limits.idleReceiveBytes) }

    /// What has to be done at `now`.
    func timeLimit(at now: UInt64) -> TimeLimit {
        if case .lingering(let until) = phase { return due(until, now, .over) }
        if !unsent.isEmpty {
            return due(lastProgress + limits.stuckWriteMilliseconds, now, .over)
        }
        if owedReplies > 0 { return .later(now + limits.idleMilliseconds) }
        if let requestBegan {
            let extra = UInt64(received.count) * 1000 / limits.requestBytesPerSecond
            return due(requestBegan + limits.requestMilliseconds + extra, now, .requestTooSlow)
        }
        return due(lastProgress + limits.idleMilliseconds, now, .over)
    }

    private func due(_ instant: UInt64, _ now: UInt64, _ limit: TimeLimit) -> TimeLimit {
        instant <= now ? limit : .later(instant)
    }
}
