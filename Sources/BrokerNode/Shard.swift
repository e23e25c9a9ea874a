import BrokerCore
import BrokerJournal
import BrokerProtocol
import Bytes

extension Journal: RecordSink {}

/// One broker with its journal, on one thread: commands in, replies out.
///
/// A tick: take what the disk, the signer, the courier and the archive have finished → handle what
/// fell due → perform every command → serve the receives that wait → take the deliveries that are
/// due → commit → let replies and deliveries go whose facts are durable → some upkeep.
public final class Shard {
    /// Unfinished publishes wait while more than this is not durable, so that they do not fill the
    /// memory when the disk is slow or full.
    private static let undurablePublishBytes: UInt64 = 8 << 20

    var broker: Broker
    let journal: Journal
    let seams: Seams
    private var gate = ReplyGate()
    var replies: ReplyOutbox
    var parked = ParkedReceives()
    /// Answers of receives that waited; empty between ticks, kept for its memory.
    var waited: [(token: UInt64, result: Result<Outcome, BrokerError>)] = []
    var unfinished = UnfinishedReceives()
    var long = LongReceives()
    /// The bytes of replies to actions that were encoded in this tick.
    var encodedByteCount = 0
    var content = ReceivedContent()
    var signatures: Signatures
    var outbox: Outbox
    var archives = ArchiveKeeper()
    var replays = Replays()
    let publishes: PublishTap
    var links: NotificationLinks
    private var upkeep = Upkeep()
    var requestIDs: RequestIDs
    var isStopping = false
    var now: Moment

    /// What was done so far.
    public internal(set) var statistics = NodeStatistics()
    /// The broker's time.
    public let clock: BrokerClock

    /// Recovers the broker from `journal`, which is not open yet; blocks until that is done.
    ///
    /// - Parameters:
    ///   - wall: The wall clock in milliseconds since 1970.
    ///   - monotonic: A monotonic clock in milliseconds.
    public init(
        journal: Journal, settings: ShardSettings, seams: Seams, wall: UInt64, monotonic: UInt64
    ) throws(JournalError) {
        let recovered = RecoveredBroker(settings)
        try recovered.recover(from: journal)
        self.journal = journal
        self.seams = seams
        links = NotificationLinks(
            base: settings.linkBase, certificatePath: seams.signer.certificate?.path ?? "")
        signatures = Signatures(signer: seams.signer)
        outbox = Outbox(seams: seams, endpoints: settings.endpoints, links: links)
        publishes = PublishTap(journal)
        broker = recovered.takeBroker()
        clock = BrokerClock(
            after: Moment(instant: broker.latestInstant, timestamp: broker.latestTimestamp),
            wall: wall, monotonic: monotonic)
        now = clock.moment(wall: wall, monotonic: monotonic)
        requestIDs = RequestIDs(seed: settings.requestIDSeed)
        replies = ReplyOutbox(loopCount: settings.loopCount)
        statistics.startedAt = now
        if !broker.isFounded { broker.found(at: now, into: journal) }
    }

    /// What there is now.
    public var inventory: Inventory {
        Inventory(queues: broker.queueCount, messages: broker.messageCount)
    }

    // MARK: A tick

    /// Performs `batches` and whatever else is due at `now`.
    public func tick(_ batches: [CommandBatch], at now: Moment) throws(JournalError) {
        self.now = now
        statistics.ticks += 1
        encodedByteCount = 0
        try poll()
        takeFinished()
        journal.finishingByteCount = broker.finishingByteCount
        broker.acceptsMessages = journal.hasRoom
        broker.advance(to: now, into: publishes)
        takeDeliveryAnswers()
        for batch in batches {
            for index in batch.commands.indices {
                broker.bodyDigests = batch.bodyDigests(of: index)
                carryOut(batch.commands[index])
            }
        }
        broker.bodyDigests = ByteView()
        broker.takeFinishedPublishes { replies.finish(of: ConnectionToken(bits: $0)) }
        finishResets()
        broker.serveWaiters(at: now, into: journal)
        if isStopping { broker.releaseWaiters(at: now, into: journal) }
        answerWaiters()
        long.step(journal, &signatures, links, &replies)
        anticipateSignatures()
        logQueueDeliveries()
        replays.take(from: &broker, seams.archive, isStopping: isStopping)
        outbox.take(from: &broker, at: now, until: journal.appendedPosition)
        journal.commit(at: now.instant.milliseconds)
        replies.close(behind: &gate, at: journal.appendedPosition)
        // A quick commit is done already, and its replies can leave with this tick.
        try poll()
        outbox.release(journal, &signatures)
        archives.step(broker, seams.archive, durable: journal.durablePosition, at: now)
        upkeep.step(&broker, journal, at: now)
    }

    private func poll() throws(JournalError) {
        try journal.poll()
        broker.waitsForDisk =
            journal.appendedPosition.offset
            > journal.durablePosition.offset + Shard.undurablePublishBytes
    }

    /// Hands out the replies that may leave now, to be written by the loop they name. To be called
    /// after each tick.
    ///
    /// Writing takes time, and a slow commit holds many up: the loop does it in several turns.
    public func takeReplies(_ body: (ReplyBatch) -> Void) {
        while let batch = gate.release(durable: journal.durablePosition) { body(batch) }
    }

