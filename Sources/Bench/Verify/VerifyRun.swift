import Bytes
import Glibc

/// Sends numbered messages, receives and deletes them over many connections, while somebody may
/// kill the server, until everything is accounted for.
final class VerifyRun {
    /// How long a request may take before its connection counts as dead.
    private static let answerMilliseconds: UInt64 = 30_000
    private static let reconnectMilliseconds: UInt64 = 20

    private let options: VerifyOptions
    private let server: VerifiedServer
    private let writer: RequestWriter
    private let ledgers: [Ledger]
    private var connections: [VerifyConnection] = []
    private let poller: Poller
    private var random: SeededGenerator
    private var now: UInt64 = 0
    private var isSending = true
    private var lastChange: UInt64 = 0
    /// The begin of the end: since then nothing has remained and nothing has come.
    private var quietSince: UInt64?
    private(set) var report: VerifyReport

    init(_ options: VerifyOptions, server: VerifiedServer, ledgers: [(Ledger, url: String)]) throws
    {
        self.options = options
        self.server = server
        writer = server.writer
        self.ledgers = ledgers.map(\.0)
        poller = try Poller()
        random = SeededGenerator(seed: UInt64(options.seed))
        report = VerifyReport(options: options)
        for (ledger, url) in ledgers {
            let senders = max(1, options.connections / ledgers.count / 2)
            for index in 0..<senders {
                let lanes =
                    ledger.isFIFO
                    ? Array(stride(from: index, to: ledger.lanes.count, by: senders)) : [0]
                guard !lanes.isEmpty else { continue }
                connections.append(VerifyConnection(.sender(lanes: lanes), ledger, queueURL: url))
            }
            for _ in 0..<max(1, options.connections / ledgers.count - senders) {
                connections.append(VerifyConnection(.receiver, ledger, queueURL: url))
            }
        }
    }

    private static var milliseconds: UInt64 { Clock.now / 1_000_000 }

    // MARK: The loop

    /// Runs until everything is accounted for; returns what was found.
    func run() throws -> VerifyReport {
        let begun = VerifyRun.milliseconds
        var nextKill = options.killMilliseconds.map { begun + $0 }
        lastChange = begun
        while true {
            now = VerifyRun.milliseconds
            if isSending, now - begun >= options.milliseconds {
                isSending = false; lastChange = now
            }
            if let due = nextKill, isSending, now >= due {
                try server.kill()
                report.killCount += 1
                try server.start()
                nextKill = now + (options.killMilliseconds ?? 0)
            }
            for (index, connection) in connections.enumerated() { try advance(connection, index) }
            if !isSending, isFinished { break }
            for position in 0..<poller.wait(milliseconds: 10) {
                let index = poller.readyIndex(position)
                now = VerifyRun.milliseconds
                do throws(SystemError) {
                    try progress(connections[index], index)
                } catch {
                    drop(connections[index])
                }
            }
        }
        for ledger in ledgers { ledger.close() }
        report.take(ledgers, milliseconds: VerifyRun.milliseconds - begun)
        return report
    }

    /// Whether nothing remains to be received and nothing has come back for a while, or nothing
    /// comes although something remains.
    private var isFinished: Bool {
        let remaining = ledgers.reduce(0) { $0 + $1.remainingCount }
        let isUnderWay = connections.contains { connection in
            if connection.unanswered != nil || connection.held != nil { return true }
            if case .receive? = connection.request { return false }
            return connection.request != nil
        }
        if remaining > 0 || isUnderWay {
            quietSince = nil
            // Messages in flight come back after their timeout, if the server has them.
            return now - lastChange > options.visibilityMilliseconds + options.patienceMilliseconds
        }
        let since = quietSince ?? now
        quietSince = since
        return now - max(since, lastChange) > options.visibilityMilliseconds + 1000
    }

    /// Connects, sends the next request, or gives one up.
    private func advance(_ connection: VerifyConnection, _ index: Int) throws {
        if connection.link == nil {
            guard now >= connection.connectsAt else { return }
            connection.connectsAt = now + VerifyRun.reconnectMilliseconds
            do throws(SystemError) {
                try connection.connect(server.control.endpoint)
            } catch {
                try server.checkRunning()
                return
            }
            if let link = connection.link { try poller.add(link.socket.number, index: index) }
        }
        if connection.request != nil {
            if now - connection.sentAt > VerifyRun.answerMilliseconds { drop(connection) }
            return
        }
        guard let request = next(for: connection) else { return }
        connection.begin(
            request, with: writer, visibilitySeconds: Int(options.visibilityMilliseconds / 1000),
            at: now)
        do throws(SystemError) { try flush(connection, index) } catch { drop(connection) }
    }

    private func flush(_ connection: VerifyConnection, _ index: Int) throws(SystemError) {
        guard let link = connection.link else { return }
        let isDone = try link.flush()
        try poller.set(link.socket.number, index: index, awaitsWriting: !isDone)
    }

