import BrokerCore
import Bytes

@testable import BrokerProtocol

/// A broker with the protocol around it: requests in, responses out, a journal in memory.
struct ServedBroker: ~Copyable {
    private var broker = Broker(
        configuration: BrokerConfiguration(), entropy: Entropy(seed: (1, 2, 3)))
    private var decoder = ActionDecoder(configuration: ProtocolConfiguration())
    private let sink = HeldRecords()
    private var now = Moment(
        instant: Instant(milliseconds: 1_000_000),
        timestamp: Timestamp(milliseconds: 1_767_225_600_000))
    private var token: UInt64 = 0
    /// The forms of receives that wait.
    private var waiting: [UInt64: ResponseForm] = [:]
    /// The base64 text of the handle that was given out last.
    private(set) var lastHandle = "none"

    private static let links = NotificationLinks(
        base: "http://localhost:4566", certificatePath: "/SimpleNotificationService-0.pem")

    init() { broker.found(at: now, into: sink) }

    /// Lets time pass.
    mutating func pass(milliseconds: UInt64) {
        now.instant.milliseconds += milliseconds
        now.timestamp.milliseconds += milliseconds
        tick { _ in }
    }

    /// Answers a request; `respond` gets the response, and those to others whom it has served.
    mutating func answer(_ request: Request, _ respond: (ByteView) -> Void) {
        broker.advance(to: now, into: sink)
        switch decoder.decode(request) {
        case .answer(let answer, let form):
            var writer = ByteWriter()
            OutcomeEncoder.encode(
                answer, form: form, requestID: RequestID(high: 1, low: token), into: &writer)
            if !form.omitsBody { respond(writer.view) }
        case .action(let decoded):
            token += 1
            do throws(BrokerError) {
                let outcome = try broker.perform(
                    decoded.action, from: decoded.caller, at: now, token: token, into: sink)
                self.respond(outcome, decoded.form, respond)
            } catch {
                refuse(error, decoded.form, respond)
            }
        }
        tick(respond)
    }

    private mutating func tick(_ respond: (ByteView) -> Void) {
        broker.advance(to: now, into: sink)
        broker.serveWaiters(at: now, into: sink)
        var answers: [(UInt64, Result<Outcome, BrokerError>)] = []
        broker.takeAnswers { answers.append(($0, $1)) }
        for (token, result) in answers {
            guard let form = waiting.removeValue(forKey: token) else {
                preconditionFailure("who is answered has asked")
            }
            switch result {
            case .success(let outcome): self.respond(outcome, form, respond)
            case .failure(let error): refuse(error, form, respond)
            }
        }
        deliver()
    }

    private mutating func respond(
        _ outcome: Outcome, _ form: ResponseForm, _ respond: (ByteView) -> Void
    ) {
        var positions: [JournalPosition] = []
        switch outcome {
        case .parked:
            waiting[token] = form
            return
        case .received(let messages):
            positions = messages.map(\.position)
            if let message = messages.last {
                var writer = ByteWriter()
                message.receiptHandle.write(to: &writer)
                lastHandle = writer.view.string
            }
        default: break
        }
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            outcome, form: form, requestID: RequestID(high: 1, low: token),
            payload: { sink.payload(at: positions[$0]) }, links: Self.links,
            signature: { _ in ByteView() }, into: &writer)
        if !form.omitsBody { respond(writer.view) }
    }

    private func refuse(
        _ error: BrokerError, _ form: ResponseForm, _ respond: (ByteView) -> Void
    ) {
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            error: error, form: form, requestID: RequestID(high: 1, low: token), into: &writer)
        if !form.omitsBody { respond(writer.view) }
    }

    /// Encodes what is owed to subscribers outside, and says that it was delivered or not.
    private mutating func deliver() {
        var due: [DueDelivery] = []
        broker.takeDueDeliveries(limit: 16, at: now) { due.append($0) }
        for delivery in due {
            if case .notification(let position, _, _) = delivery.content {
                check(delivery, sink.payload(at: position))
            } else {
                check(delivery, ByteView())
            }
            _ = broker.finishDelivery(
                delivery.number, delivery.number & 1 == 0 ? .delivered : .failed, at: now,
                into: sink)
        }
    }

    private func check(_ delivery: DueDelivery, _ payload: ByteView) {
        var endpoints = DeliveryEndpoints()
        endpoints.lambda = "http://localhost:1"
        endpoints.firehose = "http://localhost:2"
        endpoints.sms = "http://localhost:3"
        endpoints.push = "http://localhost:4"
        let encoded = DeliveryEncoder.encode(
            delivery, payload: payload, links: Self.links, signature: ByteView(),
            endpoints: endpoints)
        Deliveries.check(encoded)
    }

    /// Another broker that replays what this one has recorded ends in the same state.
    mutating func checkRecovery() {
        var twin = Broker(configuration: BrokerConfiguration(), entropy: Entropy(seed: (4, 5, 6)))
        for record in sink.records {
            do throws(RecordError) {
                try twin.apply(type: record.type, payload: record.payload, at: record.position)
            } catch {
                preconditionFailure("a record is replayed: \(error.reason)")
            }
        }
        twin.advance(to: now, into: HeldRecords())
        let (replayed, lived) = (Self.snapshot(of: &twin), Self.snapshot(of: &broker))
        promise(replayed == lived, "what is replayed is the same state")
    }

    private static func snapshot(of broker: inout Broker) -> [[UInt8]] {
        var records: [[UInt8]] = []
        broker.beginSnapshot()
        while !broker.continueSnapshot(upTo: 1 << 20, emit: { records.append([$0] + $1.array) }) {}
        // What is owed has numbers of timers in its pages, which depend on when it was tried.
        return records.filter { $0[0] != RecordType.snapshotPage.rawValue || $0[1] != 6 }
    }
}
