import BrokerCore
import BrokerProtocol
import Bytes

/// The MD5 digests of the bodies of one batch of commands, computed together.
struct BodyDigests {
    private var bodies: [ByteView] = []
    private var digests: [MD5Digest] = []

    /// Notes the bodies that `ask` sends.
    mutating func gather(_ ask: Command.Ask) {
        guard case .perform(let decoded) = ask else { return }
        switch decoded.action {
        case .sendMessage(let send):
            bodies.append(send.message.body ?? ByteView())
        case .sendMessageBatch(let batch):
            for entry in batch.entries { bodies.append(entry.message.body ?? ByteView()) }
        default:
            break
        }
    }

    /// Computes the digests of what was gathered.
    mutating func compute() {
        for body in bodies { digests.append(MD5Digest(of: body)) }
    }

    /// Gives `ask` the digests of its bodies, the first of which is number `next`.
    func assign(to ask: inout Command.Ask, next: inout Int) {
        guard case .perform(var decoded) = ask else { return }
        switch decoded.action {
        case .sendMessage(var send):
            send.message.bodyDigest = digests[next]
            next += 1
            decoded.action = .sendMessage(send)
        case .sendMessageBatch(var batch):
            for index in batch.entries.indices {
                batch.entries[index].message.bodyDigest = digests[next]
                next += 1
            }
            decoded.action = .sendMessageBatch(batch)
        default:
            return
        }
        ask = .perform(decoded)
    }

    /// Forgets everything and keeps the memory.
    mutating func removeAll() {
        bodies.removeAll(keepingCapacity: true)
        digests.removeAll(keepingCapacity: true)
    }
}
