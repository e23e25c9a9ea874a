import Bytes

/// Where a message is now.
enum Place: UInt8, BitwiseCopyable {
    /// The slot holds no message.
    case free = 0
    /// It can be received.
    case ready = 1
    /// It was sent with a delay that has not passed.
    case delayed = 2
    /// It was received and its visibility timeout has not passed.
    case inFlight = 3
}

/// What is true of a message beside its place; a slot has room for six bits.
struct MessageFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    /// Ready and ordered in its lane's heap of returned messages, not in the list of fresh ones.
    static let returned = MessageFlags(rawValue: 1 << 0)
    /// Ordered by age in the backlog's heap, because it came from another queue, not in the list.
    static let agedInHeap = MessageFlags(rawValue: 1 << 1)
    /// MessageDeduplicationId shows the message id, after a move to a FIFO dead-letter queue.
    static let deduplicatedByID = MessageFlags(rawValue: 1 << 2)
    /// A move task gave it a new identifier and enqueue time, kept in its delivery.
    static let replaced = MessageFlags(rawValue: 1 << 3)
    /// It is an entry of a published message: `position` holds the entry's index (upper half) and
    /// the slot of the publication (lower half), and `length` nothing.
    static let published = MessageFlags(rawValue: 1 << 4)
    static let all: MessageFlags = [
        .returned, .agedInHeap, .deduplicatedByID, .replaced, .published,
    ]
}

/// One queued message: 56 bytes. Everything else about it stays in its record.
///
/// Its backlog is that of its lane or group: see `MessageStore.backlogNumber(of:)`.
struct MessageSlot: SlabSlot {
    // -- Kept for as long as the message is queued.

    /// Where its record stands in the journal; of a published message see `publication`.
    var position: UInt64 = 0
    /// Its turn among the messages of its queue; unique within the backlog.
    var order: UInt64 = 0
    /// `sentAt` (upper 48 bits) and `receivesBefore` (lower 16).
    private(set) var sentAtAndReceives: UInt64 = 0
    /// `length` (upper 24 bits), `flags` (6) and `place` (lower 2).
    private(set) var lengthAndState: UInt32 = 0

    // -- Links; 0 ends a list.

    /// The next fresh message of the lane; in a heap, the next sibling; in a FIFO group, the next
    /// message. In a free slot, the next free one.
    var next: UInt32 = 0
    /// The previous one likewise; the parent for a heap's first child.
    var previous: UInt32 = 0
    /// The next younger message of the backlog.
    var nextByAge: UInt32 = 0
    /// The next older message of the backlog.
    var previousByAge: UInt32 = 0

    // -- Owners.

    /// Its lane (standard) or message group (FIFO); 0 while it is in no backlog.
    var group: UInt32 = 0
    /// Its delivery, once it was delayed or received; 0 before.
    var delivery: UInt32 = 0
    /// Grows each time the slot is freed, so that an old receipt handle finds nothing.
    var generation: UInt32 = 0

    var nextFree: UInt32 {
        get { next }
        set { next = newValue }
    }
}

/// What shares a word with something else.
extension MessageSlot {
    /// `sentAt` is below this: some 8,900 years.
    static let sentAtBound: UInt64 = Instant.bound
    /// `length` is below this: a record's payload has at most 4 MiB.
    static let lengthBound: UInt32 = 1 << 24

    /// When it was enqueued, in milliseconds of the broker's clock; retention counts from here.
    var sentAt: UInt64 {
        get { sentAtAndReceives >> 16 }
        set {
            precondition(newValue < Self.sentAtBound, "an instant has 48 bits")
            sentAtAndReceives = newValue << 16 | sentAtAndReceives & 0xFFFF
        }
    }

    /// The receive count, modulo 2^16, with which it came from another queue.
    var receivesBefore: UInt16 {
        get { UInt16(truncatingIfNeeded: sentAtAndReceives) }
        set { sentAtAndReceives = sentAtAndReceives & ~0xFFFF | UInt64(newValue) }
    }

    /// Bytes of its record's payload.
    var length: UInt32 {
        get { lengthAndState >> 8 }
        set {
            precondition(newValue < Self.lengthBound, "a record's payload has at most 4 MiB")
            lengthAndState = newValue << 8 | lengthAndState & 0xFF
        }
    }

    var place: Place {
        get {
            switch lengthAndState & 3 {
            case 0: .free
            case 1: .ready
            case 2: .delayed
            default: .inFlight
            }
        }
        set { lengthAndState = lengthAndState & ~3 | UInt32(newValue.rawValue) }
    }

    var flags: MessageFlags {
        get { MessageFlags(rawValue: UInt8(truncatingIfNeeded: lengthAndState >> 2) & 0x3F) }
        set { lengthAndState = lengthAndState & ~0xFC | UInt32(newValue.rawValue) << 2 }
    }

    /// The slot of the publication that a published message is an entry of.
    var publication: UInt32 { UInt32(truncatingIfNeeded: position) }
    /// Which entry of it.
    var entry: UInt32 { UInt32(position >> 32) }
}

