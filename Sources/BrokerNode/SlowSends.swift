import BrokerCore
import Bytes

/// Sends with long bodies, whose digests are computed over several turns of the loop.
///
/// A mebibyte takes two milliseconds to digest, for which nobody else would be served. They are
/// released in the order in which they came; the connections hand out nothing behind them before.
struct SlowSends {
    private struct Send {
        let command: Command
        let byteCount: Int
        let bodyCount: Int
    }

    private var sends: [Send] = []
    private var digests = MD5Line()

    /// Whether there are none.
    var isEmpty: Bool { sends.isEmpty }

    /// Adds a send of these bodies that came as `byteCount` bytes.
    mutating func append(_ command: Command, bodies: SentBodies, byteCount: Int) {
        sends.append(Send(command: command, byteCount: byteCount, bodyCount: bodies.count))
        bodies.forEach { digests.add($0) }
    }

    /// Goes on with the digests, at most `byteCount` bytes of each of the first bodies.
    mutating func step(byteCount: Int) {
        guard !isEmpty else { return }
        digests.step(byteCount: byteCount)
    }

    /// Removes the first send if its bodies are digested: hands out each digest, and returns it with
    /// the bytes it came as.
    mutating func release(
        _ handOut: (MD5Digest) -> Void
    ) -> (command: Command, byteCount: Int)? {
        guard let first = sends.first, digests.isDigested(first: first.bodyCount)
        else { return nil }
        sends.removeFirst()
        for _ in 0..<first.bodyCount { handOut(digests.takeFirst()) }
        return (first.command, first.byteCount)
    }
}

/// The bodies that a request sends to a queue.
enum SentBodies {
    case none
    case one(ByteView)
    case several([SendMessageBatch.Entry])

    init(_ ask: Command.Ask) {
        guard case .perform(let decoded) = ask else {
            self = .none
            return
        }
        switch decoded.action {
        case .sendMessage(let send): self = .one(send.message.body ?? ByteView())
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

    func forEach(_ body: (ByteView) -> Void) {
        switch self {
        case .none: break
        case .one(let view): body(view)
        case .several(let entries): for entry in entries { body(entry.message.body ?? ByteView()) }
        }
    }

    /// Whether one of them is longer than `byteCount` bytes.
    func hasLonger(than byteCount: Int) -> Bool {
        switch self {
        case .none: false
        case .one(let view): view.count > byteCount
        case .several(let entries):
            entries.contains { ($0.message.body ?? ByteView()).count > byteCount }
        }
    }
}
