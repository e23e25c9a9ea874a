import BrokerCore
import BrokerProtocol
import Bytes

/// The requests that one loop gathered in one tick, in the order they came, with the digests of
/// the bodies they send. Views point into the receive buffers of their connections, which stay as
/// they are until the batch has been performed.
public final class CommandBatch {
    /// The requests.
    public private(set) var commands: [Command] = []
    /// The connections whose requests they are.
    private(set) var connections: [ConnectionToken] = []
    /// The bodies to be sent, and their digests.
    private var bodies = MD5Batch()
    /// How many of the bodies belong to the commands up to this one.
    private var bodyCounts: [Int] = []
    /// The loop that gathered them.
    public internal(set) var loop = 0
    /// How much of a tick it takes to perform them.
    private(set) var weight = 0
    /// The bytes of the requests that were taken in this tick, …
    private(set) var takenByteCount = 0
    /// … of signed bodies that were digested in this turn, …
    private(set) var signedByteCount = 0
    /// … and of slow sends that are performed in it.
    private var releasedByteCount = 0
    /// Sends that wait for their digests. They move from batch to batch until they have them.
    private var slow = SlowSends()
    /// The connections whose slow send is in `commands`.
    private(set) var released: [ConnectionToken] = []

    /// An empty batch.
    public init() {}

    /// Whether there is nothing to do.
    public var isEmpty: Bool { commands.isEmpty && slow.isEmpty }

    /// Adds a request that came as `byteCount` bytes.
    public func append(_ command: consuming Command, byteCount: Int = 0) {
        addBodies(of: command.ask)
        weight += command.ask.weight(byteCount: byteCount)
        bodyCounts.append(bodies.count)
        if case .cancel = command.ask {} else { connections.append(command.connection) }
        commands.append(command)
        takenByteCount += byteCount
    }

    /// The bytes of the requests that are performed, more or less.
    var performedByteCount: Int { takenByteCount + releasedByteCount }

    /// Adds a send of long bodies or attributes, to be performed when they have been digested.
    func append(slow command: Command, messages: SentMessages, byteCount: Int) {
        slow.append(command, messages: messages, byteCount: byteCount)
        takenByteCount += byteCount
    }

    /// Says that a turn begins, in which no signed body has been digested yet.
    func beginTurn() { signedByteCount = 0 }

    /// Counts bytes of a signed body that were digested before its request can be handed out.
    func digested(_ byteCount: Int) { signedByteCount += byteCount }

    private func addBodies(of ask: Command.Ask) {
        guard case .perform(let decoded) = ask else { return }
        switch decoded.action {
        case .sendMessage(let send):
            bodies.add(send.message.body ?? ByteView())
        case .sendMessageBatch(let send):
            for entry in send.entries { bodies.add(entry.message.body ?? ByteView()) }
        default:
            break
        }
    }

    /// Whether further requests have to wait for the next tick.
    func isFull(_ limits: NodeLimits) -> Bool {
        weight >= limits.requestsPerTick
            || takenByteCount + signedByteCount >= limits.requestBytesPerTick
    }

    /// Computes the digests of all bodies together, which is several times faster than singly, and
    /// goes on with those of long bodies; the sends that still wait for theirs move to `next`.
    func digestBodies(next: CommandBatch, _ limits: NodeLimits) {
        bodies.finish()
        guard !slow.isEmpty else { return }
        slow.step(byteCount: limits.digestedBytesPerTick)
        while releasedByteCount < limits.requestBytesPerTick,
            let send = slow.release({ bodies.add(finished: $0) })
        {
            bodyCounts.append(bodies.count)
            connections.append(send.command.connection)
            released.append(send.command.connection)
            commands.append(send.command)
            weight += 1
            releasedByteCount += send.byteCount
        }
        swap(&slow, &next.slow)
    }

    /// The digests of the bodies that the command at `index` sends, for `Broker.bodyDigests`.
    func bodyDigests(of index: Int) -> ByteView {
        bodies.digests((index == 0 ? 0 : bodyCounts[index - 1])..<bodyCounts[index])
    }

    /// Forgets everything and keeps the memory.
    public func removeAll() {
        commands.removeAll(keepingCapacity: true)
        connections.removeAll(keepingCapacity: true)
        released.removeAll(keepingCapacity: true)
        bodies.removeAll()
        bodyCounts.removeAll(keepingCapacity: true)
        weight = 0
        takenByteCount = 0
        releasedByteCount = 0
    }
}
