import BrokerCore
import BrokerJournal
import BrokerProtocol
import Bytes

/// Receives that return so much that encoding them at once would keep everybody else waiting.
///
/// They are answered in the order in which they came, a message at a time: its payload is found in
/// memory or asked for → what has to be signed is signed → it is encoded. When all are, the answer
/// leaves in parts. A turn does about `bytesPerTick` of all that, and one message at most more.
struct LongReceives {
    /// Bytes that a turn encodes or hands out: less than half a millisecond, and a message of a
    /// mebibyte takes one at most.
    static let bytesPerTick = 512 << 10
    /// A receive that returns more than this waits here …
    static let quickByteCount = 256 << 10
    /// … and so does any that comes when a turn has encoded this much.
    static let quickBytesPerTick = 1 << 20
    /// Tells its tickets from those of other receives and of the outbox.
    private static let ticketBit: UInt64 = 1 << 62

    /// A part of an answer.
    private final class Piece {
        var bytes: ByteWriter
        init(byteCount: Int) { bytes = ByteWriter(capacity: byteCount) }
    }

    private final class Receive {
        let connection: ConnectionToken
        let form: ResponseForm
        let messages: [ReceivedMessage]
        /// The message that is encoded next.
        var next = 0
        /// Its payload, when it had to be read. Empty when its segment was given up before: the
        /// message was deleted, or moved to a newer segment, and comes again when its visibility
        /// ends.
        var payload: [UInt8]?
        /// Its signature, when it had to be made.
        var signature: [UInt8]?
        let requestID: RequestID
        var encoder: ReceivedEncoder
        var pieces: [Piece]
        /// How much is still to be handed out; nil until everything is encoded.
        var unsent: Int?
        /// How much of the first piece was handed out.
        var sent = 0

        init(
            connection: ConnectionToken, form: ResponseForm, requestID: RequestID,
            messages: [ReceivedMessage]
        ) {
            self.connection = connection
            self.form = form
            self.requestID = requestID
            self.messages = messages
            let head = Piece(byteCount: 512)
            encoder = ReceivedEncoder(form: form, requestID: requestID, into: &head.bytes)
            pieces = [head]
        }
    }

    private var line: [Receive] = []
    private var lastTicket = LongReceives.ticketBit
    /// Whether the first receive waits for a payload or a signature.
    private var isWaiting = false

    /// Whether there are none.
    var isEmpty: Bool { line.isEmpty }

    /// Whether the next turn can go on.
    var hasWork: Bool { !line.isEmpty && !isWaiting }

    /// Whether what has been fetched or signed under this ticket is for a receive that waits here.
    static func owns(ticket: UInt64) -> Bool { ticket >> 62 == 1 }

    /// Adds a receive at the end of the line.
    mutating func append(
        _ messages: [ReceivedMessage], form: ResponseForm, requestID: RequestID,
        for connection: ConnectionToken
    ) {
        line.append(
            Receive(
                connection: connection, form: form, requestID: requestID, messages: messages))
    }

    /// Takes the payload that the first receive waits for.
    mutating func fetched(_ payload: ByteView, ticket: UInt64) {
        arrived(ticket)
        line[0].payload = payload.array
    }

    /// Takes the signature that the first receive waits for.
    mutating func signed(_ signature: [UInt8], ticket: UInt64) {
        arrived(ticket)
        line[0].signature = signature
    }

    private mutating func arrived(_ ticket: UInt64) {
        precondition(isWaiting && ticket == lastTicket, "what was asked for comes once")
        isWaiting = false
    }

    // MARK: A turn

    /// Does the work of one turn.
    mutating func step(
        _ journal: Journal, _ signatures: inout Signatures, _ links: NotificationLinks,
        _ replies: inout ReplyOutbox
    ) {
        var left = LongReceives.bytesPerTick
        while left > 0, hasWork {
            let receive = line[0]
            if receive.unsent != nil {
                left -= handOut(receive, upTo: left, &replies)
            } else {
                left -= encodeNext(of: receive, journal, &signatures, links)
            }
        }
    }

    /// Encodes the next message, if everything is there, and returns the bytes that took.
    private mutating func encodeNext(
        of receive: Receive, _ journal: Journal, _ signatures: inout Signatures,
        _ links: NotificationLinks
    ) -> Int {
        guard receive.next < receive.messages.count else {
            end(receive)
            return 0
        }
        let message = receive.messages[receive.next]
        if let payload = receive.payload {
            return payload.withByteView { encode($0, message, of: receive, &signatures, links) }
        }
        if let payload = journal.payload(at: message.position, count: message.length) {
            return encode(payload, message, of: receive, &signatures, links)
        }
        lastTicket += 1
        isWaiting = true
        journal.fetch(at: message.position, count: message.length, ticket: lastTicket)
        return 0
    }

    private mutating func encode(
        _ payload: ByteView, _ message: ReceivedMessage, of receive: Receive,
        _ signatures: inout Signatures, _ links: NotificationLinks
    ) -> Int {
        var signature = receive.signature ?? []
        if receive.signature == nil, let entry = message.entry, !payload.isEmpty {
            switch SignedText.needed(by: payload, entry: entry, &signatures) {
            case .none: break
            case .signed(let known): signature = known
            case .text(let key, let text):
                lastTicket += 1
                isWaiting = true
                text.withByteView { signatures.ask(key, $0, for: .receive(lastTicket)) }
                return text.count
            }
        }
        receive.next += 1
        receive.payload = nil
        receive.signature = nil
        guard !payload.isEmpty else { return 0 }
        // Room for what escapes make of it, so that nothing is moved; what is not used costs nothing.
        let growth = receive.form.wire == .query ? 6 : 2
        let piece = Piece(byteCount: payload.count * growth + 2048)
        receive.pieces.append(piece)
        signature.withByteView { signature in
            do throws(ByteReader.EndOfBytes) {
                try receive.encoder.append(
                    message, payload: payload, links: links, signature: signature,
                    into: &piece.bytes)
            } catch {
                fail(receive)
            }
        }
        return payload.count
    }

    private func end(_ receive: Receive) {
        let last = receive.pieces[receive.pieces.count - 1]
        receive.encoder.end(into: &last.bytes)
        let total = receive.pieces.reduce(0) { $0 + $1.bytes.count }
        receive.unsent = receive.encoder.setLength(of: total, in: &receive.pieces[0].bytes)
    }

    /// Answers that a record is damaged.
    private func fail(_ receive: Receive) {
        let piece = Piece(byteCount: 1024)
        OutcomeEncoder.encode(
            error: BrokerError(.internalFailure), form: receive.form, requestID: receive.requestID,
            into: &piece.bytes)
        receive.pieces = [piece]
        receive.unsent = piece.bytes.count
    }

    /// Hands out the next part of an answer and returns its bytes.
    private mutating func handOut(
        _ receive: Receive, upTo limit: Int, _ replies: inout ReplyOutbox
    ) -> Int {
        guard let piece = receive.pieces.first, let unsent = receive.unsent else { return 0 }
        let part = piece.bytes.view.dropFirst(receive.sent).prefix(min(limit, unsent))
        let isComplete = part.count == unsent
        replies.append(part, to: receive.connection, isComplete: isComplete)
        receive.unsent = unsent - part.count
        receive.sent += part.count
        if receive.sent == piece.bytes.count {
            receive.pieces.removeFirst()
            receive.sent = 0
        }
        if isComplete { line.removeFirst() }
        return part.count
    }
}
