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

    /// The loop that has to write them.
    public internal(set) var loop: Int

    /// An empty batch for `loop`.
    init(loop: Int, byteCount: Int = 16 * 1024) {
        self.loop = loop
        bytes = ByteWriter(capacity: byteCount)
    }

    /// Whether there is nobody to answer.
    public var isEmpty: Bool { replies.isEmpty }

    /// How many replies there are.
    var count: Int { replies.count }

    /// The bytes of all replies.
    var byteCount: Int { bytes.count }

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
    /// how many replies are complete with it, and the bytes.
    func forEachRun(_ body: (ConnectionToken, Int, ByteView) -> Void) {
        let all = bytes.view
        var first = 0
        var start = 0
        while first < replies.count {
            let connection = replies[first].connection
            var last = first
            var count = replies[first].isComplete ? 1 : 0
            while last + 1 < replies.count, replies[last + 1].connection == connection {
                last += 1
                if replies[last].isComplete { count += 1 }
            }
            body(connection, count, all[start..<replies[last].end])
            start = replies[last].end
            first = last + 1
        }
    }

    /// Forgets everything and keeps a moderate amount of memory.
    func removeAll() {
        replies.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacityUpTo: 1 << 20)
    }
}
