import BrokerCore
import BrokerProtocol
import Bytes

/// The MD5 digests of the bodies of one batch of commands, computed together.
struct BodyDigests: ~Copyable {
    private var batch = MD5Batch()

    init() {}

    /// Notes the bodies that `ask` sends.
    mutating func gather(_ ask: Command.Ask) {
        guard case .perform(let decoded) = ask else { return }
        switch decoded.action {
        case .sendMessage(let send):
            batch.add(send.message.body ?? ByteView())
        case .sendMessageBatch(let batch):
            for entry in batch.entries { self.batch.add(entry.message.body ?? ByteView()) }
        default:
            break
        }
    }

    /// Computes the digests of what was gathered.
    mutating func compute() { batch.finish() }

    /// Gives `ask` the digests of its bodies, the first of which is number `next`.
    func assign(to ask: inout Command.Ask, next: inout Int) {
        guard case .perform(var decoded) = ask else { return }
        switch decoded.action {
        case .sendMessage(var send):
            send.message.bodyDigest = batch[next]
            next += 1
            decoded.action = .sendMessage(send)
        case .sendMessageBatch(var batch):
            for index in batch.entries.indices {
                batch.entries[index].message.bodyDigest = self.batch[next]
                next += 1
            }
            decoded.action = .sendMessageBatch(batch)
        default:
            return
        }
        ask = .perform(decoded)
    }

    /// Forgets everything and keeps the memory.
    mutating func removeAll() { batch.removeAll() }
}
