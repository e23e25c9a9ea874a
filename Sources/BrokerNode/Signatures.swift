import BrokerCore
import BrokerProtocol
import Bytes

/// What a signature is over, without the text: everybody who gets a message gets the same text,
/// unless the publisher gave each protocol its own.
struct SignatureKey: Hashable {
    private let id: MessageID
    private let timestamp: Timestamp
    /// The version, and what tells texts of the same message apart.
    private let variant: UInt16

    /// The signature of a published message for the subscribers of a protocol.
    init(_ notification: StoredNotification, for protocolKind: SubscriptionProtocol) {
        id = notification.id
        timestamp = notification.timestamp
        let part = notification.isStructured ? UInt16(protocolKind.rawValue) : 0
        variant = UInt16(notification.signatureVersion) << 8 | part
    }

    /// The signature of a confirmation.
    init(_ confirmation: DueDelivery.Confirmation) {
        id = confirmation.id
        timestamp = confirmation.timestamp
        variant = UInt16(confirmation.signatureVersion) << 8 | (confirmation.isUnsubscribe ? 2 : 1)
    }

    /// 1 or 2.
    var version: UInt8 { UInt8(variant >> 8) }
}

/// The signatures of notifications: each is made once and kept for the others who get the message.
///
/// The memory is a clock: a hand goes round and drops what was not asked for since it last passed.
struct Signatures {
    /// Who waits for a signature.
    enum Waiter {
        /// A received message, by its ticket.
        case receive(UInt64)
        /// A delivery, by its number in the outbox.
        case delivery(UInt64)
    }

    private struct Kept {
        var key: SignatureKey
        /// In base64.
        var signature: [UInt8]
        /// Whether it was asked for since the hand passed.
        var isRecent: Bool
        /// Whether nobody has asked for it so far.
        var isSpeculative: Bool
    }

    /// Signatures kept: 344 bytes each.
    private static let capacity = 4096
    /// Signatures made before anybody asked, under way and kept: further publishes wait for their
    /// receive, because nobody seems to receive.
    private static let speculations = (underWay: 64, kept: 1024)
    /// How many get their signature in one turn: very many may have waited for the same one.
    private static let answersPerTurn = 100

    private let signer: any Signer
    private var kept: [Kept] = []
    private var places: [SignatureKey: Int] = [:]
    private var hand = 0
    private var speculativeCount = 0
    private var waiting: [SignatureKey: [Waiter]] = [:]
    private var tickets: [UInt64: SignatureKey] = [:]
    /// What has been signed, and who has waited for it.
    private var signed = Line<(waiters: [Waiter], signature: [UInt8])>()
    /// Of the first of them, who is to get it next.
    private var nextWaiter = 0
    private var lastTicket: UInt64 = 0

    init(signer: any Signer) { self.signer = signer }

    /// The certificate of the key, once there is one.
    var certificate: SigningCertificate? { signer.certificate }

    /// The signature in base64; nil when it has to be asked for. O(1).
    mutating func find(_ key: SignatureKey) -> [UInt8]? {
        guard let place = places[key] else { return nil }
        kept[place].isRecent = true
        if kept[place].isSpeculative {
            kept[place].isSpeculative = false
            speculativeCount -= 1
        }
        return kept[place].signature
    }

    /// Asks for the signature of `text`, unless it has been asked for; `waiter` gets it.
    mutating func ask(_ key: SignatureKey, _ text: ByteView, for waiter: Waiter) {
        if waiting[key]?.append(waiter) == nil { begin(key, text, [waiter]) }
    }

    /// Whether one more signature may be made before anybody asks.
    var mayAnticipate: Bool {
        tickets.count < Signatures.speculations.underWay
            && speculativeCount < Signatures.speculations.kept
    }

    /// Asks for a signature that will probably be wanted.
    mutating func anticipate(_ key: SignatureKey, _ text: ByteView) {
        guard places[key] == nil, waiting[key] == nil else { return }
        begin(key, text, [])
    }

    private mutating func begin(_ key: SignatureKey, _ text: ByteView, _ waiters: [Waiter]) {
        lastTicket += 1
        waiting[key] = waiters
        tickets[lastTicket] = key
        signer.sign(text.array, version: key.version, ticket: lastTicket)
    }

    /// Whether some who have waited can get their signature.
    var hasSigned: Bool { !signed.isEmpty }

    /// Takes in what has been signed; returns who waited for it, some in each turn, and the signature
    /// in base64.
    mutating func takeSigned() -> [(waiter: Waiter, signature: [UInt8])] {
        var arrived: [(SignatureKey, [UInt8])] = []
        signer.takeSignatures { ticket, signature in
            guard let key = tickets.removeValue(forKey: ticket) else { return }
            var text = ByteWriter(capacity: (signature.count + 2) / 3 * 4)
            signature.withByteView { text.append(base64: $0) }
            arrived.append((key, text.array))
        }
        for (key, signature) in arrived {
            let waiters = waiting.removeValue(forKey: key) ?? []
            keep(key, signature, isSpeculative: waiters.isEmpty)
            if !waiters.isEmpty { signed.append((waiters, signature)) }
        }
        return nextAnswers()
    }

    private mutating func nextAnswers() -> [(waiter: Waiter, signature: [UInt8])] {
        var answers: [(waiter: Waiter, signature: [UInt8])] = []
        while answers.count < Signatures.answersPerTurn, let (waiters, signature) = signed.first {
            answers.append((waiters[nextWaiter], signature))
            nextWaiter += 1
            if nextWaiter == waiters.count {
                signed.removeFirst()
                nextWaiter = 0
            }
        }
        return answers
    }

    private mutating func keep(_ key: SignatureKey, _ signature: [UInt8], isSpeculative: Bool) {
        let entry = Kept(
            key: key, signature: signature, isRecent: false, isSpeculative: isSpeculative)
        if isSpeculative { speculativeCount += 1 }
        if kept.count < Signatures.capacity {
            places[key] = kept.count
            kept.append(entry)
            return
        }
        while kept[hand].isRecent {
            kept[hand].isRecent = false
            hand = (hand + 1) % kept.count
        }
        if kept[hand].isSpeculative { speculativeCount -= 1 }
        places[kept[hand].key] = nil
        places[key] = hand
        kept[hand] = entry
        hand = (hand + 1) % kept.count
    }

    /// Forgets every signature; what is under way is still made.
    mutating func removeAll() {
        kept = []
        places = [:]
        hand = 0
        speculativeCount = 0
    }
}
