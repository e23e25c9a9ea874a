import BrokerCore
import BrokerJournal
import BrokerProtocol
import Bytes

/// The deliveries between the broker, which owes them, and the courier, who makes them.
///
/// A delivery is taken from the broker → held until the facts it rests on are durable → its
/// payload is found → its text is signed → it is encoded and sent → its result goes back to the
/// broker, which records it. Messages for the archive go to the archive instead of the courier.
///
/// Nothing of it is durable: what is under way when the node ends is attempted again.
struct Outbox {
    /// A delivery under way.
    final class Item {
        let number: UInt64
        let delivery: DueDelivery
        /// Nothing leaves before the journal is durable up to here.
        let position: JournalPosition
        /// The bytes it accounts for in memory.
        let byteCount: Int
        var payload: [UInt8] = []
        /// Whether courier or archive has it.
        var isSent = false
        /// What the message is, for the delivery log; nil for confirmations.
        var subject: DeliverySubject?

        init(number: UInt64, delivery: DueDelivery, position: JournalPosition, byteCount: Int) {
            self.number = number
            self.delivery = delivery
            self.position = position
            self.byteCount = byteCount
        }
    }

    /// What came of an attempt.
    struct Answer {
        var item: Item
        var result: DeliveryResult
        /// The status of an HTTP response.
        var status: Int?
        /// The body of the response, or why there is none.
        var response: String
    }

    /// Deliveries under way, all together: far more than responsive receivers need, so that those
    /// which hang do not hold up the others.
    private static let itemLimit = 4096
    /// The bytes of their messages.
    private static let byteLimit = 128 << 20
    /// Deliveries taken in one tick.
    private static let takenPerTick = 256
    /// How long results are waited for when the node stops.
    private static let stopMilliseconds: UInt64 = 500
    /// Tells tickets of the outbox from those of receives.
    private static let ticketBit: UInt64 = 1 << 63

    private let seams: Seams
    private let endpoints: DeliveryEndpoints
    private var items: [UInt64: Item] = [:]
    private var held: [Item] = []
    private var byteCount = 0
    private var lastNumber: UInt64 = 0
    private var answers: [Answer] = []
    private var tookLimit = false
    private var links: NotificationLinks
    /// The monotonic clock of this tick, in milliseconds.
    private var monotonicNow: UInt64 = 0
    /// Set once the node stops: how long results are waited for.
    private var waitsUntil: Instant?
    /// Of the message that was completed last: a fan-out has the same for every receiver.
    private var lastSubject: DeliverySubject?

    init(seams: Seams, endpoints: DeliveryEndpoints, links: NotificationLinks) {
        self.seams = seams
        self.endpoints = endpoints
        self.links = links
    }

    /// Notes what holds in this tick.
    mutating func beginTick(_ links: NotificationLinks, at monotonic: UInt64) {
        self.links = links
        monotonicNow = monotonic
    }

    private var isStopping: Bool { waitsUntil != nil }

    /// How many deliveries are under way.
    var count: Int { items.count }

    /// Whether there is something to do at once.
    var hasWork: Bool { !answers.isEmpty || (tookLimit && room > 0) }

    private var room: Int {
        byteCount >= Outbox.byteLimit ? 0 : max(Outbox.itemLimit - items.count, 0)
    }

    /// How many deliveries one receiver may have under way: fewer, the more all have together, so
    /// that thousands that hang leave room for the others.
    private var share: Int {
        switch items.count {
        case ..<(Outbox.itemLimit / 2): .max
        case ..<(Outbox.itemLimit / 4 * 3): 2
        default: 1
        }
    }

    // MARK: Taking and sending

    /// Takes what is due; it rests on facts before `position`.
    mutating func take(
        from broker: inout Broker, at now: Moment, until position: JournalPosition
    ) {
        let limit = isStopping ? 0 : min(room, Outbox.takenPerTick)
        guard limit > 0 else { return }
        var taken = 0
        broker.takeDueDeliveries(limit: limit, share: share, at: now) { delivery in
            taken += 1
            lastNumber += 1
            let item = Item(
                number: lastNumber, delivery: delivery, position: position,
                byteCount: delivery.content.payloadByteCount)
            items[item.number] = item
            held.append(item)
            byteCount += item.byteCount
        }
        tookLimit = taken == limit
    }

    /// Sends what rests on durable facts, as far as it is complete.
    mutating func release(
        _ journal: Journal, _ signatures: inout Signatures
    ) {
        let durable = journal.durablePosition
        guard let first = held.first, first.position <= durable else { return }
        let released = held.prefix { $0.position <= durable }
        held.removeFirst(released.count)
        for item in released {
            switch item.delivery.content {
            case .confirmation:
                complete(item, ByteView(), &signatures)
            case .notification(let position, let length, _), .archive(let position, let length):
                if let payload = journal.payload(at: position, count: length) {
                    complete(item, payload, &signatures)
                } else {
                    journal.fetch(
                        at: position, count: length, ticket: item.number | Outbox.ticketBit)
                }
            }
        }
    }

    /// Whether a ticket of a fetch is of the outbox.
    static func owns(ticket: UInt64) -> Bool { ticket & ticketBit != 0 }

