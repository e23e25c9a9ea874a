import BrokerNode

/// What a loop hands to the shard's thread, once a turn at most.
///
/// Unchecked because the compiler cannot see that a posted batch is reachable from one thread only:
/// the loop's table has exchanged its requests for an empty batch before they are posted, and
/// reply batches go back to where they came from after the last look at them. The requests are
/// views into the receive buffers of the loop's connections, which leave those bytes alone until
/// the batch has come back.
struct LoopParcel: @unchecked Sendable {
    /// The loop that sends it.
    let loop: Int
    /// The requests it gathered.
    var requests: CommandBatch?
    /// Batches whose replies were written.
    var written: [ReplyBatch] = []
    /// Whether the loop was stopped and everything in progress there has been answered.
    var isDrained = false
}

/// What the shard's thread hands to a loop, once a tick at most.
///
/// Unchecked for the same reason: the shard has performed the requests and looks at them no more,
/// and its gate has let go of the replies, which are copies of all they tell.
struct LoopDelivery: @unchecked Sendable {
    /// What a loop is told to do.
    enum Order {
        /// Take no more connections and requests.
        case stop
        /// Close every connection and end the thread.
        case end
    }

    /// Requests that were performed: their bytes are no longer needed.
    var performed: [CommandBatch] = []
    /// Replies that may leave.
    var replies: [ReplyBatch] = []
    /// What else there is to do.
    var order: Order?

    /// Whether there is nothing to tell.
    var isEmpty: Bool { performed.isEmpty && replies.isEmpty && order == nil }
}
