import BrokerCore
import Bytes

/// Sends with long bodies or attributes, whose digests are computed over several turns of the loop.
///
/// A mebibyte takes two milliseconds to digest, for which nobody else would be served. They are
/// released in the order in which they came; the connections hand out nothing behind them before.
struct SlowSends {
    private struct Send {
        var command: Command
        let byteCount: Int
        let messages: SentMessages
        let attributes: [AttributeText]
    }

    /// What the digest over the attributes of the message with this index is computed over.
    private final class AttributeText {
        let index: Int
        var bytes: ByteWriter

        init(_ message: MessageDraft, index: Int) {
            self.index = index
            bytes = ByteWriter(capacity: message.attributeByteCount + 4096)
            MessageDigests.append(message.attributes, to: &bytes)
        }
    }

    private var sends: [Send] = []
    private var digests = MD5Line()

    /// Whether there are none.
    var isEmpty: Bool { sends.isEmpty }

    /// Adds a send of these messages that came as `byteCount` bytes.
    mutating func append(_ command: Command, messages: SentMessages, byteCount: Int) {
        var attributes: [AttributeText] = []
        messages.forEach { digests.add($0.body ?? ByteView()) }
        // More than a message may have are refused before they are digested.
        if messages.attributeByteCount <= Limits.messageBytes {
            var index = 0
            messages.forEach { message in
                if !message.attributes.isEmpty {
                    attributes.append(AttributeText(message, index: index))
                }
                index += 1
            }
        }
        for text in attributes { digests.add(text.bytes.view) }
        sends.append(
            Send(
                command: command, byteCount: byteCount, messages: messages, attributes: attributes))
    }

    /// Goes on with the digests, at most `byteCount` bytes of each of the first texts.
    mutating func step(byteCount: Int) {
        guard !isEmpty else { return }
        digests.step(byteCount: byteCount)
    }

    /// Removes the first send if its bodies and attributes are digested: hands out the digest of each
    /// body, and returns it with the bytes it came as.
    mutating func release(
        _ handOut: (MD5Digest) -> Void
    ) -> (command: Command, byteCount: Int)? {
        guard var first = sends.first,
            digests.isDigested(first: first.messages.count + first.attributes.count)
        else { return nil }
        sends.removeFirst()
        for _ in 0..<first.messages.count { handOut(digests.takeFirst()) }
        for text in first.attributes {
            first.command.setAttributesDigest(digests.takeFirst(), ofMessage: text.index)
        }
        return (first.command, first.byteCount)
    }
}

/// The messages that a request sends to a queue.
enum SentMessages {
    case none
    case one(MessageDraft)
    case several([SendMessageBatch.Entry])

    init(_ ask: Command.Ask) {
        guard case .perform(let decoded) = ask else {
            self = .none
            return
        }
        switch decoded.action {
        case .sendMessage(let send): self = .one(send.message)
        case .sendMessageBatch(let send): self = .several(send.entries)
        default: self = .none
        }
    }

    var count: Int {
        switch self {
        case .none: 0
        case .one: 1
        case .several(let entries): entries.count
        }
    }

    func forEach(_ body: (MessageDraft) -> Void) {
        switch self {
        case .none: break
        case .one(let message): body(message)
        case .several(let entries): for entry in entries { body(entry.message) }
        }
    }

    /// The bytes of the attributes' values.
    var attributeByteCount: Int {
        var count = 0
        forEach { count += $0.attributeByteCount }
        return count
    }

    /// Whether one of the bodies, or all attributes together, are longer than `byteCount` bytes.
    func takesLong(beyond byteCount: Int) -> Bool {
        var longest = 0
        forEach { longest = max(longest, $0.body?.count ?? 0) }
        return max(longest, attributeByteCount) > byteCount
    }
}

extension MessageDraft {
    fileprivate var attributeByteCount: Int {
        attributes.reduce(0) { count, attribute in
            switch attribute.value {
            case .string(let value), .binary(let value): count + value.count
            case .none, .list: count
            }
        }
    }
}

extension Command {
    fileprivate mutating func setAttributesDigest(_ digest: MD5Digest, ofMessage index: Int) {
        guard case .perform(var decoded) = ask else { return }
        switch decoded.action {
        case .sendMessage(var send):
            send.message.attributesDigest = digest
            decoded.action = .sendMessage(send)
        case .sendMessageBatch(var send):
            send.entries[index].message.attributesDigest = digest
            decoded.action = .sendMessageBatch(send)
        default: return
        }
        ask = .perform(decoded)
    }
}