    /// Takes a payload that was read.
    mutating func fetched(
        _ payload: ByteView, ticket: UInt64, _ signatures: inout Signatures
    ) {
        guard let item = items[ticket & ~Outbox.ticketBit] else { return }
        if payload.isEmpty {
            // The record was moved and its segment given up meanwhile; the next attempt finds it.
            return answer(item, .failed, reason: "the message was moved while it was read")
        }
        complete(item, payload, &signatures)
    }

    private mutating func complete(
        _ item: Item, _ payload: ByteView, _ signatures: inout Signatures
    ) {
        if case .archive = item.delivery.content { return store(item, payload) }
        describe(item, payload)
        switch SignedText.needed(by: item.delivery, payload: payload, links: links, &signatures) {
        case .none: send(item, payload, ByteView())
        case .signed(let signature):
            signature.withByteView { send(item, payload, $0) }
        case .text(let key, let text):
            item.payload = payload.array
            text.withByteView { signatures.ask(key, $0, for: .delivery(item.number)) }
        }
    }

    /// Notes what the delivery log tells of the message.
    private mutating func describe(_ item: Item, _ payload: ByteView) {
        guard !payload.isEmpty, let notification = try? StoredNotification(payload: payload)
        else { return }
        if lastSubject?.id != notification.id { lastSubject = DeliverySubject(notification) }
        item.subject = lastSubject
    }

    /// Takes the signature that a delivery waited for.
    mutating func signed(
        _ signature: [UInt8], number: UInt64
    ) {
        guard let item = items[number] else { return }
        let payload = item.payload
        item.payload = []
        signature.withByteView { signature in
            payload.withByteView { send(item, $0, signature) }
        }
    }

    private mutating func send(
        _ item: Item, _ payload: ByteView, _ signature: ByteView
    ) {
        let encoded = DeliveryEncoder.encode(
            item.delivery, payload: payload, links: links, signature: signature,
            endpoints: endpoints)
        let address: Parcel.Address
        switch encoded.address {
        case .http(let url, let headers): address = .http(url: url, headers: headers)
        case .mail(let recipient): address = .mail(recipient: recipient)
        // As for an endpoint that was deleted: a repetition would find nothing either.
        case .none(let reason): return answer(item, .refused, reason: reason)
        }
        item.isSent = true
        seams.courier.send(
            Parcel(number: item.number, address: address, body: encoded.body), at: monotonicNow)
    }

    private mutating func store(_ item: Item, _ payload: ByteView) {
        guard let notification = try? StoredNotification(payload: payload) else {
            return answer(item, .refused, reason: "the message's record is damaged")
        }
        let message = ArchivedMessage(
            topicARN: item.delivery.topicARN, sequence: notification.sequenceNumber,
            timestamp: notification.timestamp, payload: payload.array)
        item.isSent = true
        seams.archive.store(message, ticket: item.number | Outbox.ticketBit)
    }

    // MARK: Answers

    /// Takes in what came of attempts.
    mutating func takeAnswers() -> [Answer] {
        seams.courier.takeResults { number, result, _ in
            guard let item = items[number] else { return }
            switch result {
            case .answered(let status, let response):
                answers.append(
                    Answer(
                        item: item,
                        result: DeliveryEncoder.result(
                            of: item.delivery, status: status, body: response),
                        status: status, response: String(decoding: response, as: UTF8.self)))
            case .failed(let reason):
                answer(item, .failed, reason: reason)
            }
        }
        defer { answers = [] }
        return answers.filter { answer in
            guard items.removeValue(forKey: answer.item.number) != nil else { return false }
            byteCount -= answer.item.byteCount
            return true
        }
    }

    /// Takes what the archive made of a message.
    mutating func archived(_ archiveAnswer: ArchiveAnswer, ticket: UInt64) {
        guard let item = items[ticket & ~Outbox.ticketBit] else { return }
        switch archiveAnswer {
        case .stored, .messages: answer(item, .delivered, reason: "")
        case .failed(let reason): answer(item, .failed, reason: reason)
        }
    }

    private mutating func answer(_ item: Item, _ result: DeliveryResult, reason: String) {
        answers.append(Answer(item: item, result: result, status: nil, response: reason))
    }

    /// Sends nothing any more that was not sent. Results are still taken, and waited for a moment:
    /// what is not known to have arrived will be sent again.
    mutating func stop(at now: Moment) {
        waitsUntil = now.instant.adding(milliseconds: Outbox.stopMilliseconds)
        for item in items.values where !item.isSent {
            items[item.number] = nil
            byteCount -= item.byteCount
        }
        held = []
        tookLimit = false
    }

    /// Whether there is nothing to wait for when the node stops.
    func isQuiet(at now: Moment) -> Bool {
        items.isEmpty || now.instant >= waitsUntil ?? now.instant
    }

    /// When waiting for results ends; nil when nothing is waited for.
    func stopDeadline(after now: Moment) -> UInt64? {
        isQuiet(at: now) ? nil : waitsUntil?.milliseconds
    }

    /// Forgets everything: nothing is owed any more.
    mutating func removeAll() {
        items = [:]
        held = []
        answers = []
        byteCount = 0
        tookLimit = false
    }
}

extension DueDelivery.Content {
    /// The length of the record's payload; 0 for confirmations, which have none.
    fileprivate var payloadByteCount: Int {
        switch self {
        case .notification(_, let length, _), .archive(_, let length): length
        case .confirmation: 0
        }
    }
}
