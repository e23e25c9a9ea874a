import BrokerNode
import Bytes

/// Carries parcels to HTTP and HTTPS endpoints and to the mail command, on the thread of the main
/// loop and with its poller; nothing here blocks.
///
/// `send` only writes the request and puts it in the line of its endpoint; `advance`, once a turn,
/// begins exchanges. An endpoint has at most eight connections and uses them again. When connections
/// to all endpoints become many, each endpoint's share shrinks, so that endpoints that hang do not
/// take all of them.
///
/// As AWS does, it follows no redirects: a status 3xx is handed on like any other.
final class HTTPCourier: Courier {
    private let poller: Poller
    private let resolver: NameResolver
    private let trust: CourierTrust
    private let mail: MailRoom
    private let results = CourierResults()
    private let connectionLimit: Int
    private let space = ReadSpace(byteCount: 16 << 10)
    private var remembered: [String: WebAddress] = [:]
    private var endpoints: [WebAddress.Endpoint: CourierEndpoint] = [:]
    private var connections: [UInt64: CourierConnection] = [:]
    private var lastNumber: UInt64 = 0
    /// Endpoints with waiting exchanges that may be able to begin one.
    private var line = Line<CourierEndpoint>()
    /// Whether the first of the line waits until a connection of another endpoint ends.
    private var isFull = false
    private var waitingBytes = 0
    private let deadlines = CourierDeadlines()

    /// - Parameters:
    ///   - wake: Signalled when a name was looked up, so that the loop turns.
    ///   - trust: Whom https endpoints are checked against.
    ///   - sendmail: The words of the mail command; none when there is none.
    init(
        poller: Poller, wake: Wake, trust: CourierTrust, sendmail: [String] = [],
        connectionLimit: Int = CourierLimits.connections, lookup: NameResolver.Lookup? = nil
    ) {
        self.poller = poller
        self.trust = trust
        self.connectionLimit = connectionLimit
        resolver = lookup.map { NameResolver(wake: wake, lookup: $0) } ?? NameResolver(wake: wake)
        mail = MailRoom(command: sendmail, poller: poller, results: results)
    }

    // MARK: The seam

    func send(_ parcel: Parcel, at now: UInt64) {
        do throws(CourierProblem) {
            switch parcel.address {
            case .http(let url, let headers): try accept(parcel, url: url, headers: headers)
            case .mail(let recipient): try mail.accept(parcel, for: recipient)
            }
        } catch {
            results.append(parcel.number, .failed(reason: error.reason), elapsed: 0)
        }
    }

    func takeResults(
        _ body: (_ number: UInt64, _ result: ParcelResult, _ elapsed: UInt64) -> Void
    ) { results.takeAll(body) }

    /// The past when `advance` has something to do at once or results wait.
    var nextDeadline: UInt64? {
        if !results.isEmpty || (!line.isEmpty && !isFull) { return 0 }
        guard let first = deadlines.first else { return mail.nextDeadline }
        return min(first, mail.nextDeadline ?? first)
    }

    // MARK: The loop

    /// Goes on with what an event of the poller is about.
    func take(_ key: CourierKey, at now: UInt64) {
        switch key {
        case .mail(let part, let number): mail.take(part, of: number, space: space, at: now)
        case .connection(let number):
            guard let connection = connections[number] else { return }
            take(connection.advance(space, at: now), of: connection, at: now)
        }
    }

    /// Ends what has taken too long and begins what can begin. Once a turn, after the events.
    func advance(at now: UInt64) {
        for (number, answer) in resolver.takeAnswers(at: now) {
            guard let connection = connections[number], connection.isResolving else { continue }
            take(connect(connection, to: answer, at: now), of: connection, at: now)
        }
        while let connection = deadlines.takeDue(at: now, from: connections) {
            take(connection.expire(at: now), of: connection, at: now)
        }
        mail.advance(at: now)
        var starts = 0
        while starts < CourierLimits.startsPerTurn, !isFull, let endpoint = line.first {
            guard startNext(of: endpoint, at: now) else {
                guard !isFull else { return }
                line.removeFirst()
                endpoint.isInLine = false
                forget(endpoint)
                continue
            }
            starts += 1
        }
    }

    /// Closes every connection; parcels under way are not answered.
    func closeAll() {
        for connection in connections.values { connection.close() }
        connections.removeAll()
    }
}

// MARK: - Exchanges

extension HTTPCourier {
    private func accept(
        _ parcel: Parcel, url: String, headers: [(name: String, value: String)]
    ) throws(CourierProblem) {
        let address = try parse(url)
        let request = try RequestText.post(to: address, headers: headers, body: parcel.body)
        let endpoint = endpoints[address.endpoint] ?? CourierEndpoint(address.endpoint)
        guard endpoint.waiting.count < CourierLimits.waitingPerEndpoint,
            waitingBytes + request.count <= CourierLimits.waitingBytes
        else { throw CourierProblem(reason: "too many deliveries wait for \(address.endpoint)") }
        endpoints[address.endpoint] = endpoint
        waitingBytes += request.count
        endpoint.waiting.append(
            Exchange(
                number: parcel.number, request: request,
                timeoutMilliseconds: parcel.timeoutMilliseconds))
        stand(endpoint)
    }

    private func parse(_ url: String) throws(CourierProblem) -> WebAddress {
        if let known = remembered[url] { return known }
        let address = try WebAddress(url)
        if remembered.count >= CourierLimits.rememberedURLs { remembered.removeAll() }
        remembered[url] = address
        return address
    }

