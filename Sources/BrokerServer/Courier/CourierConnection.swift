import Bytes

/// A connection to an endpoint: from the name to the address, through TLS, to one exchange after
/// another.
///
///     resolving ──▶ connecting ──▶ securing ──▶ exchanging ◀──▶ idle
///
/// It does what can be done at once and says what came of it; the courier decides what follows.
final class CourierConnection {
    /// What a step came to.
    enum Progress: Equatable {
        /// An event or the deadline will go on.
        case waits
        case answered(status: Int, body: [UInt8], isReusable: Bool)
        /// The connection is of no use any more.
        ///
        /// - Parameter wasStale: Whether it had carried an exchange before and died before the first
        ///   byte of this one's response.
        case failed(reason: String, wasStale: Bool)
        /// It was idle and the peer has ended it, or it has been idle for long enough.
        case ended
    }

    private enum Phase { case resolving, connecting, securing, exchanging, idle }

    let number: UInt64
    let endpoint: CourierEndpoint
    private(set) var exchange: Exchange?
    /// When `expire` is to be called.
    private(set) var deadline: UInt64 = .max
    /// The earliest call of `expire` that the courier has planned.
    var plannedDeadline: UInt64 = .max

    private let poller: Poller
    private var phase = Phase.resolving
    private var tls: TLSContext?
    /// Addresses that were not tried yet.
    private var addresses: ArraySlice<SocketAddress> = []
    /// When the endpoint must have been reached.
    private var connectDeadline: UInt64 = .max
    private var stream: OutgoingStream?
    private var interest: Poller.Interest = []
    private var reader = ResponseReader()
    /// Bytes of the request that have been sent.
    private var sent = 0
    private var hasAnswered = false

    /// A connection for `exchange`, which has started; give it addresses next.
    init(
        number: UInt64, to endpoint: CourierEndpoint, for exchange: Exchange, poller: Poller,
        at now: UInt64
    ) {
        self.number = number
        self.endpoint = endpoint
        self.exchange = exchange
        self.poller = poller
        connectDeadline = min(now + CourierLimits.connectMilliseconds, exchange.deadline)
        deadline = connectDeadline
    }

    private var key: UInt64 { EventKey.courier(.connection(number)).bits }

    /// Whether it waits for addresses.
    var isResolving: Bool { phase == .resolving }

    /// Gives up the exchange.
    func takeExchange() -> Exchange? { exchange.take() }

    /// Ends it; it must not be used afterwards.
    func close() {
        if let stream { poller.remove(stream.number, key: key) }
        stream = nil
    }

    // MARK: Reaching the endpoint

    /// Tries `addresses` one after the other.
    ///
    /// - Parameter tls: What to secure the connection with; nil for plain HTTP.
    func connect(to addresses: [SocketAddress], tls: TLSContext?, at now: UInt64) -> Progress {
        precondition(phase == .resolving, "a connection is made once")
        phase = .connecting
        self.tls = tls
        self.addresses = addresses[...]
        return connectNext(because: "the name has no address", at: now)
    }

    /// - Parameter problem: What was wrong with the last address.
    private func connectNext(because problem: String, at now: UInt64) -> Progress {
        close()
        var problem = problem
        while let address = addresses.popFirst() {
            do throws(SystemError) {
                let stream = try OutgoingStream(to: address)
                interest = .write
                try poller.add(
                    stream.number, key: key, interest: interest)
                self.stream = stream
                // Each address gets its share of what time is left.
                let left = connectDeadline - min(now, connectDeadline)
                deadline = now + left / UInt64(addresses.count + 1)
                return .waits
            } catch {
                problem = "\(error)"
            }
        }
        return failed("cannot connect to \(endpoint.address): \(problem)")
    }

    private func secure(_ stream: OutgoingStream, at now: UInt64) -> Progress? {
        deadline = connectDeadline
        guard let tls else {
            begin(at: now)
            return nil
        }
        phase = .securing
        do throws(CourierProblem) {
            try stream.secure(with: tls, host: endpoint.address.host)
            return nil
        } catch {
            return failed(error.reason)
        }
    }

    // MARK: Exchanging

    /// Has an idle connection carry `exchange`, which has started.
    func carry(_ exchange: Exchange, space: ReadSpace, at now: UInt64) -> Progress {
        precondition(phase == .idle, "one exchange at a time")
        self.exchange = exchange
        begin(at: now)
        return advance(space, at: now)
    }

