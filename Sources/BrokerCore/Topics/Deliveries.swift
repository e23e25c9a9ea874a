import Bytes

/// A delivery that is owed to something that is no queue: 56 bytes.
struct OwedSlot: SlabSlot {
    enum Kind: UInt8, BitwiseCopyable {
        /// An entry of a published message, to a subscription.
        case notification = 1
        case confirmation = 2
        case unsubscribeConfirmation = 3
        /// A published message, to the archive of its topic.
        case archive = 4
        /// A published message, to the one device or phone it names.
        case direct = 5
    }

    enum State: UInt8, BitwiseCopyable {
        case free = 0
        /// Until `dueAt`.
        case waiting = 1
        /// In its line.
        case due = 2
        /// The node has it.
        case underway = 3
    }

    /// When it is to be attempted, in milliseconds of the broker's clock.
    var dueAt: UInt64 = 0
    /// When it began to be owed, on both clocks.
    var since: UInt64 = 0
    var sinceTimestamp: UInt64 = 0
    /// 0 for confirmations.
    var publication: UInt32 = 0
    var entry: UInt32 = 0
    /// The subscription's number; of an archive, the topic's; of a device or phone, the raw value of
    /// its protocol.
    var receiver: UInt32 = 0
    /// Attempts that have failed.
    var attempts: UInt32 = 0
    /// The next due one of the line. In a free slot, the next free one.
    var next: UInt32 = 0
    /// While waiting; 0 otherwise.
    var timer: UInt32 = 0
    /// Grows each time the slot is freed, so that a late result finds nothing.
    var generation: UInt32 = 0
    var kind = Kind.notification
    var state = State.free
    var spare: UInt16 = 0

    var nextFree: UInt32 {
        get { next }
        set { next = newValue }
    }
}

/// What is owed to one receiver and due, oldest first. Not part of the durable state.
final class DeliveryLine {
    let maximumUnderway: Int
    var first: UInt32 = 0
    var last: UInt32 = 0
    /// Deliveries that the node has.
    var underwayCount = 0
    /// Whether the line stands in the ring.
    var isInRing = false
    /// When the second that is counted for the throttle began, in milliseconds of the broker's
    /// clock, and its deliveries.
    var throttledSince: UInt64 = 0
    var throttleCount = 0
    /// Ends the wait for the next second; 0 when there is none.
    var throttleTimer: UInt32 = 0

    init(maximumUnderway: Int) { self.maximumUnderway = maximumUnderway }

    /// Forgets everything; what was under way is owed no more.
    func removeAll() {
        first = 0
        last = 0
        underwayCount = 0
        isInRing = false
    }

    /// Whether a delivery could be taken, as far as the line goes.
    var isReady: Bool { first != 0 && underwayCount < maximumUnderway && throttleTimer == 0 }
}

/// The lines that have something due, in turn.
final class DeliveryRing {
    private var lines: [DeliveryLine] = []
    private var head = 0
    /// Messages to single devices and phones.
    let direct = DeliveryLine(maximumUnderway: 64)
    /// Messages to the archives of all topics.
    let archive = DeliveryLine(maximumUnderway: 512)
    /// Whom they are for, by the slot of the delivery.
    var directTargets: [UInt32: String] = [:]

    /// Lets a line take its turn, if it has something to take. O(1).
    func enter(_ line: DeliveryLine) {
        guard !line.isInRing, line.isReady else { return }
        line.isInRing = true
        lines.append(line)
    }

    /// The line whose turn it is; it leaves the ring. O(1) amortised.
    func next() -> DeliveryLine? {
        guard head < lines.count else {
            lines.removeAll(keepingCapacity: lines.count < 1024)
            head = 0
            return nil
        }
        let line = lines[head]
        head += 1
        line.isInRing = false
        if head >= 512, head * 2 >= lines.count {
            lines.removeFirst(head)
            head = 0
        }
        return line
    }

    func removeAll() {
        lines.removeAll()
        head = 0
        direct.removeAll()
        archive.removeAll()
        directTargets.removeAll()
    }
}