    /// Puts an endpoint in line.
    private func stand(_ endpoint: CourierEndpoint) {
        guard !endpoint.isInLine else { return }
        endpoint.isInLine = true
        line.append(endpoint)
    }

    private func forget(_ endpoint: CourierEndpoint) {
        if endpoint.isUnused { endpoints[endpoint.address] = nil }
    }

    /// Begins the endpoint's next exchange; false when none waits or no connection is to be had.
    private func startNext(of endpoint: CourierEndpoint, at now: UInt64) -> Bool {
        guard !endpoint.waiting.isEmpty else { return false }
        if let connection = endpoint.takeIdle() {
            let exchange = takeNext(of: endpoint, at: now)
            take(connection.carry(exchange, space: space, at: now), of: connection, at: now)
            return true
        }
        guard endpoint.connections.count < share else { return false }
        if connections.count >= connectionLimit, !closeOldestIdle() {
            isFull = true
            return false
        }
        open(to: endpoint, for: takeNext(of: endpoint, at: now), at: now)
        return true
    }

    private func takeNext(of endpoint: CourierEndpoint, at now: UInt64) -> Exchange {
        var exchange = endpoint.waiting.removeFirst()
        waitingBytes -= exchange.request.count
        exchange.start(at: now)
        return exchange
    }

    /// How many connections an endpoint may have.
    private var share: Int {
        if connections.count < connectionLimit / 2 { return CourierLimits.connectionsPerEndpoint }
        return connections.count < connectionLimit * 3 / 4 ? 2 : 1
    }

    private func open(to endpoint: CourierEndpoint, for exchange: Exchange, at now: UInt64) {
        lastNumber += 1
        let connection = CourierConnection(
            number: lastNumber, to: endpoint, for: exchange, poller: poller, at: now)
        connections[connection.number] = connection
        endpoint.add(connection)
        let host = endpoint.address.host
        let progress = resolver.ask(for: host, number: connection.number, at: now).map {
            connect(connection, to: $0, at: now)
        }
        take(progress ?? .waits, of: connection, at: now)
    }

    private func connect(
        _ connection: CourierConnection, to answer: NameAnswer, at now: UInt64
    ) -> CourierConnection.Progress {
        let address = connection.endpoint.address
        do throws(CourierProblem) {
            switch answer {
            case .failed(let reason):
                throw CourierProblem(reason: "\(address.host) cannot be resolved: \(reason)")
            case .addresses(let hosts):
                return connection.connect(
                    to: hosts.compactMap { SocketAddress(host: $0, port: address.port) },
                    tls: address.isSecure ? try trust.context() : nil, at: now)
            }
        } catch {
            return .failed(reason: error.reason, wasStale: false)
        }
    }

    // MARK: What comes of a step

    private func take(
        _ progress: CourierConnection.Progress, of connection: CourierConnection, at now: UInt64
    ) {
        switch progress {
        case .waits: deadlines.plan(connection)
        case .ended: close(connection)
        case .answered(let status, let body, let isReusable):
            answer(connection.takeExchange(), .answered(status: status, body: body), at: now)
            goOn(with: connection, isReusable: isReusable, at: now)
        case .failed(let reason, let wasStale):
            guard var exchange = connection.takeExchange() else { return close(connection) }
            close(connection)
            if wasStale, !exchange.isRepeated, now < exchange.deadline {
                exchange.isRepeated = true
                return open(to: connection.endpoint, for: exchange, at: now)
            }
            answer(exchange, .failed(reason: reason), at: now)
        }
    }

    private func answer(_ exchange: Exchange?, _ result: ParcelResult, at now: UInt64) {
        guard let exchange else { preconditionFailure("an answer belongs to an exchange") }
        results.append(exchange.number, result, elapsed: now - min(exchange.startedAt ?? now, now))
    }

    /// Keeps a connection whose exchange is over, or closes it when it is of no use or others need
    /// it more.
    private func goOn(with connection: CourierConnection, isReusable: Bool, at now: UInt64) {
        let endpoint = connection.endpoint
        let isTooMany = isFull && endpoint.connections.count > share
        guard isReusable, !isTooMany else { return close(connection) }
        connection.rest(at: now)
        endpoint.rest(connection)
        deadlines.plan(connection)
        // Whoever stands first in line may want its place, even when its own endpoint stands there
        // as well: so those with much to send share with those who have no connection.
        isFull = false
        if !endpoint.waiting.isEmpty { stand(endpoint) }
    }

    private func close(_ connection: CourierConnection) {
        let endpoint = connection.endpoint
        if connection.isResolving {
            resolver.withdraw(connection.number, from: endpoint.address.host)
        }
        connection.close()
        connections[connection.number] = nil
        endpoint.remove(connection)
        isFull = false
        if endpoint.waiting.isEmpty { forget(endpoint) } else { stand(endpoint) }
    }

    /// Makes room for another endpoint's connection; false when all are busy.
    private func closeOldestIdle() -> Bool {
        var oldest: CourierConnection?
        for endpoint in endpoints.values {
            guard let candidate = endpoint.idle.first else { continue }
            if oldest.map({ candidate.deadline < $0.deadline }) ?? true { oldest = candidate }
        }
        guard let oldest else { return false }
        close(oldest)
        return true
    }
}