    private func begin(at now: UInt64) {
        phase = .exchanging
        reader = ResponseReader()
        sent = 0
        deadline = exchange?.deadline ?? now
    }

    /// Keeps it for another exchange.
    func rest(at now: UInt64) {
        precondition(exchange == nil, "an idle connection has no exchange")
        phase = .idle
        hasAnswered = true
        deadline = now + CourierLimits.idleMilliseconds
        watch(.read)
    }

    /// Does what can be done now.
    func advance(_ space: ReadSpace, at now: UInt64) -> Progress {
        while true {
            guard let stream else { return .waits }
            switch phase {
            case .resolving: return .waits
            case .connecting:
                if let problem = stream.connectionProblem() {
                    return connectNext(because: "\(problem)", at: now)
                }
                if let failure = secure(stream, at: now) { return failure }
            case .securing:
                switch stream.handshake() {
                case nil: begin(at: now)
                case .waits(let interest):
                    watch(interest)
                    return .waits
                case .failed(let reason): return failed(reason)
                case .bytes, .ended: return failed("TLS handshake failed: the peer hung up")
                }
            case .exchanging: return exchangeBytes(stream, space)
            case .idle:
                // A record of TLS may carry no bytes for us; everything else is the end.
                guard case .waits = stream.read(into: space.space) else { return .ended }
                return .waits
            }
        }
    }

    private func exchangeBytes(_ stream: OutgoingStream, _ space: ReadSpace) -> Progress {
        var wanted: Poller.Interest = .read
        var problem: String?
        let hadSent = sent
        sending: while let request = exchange?.request, sent < request.count {
            switch request.withByteView({ stream.write($0.dropFirst(sent)) }) {
            case .bytes(let count): sent += count
            case .waits(let interest):
                wanted.formUnion(interest)
                break sending
            // The peer may have answered before it hung up, so its bytes are read first.
            case .ended, .failed:
                problem = "the connection was closed before the request was sent"
                break sending
            }
        }
        if sent > hadSent, problem == nil {
            // The answer takes a while; an event tells when it is there.
            watch(wanted)
            return .waits
        }
        var hasPart = false
        while true {
            switch stream.read(into: space.space) {
            case .bytes(let count):
                let outcome = reader.take(space.view(count))
                guard outcome == .needsMore else { return finish(outcome) }
                hasPart = true
            case .waits(let interest):
                // A server that writes head and body apart sends the body when it knows of the head's
                // arrival, which the kernel would keep to itself for 40 ms.
                if hasPart { stream.acknowledge() }
                if let problem { return failed(problem) }
                watch(wanted.union(interest))
                return .waits
            case .ended: return finish(reader.end())
            case .failed(let reason): return failed(problem ?? reason)
            }
        }
    }

    private func finish(_ outcome: ResponseReader.Outcome) -> Progress {
        switch outcome {
        case .needsMore: return .waits
        case .invalid(let reason): return failed(reason)
        case .complete(let isReusable):
            let isWhole = sent == exchange?.request.count
            return .answered(
                status: reader.status, body: reader.body, isReusable: isReusable && isWhole)
        }
    }

    // MARK: Ends

    /// Ends what has taken too long. To be called at the deadline.
    func expire(at now: UInt64) -> Progress {
        if phase == .connecting, !addresses.isEmpty, now < connectDeadline {
            return connectNext(because: "no answer", at: now)
        }
        let name = endpoint.address
        let elapsed = "\(now - min(exchange?.startedAt ?? now, now)) ms"
        switch phase {
        case .resolving: return failed("\(name.host) was not resolved within \(elapsed)")
        case .connecting: return failed("cannot connect to \(name): no answer within \(elapsed)")
        case .securing: return failed("TLS handshake with \(name) not done within \(elapsed)")
        case .exchanging:
            let what = reader.hasBegun ? "response was not complete" : "no response"
            return failed("\(what) within \(elapsed)", mayBeStale: false)
        case .idle: return .ended
        }
    }

    private func failed(_ reason: String, mayBeStale: Bool = true) -> Progress {
        .failed(
            reason: reason,
            wasStale: mayBeStale && phase == .exchanging && hasAnswered && !reader.hasBegun)
    }

    private func watch(_ wanted: Poller.Interest) {
        guard wanted != interest, let stream else { return }
        interest = wanted
        poller.modify(stream.number, key: key, interest: wanted)
    }
}
