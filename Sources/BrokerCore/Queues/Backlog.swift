import Bytes

/// The messages of a queue: their lists, their order, and their exact counts.
///
/// A queue has one backlog. A purge gives it a new one, and a deletion none; the old backlog is
/// then swept in the background, a few messages at a time, while nothing refers to it any more.
final class Backlog {
    /// The backlog's number, never used twice.
    let number: UInt32
    /// The queue it belongs, or belonged, to.
    let queueNumber: UInt32
    let isFIFO: Bool

    // -- Counts, each equal to the number of messages in that place.

    var readyCount = 0
    var delayedCount = 0
    var inFlightCount = 0
    /// Messages in any place.
    var count: Int { readyCount + delayedCount + inFlightCount }

    // -- Age: a list for messages sent here, in order of `sentAt`; a heap for those moved here.

    var oldest: UInt32 = 0
    var youngest: UInt32 = 0
    var aged: OrderHeap?
    /// How many messages are in `aged`; the rest of its entries are out of date.
    var agedCount = 0

    // -- Order.

    /// The next value of `MessageSlot.order`.
    var nextOrder: UInt64 = 1
    /// Standard: the lane of messages without a group; made with the first message.
    var plainLane: UInt32 = 0
    /// Standard: the lanes of message groups, oldest first, and how many there are.
    var firstLane: UInt32 = 0
    var lastLane: UInt32 = 0
    var laneCount = 0
    /// Standard: the quiet lanes with ready messages, by their earliest.
    var quiet: OrderHeap?
    /// Standard: the lanes counted as noisy, which come after the quiet ones. No more than nine can
    /// have over a tenth of one measure, so they are few whenever they have just been reviewed.
    var noisy: [UInt32] = []
    /// Standard: recent processing time of all lanes, decayed, as of `workedAt`.
    var work: UInt64 = 0
    var workedAt: UInt32 = 0
    /// FIFO: the ring of groups whose first message is ready.
    var ringHead: UInt32 = 0
    var ringTail: UInt32 = 0
    /// FIFO: the oldest delayed message.
    var firstDelayed: UInt32 = 0
    /// FIFO: the youngest message that a longer delay has yet to come to; 0 when there is none.
    var nextToDelay: UInt32 = 0
    /// FIFO: accepted deduplication identifiers, oldest first.
    var firstDeduplication: UInt32 = 0
    var lastDeduplication: UInt32 = 0
    var deduplicationCount = 0

    // -- Timers of the backlog as a whole; 0 when none is set.

    var retentionTimer: UInt32 = 0
    var delayTimer: UInt32 = 0
    var deduplicationTimer: UInt32 = 0

    /// Set when the queue is gone or purged; the backlog only waits to be swept.
    var isAbandoned = false

    /// The snapshot that already holds this backlog's state; see `Broker+Snapshot`.
    var snapshotEpoch: UInt32 = 0

    init(number: UInt32, queueNumber: UInt32, isFIFO: Bool) {
        self.number = number
        self.queueNumber = queueNumber
        self.isFIFO = isFIFO
    }
}