    /// Counts a turn of the loop, as its thread measured it.
    ///
    /// - Parameters:
    ///   - elapsed: Nanoseconds by the clock.
    ///   - worked: Nanoseconds of processor time.
    public func countTurn(elapsed: UInt64, worked: UInt64) {
        statistics.turns.add(elapsed: elapsed, worked: worked)
    }

    /// Takes a batch back whose replies were written.
    public func recycle(_ batch: ReplyBatch) { replies.recycle(batch) }

    /// When the next tick is needed although nothing happens; nil when never.
    public var nextDeadline: Instant? {
        var deadline = broker.nextDeadline
        let isReleasing = isStopping && parked.count > 0
        if outbox.hasWork || long.hasWork || journal.hasFetched || signatures.hasSigned
            || isReleasing
        {
            deadline = now.instant
        }
        for other in [
            journal.nextDeadline, upkeep.nextDeadline(at: now, journal), archives.nextDeadline,
            replays.nextDeadline, outbox.stopDeadline(after: now),
        ] {
            guard let other else { continue }
            deadline = min(deadline ?? Instant(milliseconds: other), Instant(milliseconds: other))
        }
        return deadline
    }

    // MARK: Stopping

    /// From now on every waiting receive is answered empty, and nothing more is delivered.
    public func beginStopping() {
        isStopping = true
        outbox.stop(at: now)
    }

    /// Whether every reply has left and everything is durable.
    public var isQuiet: Bool {
        gate.count == 0 && parked.count == 0 && unfinished.count == 0 && long.isEmpty
            && !replies.isHolding && outbox.isQuiet(at: now)
            && journal.durablePosition >= journal.appendedPosition
    }

    /// Commits, waits for the disk and closes it.
    public func close() throws(JournalError) { try journal.close() }
}

// MARK: - Carrying out

extension Shard {
    private func carryOut(_ command: Command) {
        statistics.requests += 1
        switch command.ask {
        case .perform(let decoded):
            perform(decoded, for: command.connection)
        case .answer(.certificate(let path), let form):
            answerCertificate(path, form: form, to: command.connection)
        case .answer(let answer, let form):
            let requestID = requestIDs.next()
            replies.reply(to: command.connection) { writer in
                OutcomeEncoder.encode(answer, form: form, requestID: requestID, into: &writer)
            }
        case .refuse(let refusal):
            statistics.refusedRequests += 1
            let requestID = requestIDs.next()
            replies.reply(to: command.connection) { writer in
                ResponseEncoder.encode(refusal: refusal, requestID: requestID, into: &writer)
            }
        case .reportHealth(let form):
            reportHealth(form, to: command.connection)
        case .reportMetrics(let form):
            reportMetrics(form, to: command.connection)
        case .reset(let form):
            reset(form, for: command.connection)
        case .cancel:
            cancel(command.connection)
        }
    }

    private func perform(_ decoded: DecodedAction, for connection: ConnectionToken) {
        do throws(BrokerError) {
            let unfinishedCount = broker.unfinishedPublishCount
            let outcome = try broker.perform(
                decoded.action, from: decoded.caller, at: now, token: connection.bits,
                into: sink(for: decoded.action))
            let publishes = broker.unfinishedPublishCount - unfinishedCount
            if publishes > 0 { replies.hold(connection, unfinished: publishes) }
            noteChange(by: decoded.action)
            if case .parked = outcome {
                parked.insert(decoded.form, for: connection)
            } else {
                answer(outcome, form: decoded.form, to: connection)
            }
        } catch {
            answer(error, form: decoded.form, to: connection)
        }
    }

    private func cancel(_ connection: ConnectionToken) {
        guard parked.remove(connection) != nil else { return }
        broker.cancelWaiter(token: connection.bits)
        // Nothing to say, but the connection learns that nothing is owed any more.
        replies.reply(to: connection) { _ in }
    }

    func answer(_ error: BrokerError, form: ResponseForm, to connection: ConnectionToken) {
        statistics.refusedRequests += 1
        let requestID = requestIDs.next()
        replies.reply(to: connection) { writer in
            OutcomeEncoder.encode(error: error, form: form, requestID: requestID, into: &writer)
        }
    }

    private func reset(_ form: ResponseForm, for connection: ConnectionToken) {
        replies.hold(connection, unfinished: 1)
        broker.reset(token: connection.bits, at: now, into: journal)
        let requestID = requestIDs.next()
        replies.reply(to: connection) { writer in
            ResponseEncoder.encode(
                status: .ok, contentType: "application/json", body: "{}", form: form,
                requestID: requestID, into: &writer)
        }
    }

    /// What was deleted needs nothing of the node any more, and whoever asked is answered.
    private func finishResets() {
        broker.takeFinishedResets { token in
            outbox.removeAll()
            replays.removeAll()
            signatures.removeAll()
            seams.archive.removeAll()
            replies.finish(of: ConnectionToken(bits: token))
        }
    }

    private func reportHealth(_ form: ResponseForm, to connection: ConnectionToken) {
        var body = ByteWriter(capacity: 1024)
        statistics.writeHealth(
            broker: broker.statistics, isStopping: isStopping, at: now, into: &body)
        let requestID = requestIDs.next()
        replies.reply(to: connection) { writer in
            ResponseEncoder.encode(
                status: .ok, contentType: "application/json", body: body.view, form: form,
                requestID: requestID, into: &writer)
        }
    }
}
