import BrokerCore
import BrokerJournal
import BrokerProtocol
import Bytes

/// Receives that return so much that encoding them at once would keep everybody else waiting.
///
/// They are answered in the order in which they came, a message at a time: its payload is found in
/// memory or asked for → what has to be signed is signed → it is encoded but for its long texts →
/// these are escaped, part by part. When all are, the answer leaves in parts. A turn does about
/// `bytesPerTick` of all that.
struct LongReceives {
    /// Bytes that a turn copies, encodes or hands out: less than half a millisecond, if most go to
    /// pages that are touched for the first time.
    static let bytesPerTick = 512 << 10
    /// A receive that returns more than this waits here …
    static let quickByteCount = 128 << 10
    /// … and so does any that comes when a turn has encoded this much.
    static let quickBytesPerTick = 1 << 20
    /// A message of more bytes than this is not encoded at once, …
    static let wholeByteCount = 64 << 10
    /// … but so much of its texts at a time. A multiple of three, as base64 needs.
    private static let partByteCount = 48 << 10
    /// Tells its tickets from those of other receives and of the outbox.
    private static let ticketBit: UInt64 = 1 << 62

    /// Bytes of an answer, or a payload, which stay where they are.
    private final class Piece {
        var bytes: ByteWriter
        init(byteCount: Int) { bytes = ByteWriter(capacity: byteCount) }
        convenience init(_ payload: ByteView) {
            self.init(byteCount: payload.count)
            bytes.append(payload)
        }
    }

    /// A part of an answer.
    private struct Part {
        let piece: Piece
        var range: Range<Int>
    }

    /// A message whose long texts are being written, and the one that is.
    private struct Unfinished {
        let message: Piece
        let longTexts: LongTexts
        /// How much of the message is in parts.
        var place = 0
        var text = 0
        var written = 0
        var piece: Piece?
    }

    private final class Receive {
        let connection: ConnectionToken
        let form: ResponseForm
        let messages: [ReceivedMessage]
        /// The message that is encoded next.
        var next = 0
        /// Its payload, or that of the unfinished one, when it had to be read or is long. Empty when
        /// its segment was given up before: the message was deleted, or moved to a newer segment,
        /// and comes again when its visibility ends.
        var payload: Piece?
        /// Its signature, when it had to be made.
        var signature: [UInt8]?
        var unfinished: Unfinished?
        let requestID: RequestID
        var encoder: ReceivedEncoder
        /// What stands before the messages.
        let head: Piece
        var parts: [Part] = []
        /// How much is still to be handed out; nil until everything is encoded.
        var unsent: Int?

        init(
            connection: ConnectionToken, form: ResponseForm, requestID: RequestID,
            messages: [ReceivedMessage]
        ) {
            self.connection = connection
            self.form = form
            self.requestID = requestID
            self.messages = messages
            head = Piece(byteCount: 512)
            encoder = ReceivedEncoder(form: form, requestID: requestID, into: &head.bytes)
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
        line[0].payload = Piece(payload)
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
            } else if receive.unfinished != nil {
                left -= writePart(of: receive)
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
            return encode(payload.bytes.view, message, of: receive, &signatures, links)
        }
        if let payload = journal.payload(at: message.position, count: message.length) {
            guard payload.count > LongReceives.wholeByteCount else {
                return encode(payload, message, of: receive, &signatures, links)
            }
            // It may leave the memory before everything is written.
            receive.payload = Piece(payload)
            return payload.count
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
        receive.signature = nil
        guard !payload.isEmpty else {
            receive.payload = nil
            return 0
        }
        let isLong = payload.count > LongReceives.wholeByteCount
        let longTexts = isLong ? LongTexts() : nil
        let piece = Piece(byteCount: roomForEscapes(of: isLong ? 0 : payload.count, receive))
        signature.withByteView { signature in
            do throws(ByteReader.EndOfBytes) {
                try receive.encoder.append(
                    message, payload: payload, links: links, signature: signature,
                    leavingOut: longTexts, into: &piece.bytes)
                receive.unfinished = Unfinished(
                    message: piece, longTexts: longTexts ?? LongTexts())
            } catch {
                fail(receive)
            }
        }
        // The digest of an envelope takes as long as writing a multiple of it.
        return piece.bytes.count + (message.entry == nil ? 0 : payload.count * 4)
    }

