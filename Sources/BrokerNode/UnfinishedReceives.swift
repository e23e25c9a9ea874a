import BrokerCore
import BrokerJournal
import BrokerProtocol
import Bytes

/// Receives that were performed and cannot be shown yet: bodies have left memory, so the disk reads,
/// or envelopes wait for their signature.
struct UnfinishedReceives {
    /// A receive with the payloads and signatures that have come so far.
    final class Waiting {
        let connection: ConnectionToken
        let form: ResponseForm
        let messages: [ReceivedMessage]
        fileprivate var payloads: [[UInt8]?]
        /// In base64; empty for what is not signed.
        fileprivate var signatures: [[UInt8]]
        fileprivate var missing = 0

        fileprivate init(
            connection: ConnectionToken, form: ResponseForm, messages: [ReceivedMessage]
        ) {
            self.connection = connection
            self.form = form
            self.messages = messages
            payloads = Array(repeating: nil, count: messages.count)
            signatures = Array(repeating: [], count: messages.count)
        }

        /// Puts payloads and signatures into `content` and returns the messages they belong to.
        ///
        /// A payload is empty when its segment was given up before it could be read: the message
        /// was deleted, or was moved to a newer segment, and then it comes again when its
        /// visibility ends.
        func fill(_ content: inout ReceivedContent) -> [ReceivedMessage] {
            content.removeAll()
            var found: [ReceivedMessage] = []
            for (index, message) in messages.enumerated() {
                guard let payload = payloads[index], !payload.isEmpty else { continue }
                content.append(copying: payload, signature: signatures[index])
                found.append(message)
            }
            return found
        }
    }

    private var waiting: [UInt64: (receive: Waiting, index: Int)] = [:]
    private var lastTicket: UInt64 = 0
    /// The published message that was copied last: those who get it wait together, and its record
    /// names them all.
    private var copied: (position: JournalPosition, payload: [UInt8])?

    /// How many payloads and signatures are awaited.
    var count: Int { waiting.count }

    /// Keeps what is there and asks for the rest.
    mutating func park(
        _ messages: [ReceivedMessage], form: ResponseForm, for connection: ConnectionToken,
        _ journal: Journal, _ signatures: inout Signatures
    ) {
        let receive = Waiting(connection: connection, form: form, messages: messages)
        for (index, message) in messages.enumerated() {
            // What is in memory now may leave it before the rest has come.
            if let payload = journal.payload(at: message.position, count: message.length) {
                take(payload, of: receive, index, &signatures)
            } else {
                let ticket = ticket(for: receive, index)
                journal.fetch(at: message.position, count: message.length, ticket: ticket)
            }
        }
        precondition(receive.missing > 0, "a receive is parked for something that is missing")
    }

    /// Takes a payload that was read; returns the receive when nothing is missing any more.
    mutating func fetched(
        _ payload: ByteView, ticket: UInt64, _ signatures: inout Signatures
    ) -> Waiting? {
        let (receive, index) = arrived(ticket)
        take(payload, of: receive, index, &signatures)
        return ifComplete(receive)
    }

    /// Takes a signature; returns the receive when nothing is missing any more.
    mutating func signed(_ signature: [UInt8], ticket: UInt64) -> Waiting? {
        let (receive, index) = arrived(ticket)
        receive.signatures[index] = signature
        return ifComplete(receive)
    }

    private mutating func ifComplete(_ receive: Waiting) -> Waiting? {
        if waiting.isEmpty { copied = nil }
        return receive.missing == 0 ? receive : nil
    }

    private mutating func take(
        _ payload: ByteView, of receive: Waiting, _ index: Int, _ signatures: inout Signatures
    ) {
        guard let entry = receive.messages[index].entry, !payload.isEmpty else {
            receive.payloads[index] = payload.array
            return
        }
        receive.payloads[index] = copy(payload, at: receive.messages[index].position)
        switch SignedText.needed(by: payload, entry: entry, &signatures) {
        case .none: break
        case .signed(let signature): receive.signatures[index] = signature
        case .text(let key, let text):
            let waiter = Signatures.Waiter.receive(ticket(for: receive, index))
            text.withByteView { signatures.ask(key, $0, for: waiter) }
        }
    }

    private mutating func copy(_ payload: ByteView, at position: JournalPosition) -> [UInt8] {
        if let copied, copied.position == position { return copied.payload }
        let copy = payload.array
        copied = (position, copy)
        return copy
    }

    private mutating func ticket(for receive: Waiting, _ index: Int) -> UInt64 {
        lastTicket += 1
        receive.missing += 1
        waiting[lastTicket] = (receive, index)
        return lastTicket
    }

    private mutating func arrived(_ ticket: UInt64) -> (Waiting, Int) {
        guard let (receive, index) = waiting.removeValue(forKey: ticket) else {
            preconditionFailure("what was asked for comes once")
        }
        receive.missing -= 1
        return (receive, index)
    }
}