/// The record of a published message: one for all queues and deliveries that it goes to.
struct PublicationSlot: SlabSlot {
    /// Where the record stands in the journal.
    var position: UInt64 = 0
    /// Bytes of its payload.
    var length: UInt32 = 0
    /// How many messages and owed deliveries need it.
    var references: UInt32 = 0
    /// The next free slot.
    var nextFree: UInt32 = 0
    var spare: UInt32 = 0
}

/// What is known of a message that was delayed or received: 64 bytes.
struct DeliverySlot: SlabSlot {
    /// When it becomes ready, in milliseconds of the broker's clock, while delayed or in flight.
    var visibleAt: UInt64 = 0
    /// When it was last received, in milliseconds of the broker's clock.
    var receivedAt: UInt64 = 0
    /// When it was first received, in wall-clock milliseconds; 0 before.
    var firstReceivedAt: UInt64 = 0
    /// How often it was received.
    var receiveCount: UInt32 = 0
    /// Delayed or in flight: its timer. Ready and returned: its first child in the lane's heap.
    /// In a free slot, the next free one.
    var link: UInt32 = 0
    /// The number of the dead-letter source it came from; 0 when it was not dead-lettered.
    var deadLetterSource: UInt32 = 0
    /// The message.
    var message: UInt32 = 0
    /// The identifier and wall-clock enqueue time that a move task gave it.
    var replacedHigh: UInt64 = 0
    var replacedLow: UInt64 = 0
    var replacedTimestamp: UInt64 = 0

    var nextFree: UInt32 {
        get { link }
        set { link = newValue }
    }
}

/// A message group of a FIFO queue, or a lane of a standard queue: the messages of one group
/// identifier, or those without one.
struct GroupSlot: SlabSlot {
    /// The keyed digest of backlog and group identifier; zero for the lane without one.
    var keyFirst: UInt64 = 0
    var keySecond: UInt64 = 0
    /// FIFO: the first and last message in send order. Lane: the same of the fresh ready ones.
    var head: UInt32 = 0
    var tail: UInt32 = 0
    /// Lane: the earliest of the returned messages, root of a pairing heap.
    var root: UInt32 = 0
    /// Messages of the group in any place.
    var count: UInt32 = 0
    var readyCount: UInt32 = 0
    var inFlightCount: UInt32 = 0
    /// FIFO: neighbours in the ring of receivable groups. Lane: in the backlog's list of lanes.
    var ringNext: UInt32 = 0
    var ringPrevious: UInt32 = 0
    var backlog: UInt32 = 0
    /// Lane: which entry of the fairness heaps is the valid one.
    var stamp: UInt32 = 0
    /// Lane: recent processing time in milliseconds, decayed, as of `workedAt`.
    var work: UInt64 = 0
    /// Lane: messages finished recently, decayed like `work`.
    var finished: UInt32 = 0
    /// FIFO: 1 while in the ring. Lane: 1 while counted as noisy.
    var state: UInt8 = 0
    var spare: (UInt8, UInt16) = (0, 0)
    /// When `work` was last brought up to date, in units of the decay interval.
    var workedAt: UInt32 = 0

    var nextFree: UInt32 {
        get { head }
        set { head = newValue }
    }
}

/// An accepted deduplication identifier of a FIFO queue.
struct DeduplicationSlot: SlabSlot {
    /// The keyed digest of backlog, scope and deduplication identifier.
    var keyFirst: UInt64 = 0
    var keySecond: UInt64 = 0
    /// What the first send was answered.
    var idHigh: UInt64 = 0
    var idLow: UInt64 = 0
    var sequenceNumber: UInt64 = 0
    /// The end of the window, in milliseconds of the broker's clock.
    var expiresAt: UInt64 = 0
    /// Neighbours in the backlog's list, oldest first.
    var next: UInt32 = 0
    var previous: UInt32 = 0

    var nextFree: UInt32 {
        get { next }
        set { next = newValue }
    }
}

/// A receive with a ReceiveRequestAttemptId that can be repeated.
struct AttemptSlot: SlabSlot {
    /// The keyed digest of backlog and attempt identifier.
    var keyFirst: UInt64 = 0
    var keySecond: UInt64 = 0
    /// The end of the window, in milliseconds of the broker's clock.
    var expiresAt: UInt64 = 0
    /// Neighbours in the store's list, oldest first.
    var next: UInt32 = 0
    var previous: UInt32 = 0
    /// How many messages it received.
    var count: UInt32 = 0
    var spare: UInt32 = 0
    /// When the messages become visible; another time means that someone changed it.
    var visibleAt: UInt64 = 0
    /// Slot and generation of each message, and which receive of it this was.
    var messages = InlineArray<10, UInt64>(repeating: 0)
    var receives = InlineArray<10, UInt32>(repeating: 0)

    var nextFree: UInt32 {
        get { next }
        set { next = newValue }
    }
}