    /// Writes on in the unfinished message and returns the bytes that took.
    private func writePart(of receive: Receive) -> Int {
        guard var unfinished = receive.unfinished else { return 0 }
        let end =
            unfinished.text < unfinished.longTexts.texts.count
            ? unfinished.longTexts.texts[unfinished.text].place : unfinished.message.bytes.count
        if unfinished.place < end {
            receive.parts.append(Part(piece: unfinished.message, range: unfinished.place..<end))
            unfinished.place = end
        }
        guard unfinished.text < unfinished.longTexts.texts.count else {
            receive.unfinished = nil
            receive.payload = nil
            return 0
        }
        let text = unfinished.longTexts.texts[unfinished.text]
        let piece = unfinished.piece ?? Piece(byteCount: roomForEscapes(of: text.count, receive))
        let before = piece.bytes.count
        let partEnd = min(unfinished.written + LongReceives.partByteCount, text.count)
        receive.encoder.append(unfinished.written..<partEnd, of: text, into: &piece.bytes)
        if partEnd < text.count {
            unfinished.piece = piece
            unfinished.written = partEnd
        } else {
            receive.parts.append(Part(piece: piece, range: 0..<piece.bytes.count))
            unfinished.piece = nil
            unfinished.written = 0
            unfinished.text += 1
        }
        receive.unfinished = unfinished
        return piece.bytes.count - before
    }

    /// Room for what escapes make of so many bytes, so that nothing is moved; what is not used costs
    /// nothing.
    private func roomForEscapes(of byteCount: Int, _ receive: Receive) -> Int {
        byteCount * (receive.form.wire == .query ? 6 : 2) + 16 << 10
    }

    private func end(_ receive: Receive) {
        let tail = receive.parts.isEmpty ? receive.head : Piece(byteCount: 512)
        receive.encoder.end(into: &tail.bytes)
        if tail !== receive.head {
            receive.parts.append(Part(piece: tail, range: 0..<tail.bytes.count))
        }
        receive.parts.insert(
            Part(piece: receive.head, range: 0..<receive.head.bytes.count), at: 0)
        let total = receive.parts.reduce(0) { $0 + $1.range.count }
        receive.unsent = receive.encoder.setLength(of: total, in: &receive.head.bytes)
    }

    /// Answers that a record is damaged.
    private func fail(_ receive: Receive) {
        let piece = Piece(byteCount: 1024)
        OutcomeEncoder.encode(
            error: BrokerError(.internalFailure), form: receive.form, requestID: receive.requestID,
            into: &piece.bytes)
        receive.parts = [Part(piece: piece, range: 0..<piece.bytes.count)]
        receive.unsent = piece.bytes.count
    }

    /// Hands out the next part of an answer and returns its bytes.
    private mutating func handOut(
        _ receive: Receive, upTo limit: Int, _ replies: inout ReplyOutbox
    ) -> Int {
        guard let first = receive.parts.first, let unsent = receive.unsent else { return 0 }
        let bytes = first.piece.bytes.view[first.range].prefix(min(limit, unsent))
        let isComplete = bytes.count == unsent
        replies.append(bytes, to: receive.connection, isComplete: isComplete)
        receive.unsent = unsent - bytes.count
        receive.parts[0].range = first.range.lowerBound + bytes.count..<first.range.upperBound
        if receive.parts[0].range.isEmpty { receive.parts.removeFirst() }
        if isComplete { line.removeFirst() }
        return bytes.count
    }
}
