import Bytes

/// The replies to one loop that one tick produced, encoded one after the other.
///
/// They leave together when the journal is durable up to the end of that tick: what a tick changed
/// goes to disk in one commit, so none of them could leave earlier.
public final class ReplyBatch {
    /// One reply: its bytes end at `end` and begin where the one before ends.
    struct Reply {
        var connection: ConnectionToken
        var end: Int
        /// Whether the answer is complete with it, or more of it follows in another batch.
        var isComplete: Bool
    }

    private(set) var replies: [Reply] = []
    private var bytes: ByteWriter
    /// How many replies were handed out, and the bytes of these.
    private var handedOut = (count: 0, byteCount: 0)

    /// The loop that has to write them.
    public internal(set) var loop: Int

    /// An empty batch for `loop`.
    init(loop: Int, byteCount: Int = 16 * 1024) {
        self.loop = loop
        bytes = ByteWriter(capacity: byteCount)
    }

    /// Whether there is nobody to answer.
    public var isEmpty: Bool { replies.isEmpty }

    /// Adds a reply to `connection`, or a part of one, that `encode` writes.
    func append(
        to connection: ConnectionToken, isComplete: Bool = true,
        _ encode: (inout ByteWriter) -> Void
    ) {
        encode(&bytes)
        replies.append(Reply(connection: connection, end: bytes.count, isComplete: isComplete))
    }

    /// Adds the replies of another batch.
    func append(_ other: ReplyBatch) {
        let start = bytes.count
        bytes.append(other.bytes.view)
        for reply in other.replies {
            replies.append(
                Reply(
                    connection: reply.connection, end: start + reply.end,
                    isComplete: reply.isComplete))
        }
    }

    /// Hands out the replies, those of a connection that stand together as one: the connection,
    /// how many replies are complete with it, and the bytes. Stops between two of these when there
    /// is no time for more, and then goes on there in the next call; true when it has handed out all.
    func forEachRun(
        while hasTime: () -> Bool, _ body: (ConnectionToken, Int, ByteView) -> Void
    ) -> Bool {
        let all = bytes.view
        while handedOut.count < replies.count {
            guard hasTime() else { return false }
            let first = handedOut.count
            let connection = replies[first].connection
            var last = first
            var count = replies[first].isComplete ? 1 : 0
            while last + 1 < replies.count, replies[last + 1].connection == connection {
                last += 1
                if replies[last].isComplete { count += 1 }
            }
            let start = handedOut.byteCount
            handedOut = (last + 1, replies[last].end)
            body(connection, count, all[start..<replies[last].end])
        }
        return true
    }

    /// Forgets everything and keeps a moderate amount of memory.
    func removeAll() {
        replies.removeAll(keepingCapacity: true)
        handedOut = (0, 0)
        bytes.removeAll(keepingCapacityUpTo: 1 << 20)
    }
}