    /// The connection's socket is ready for something.
    private func progress(_ connection: VerifyConnection, _ index: Int) throws(SystemError) {
        guard let link = connection.link else { return }
        try flush(connection, index)
        guard try link.socket.receive(into: link.received) != nil,
            let response = Response(link.received.view, pieces: link.pieces)
        else { return }
        let body = ByteCopy(response.body)
        let status = response.status
        link.received.consume(response.count)
        if response.closes { connection.disconnect() }
        guard let request = connection.request else { return }
        connection.request = nil
        answered(connection, request, status, body)
    }

    // MARK: What to do next

    private func next(for connection: VerifyConnection) -> VerifyRequest? {
        switch connection.role {
        case .sender(let lanes):
            if let (lane, numbers) = connection.unanswered {
                return .send(lane: lane, numbers: numbers)
            }
            guard isSending else { return nil }
            for _ in lanes {
                connection.nextLane = (connection.nextLane + 1) % lanes.count
                let number = lanes[connection.nextLane]
                let lane = connection.ledger.lanes[number]
                lane.settle()
                let count = min(lane.room, Int.random(in: 1...10, using: &random))
                if count > 0 { return .send(lane: number, numbers: lane.begin(count)) }
            }
            return nil
        case .receiver:
            guard let held = connection.held else { return .receive }
            for (lane, number) in held.names {
                if held.isReleased {
                    connection.ledger.lanes[lane].releasing(number)
                } else {
                    connection.ledger.lanes[lane].deleting(number)
                }
            }
            return held.isReleased
                ? .release(held.names, of: held.receive) : .delete(held.names, of: held.receive)
        }
    }

    // MARK: What came of it

    /// Nobody will answer the request under way: it may have been carried out.
    private func drop(_ connection: VerifyConnection) {
        connection.disconnect()
        connection.connectsAt = now + VerifyRun.reconnectMilliseconds
        guard let request = connection.request else { return }
        connection.request = nil
        unanswered(connection, request)
    }

    private func unanswered(_ connection: VerifyConnection, _ request: VerifyRequest) {
        report.unansweredCount += 1
        connection.held = nil
        // The deduplication identifiers see to it that a group gets each message once.
        if case .send(let lane, let numbers) = request, connection.ledger.isFIFO {
            connection.unanswered = (lane, numbers)
        }
    }

    private func answered(
        _ connection: VerifyConnection, _ request: VerifyRequest, _ status: Int, _ body: ByteCopy
    ) {
        if status != 200 {
            report.refuse(status, body.bytes.view)
            return unanswered(connection, request)
        }
        do throws(JSONError) {
            switch request {
            case .send(let lane, let numbers):
                connection.unanswered = nil
                for entry in try VerifyAnswers.entries(body.bytes) {
                    guard numbers.count > entry.index, let identifier = entry.identifier
                    else { continue }
                    connection.ledger.sent(
                        lane, numbers.lowerBound + entry.index, identifier: identifier)
                }
            case .receive:
                received(connection, try VerifyAnswers.messages(body.bytes))
            case .delete(let names, let receive), .release(let names, let receive):
                connection.held = nil
                for entry in try VerifyAnswers.entries(body.bytes) where entry.index < names.count {
                    finished(
                        connection, request, names[entry.index], of: receive,
                        isDone: entry.identifier != nil)
                }
            }
        } catch {
            report.refuse(status, body.bytes.view)
            unanswered(connection, request)
        }
    }

    private func finished(
        _ connection: VerifyConnection, _ request: VerifyRequest, _ name: MessageName,
        of receive: Lane.Receive, isDone: Bool
    ) {
        let lane = connection.ledger.lanes[name.lane]
        if case .release = request {
            if isDone { lane.released(name.number, of: receive, at: now) }
        } else if isDone {
            connection.ledger.deleted(name.lane, name.number, of: receive, at: now)
            lastChange = now
        } else {
            lane.notDeleted(name.number)
        }
    }

    /// Accounts for messages, and chooses what becomes of them: most are deleted at once; of some
    /// a part, or all, are left to come back, or are asked back at once.
    private func received(_ connection: VerifyConnection, _ messages: [ReceivedMessage]) {
        guard !messages.isEmpty else { return }
        let receive = Lane.Receive(
            start: connection.sentAt, end: now, visibility: options.visibilityMilliseconds)
        var names: [MessageName] = []
        var receipts: [[UInt8]] = []
        for message in messages {
            let name = connection.ledger.received(
                body: message.body, identifier: message.identifier, by: receive, together: names)
            guard let name else { continue }
            names.append(name)
            receipts.append(message.receipt.array)
        }
        lastChange = now
        let choice = isSending ? Int.random(in: 0..<100, using: &random) : 0
        guard choice < 96, !names.isEmpty else { return }
        let count = choice < 88 ? names.count : (names.count + 1) / 2
        connection.held = VerifyConnection.Held(
            names: Array(names.prefix(count)), receipts: Array(receipts.prefix(count)),
            receive: receive, isReleased: choice >= 92)
    }
}
