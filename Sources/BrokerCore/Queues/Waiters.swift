import Bytes

/// A receive that waits for a message.
struct WaiterSlot: SlabSlot {
    /// By which the node knows whom to answer.
    var token: UInt64 = 0
    var attemptFirst: UInt64 = 0
    var attemptSecond: UInt64 = 0
    var queue: UInt32 = 0
    /// Neighbours in the list, oldest first.
    var next: UInt32 = 0
    var previous: UInt32 = 0
    /// In the wheel of deadlines; 0 while the end of its wait is dealt with.
    var timer: UInt32 = 0
    var visibilityTimeout: UInt32 = 0
    var count: UInt8 = 0
    var hasAttempt: UInt8 = 0
    var spare: UInt16 = 0

    var nextFree: UInt32 {
        get { next }
        set { next = newValue }
    }
}

/// Receives that wait at a queue, the oldest first.
struct WaiterList {
    fileprivate(set) var first: UInt32 = 0
    fileprivate var last: UInt32 = 0

    var isEmpty: Bool { first == 0 }
}

extension Slab<WaiterSlot> {
    /// Puts a waiter behind the others.
    func append(_ slot: UInt32, to list: inout WaiterList) {
        self[slot].previous = list.last
        if list.last == 0 { list.first = slot } else { self[list.last].next = slot }
        list.last = slot
    }

    /// Puts all waiters of a list behind those of another, however many there are.
    func move(_ others: inout WaiterList, to list: inout WaiterList) {
        guard !others.isEmpty else { return }
        self[others.first].previous = list.last
        if list.last == 0 { list.first = others.first } else { self[list.last].next = others.first }
        list.last = others.last
        others = WaiterList()
    }

    /// Takes a waiter out of the list it is in.
    func remove(_ slot: UInt32, from list: inout WaiterList) {
        let (previous, next) = (self[slot].previous, self[slot].next)
        if previous == 0 { list.first = next } else { self[previous].next = next }
        if next == 0 { list.last = previous } else { self[next].previous = previous }
    }
}

/// The receives that wait, and what is to become of them.
struct Waiters {
    let slots = Slab<WaiterSlot>()
    private let slotOfToken = HashIndex()
    /// When waits end.
    let deadlines = TimingWheel()
    /// Those whose queue was deleted and who were not told yet.
    var refused = WaiterList()
    /// Queues whose waiters may find a message, in turn.
    var toBeServed = Line<UInt32>()
    /// What the node is to tell.
    var answers: [(token: UInt64, result: Result<Outcome, BrokerError>)] = []
    private var lastNumber: UInt32 = 0

    init() {}

    var count: Int { slotOfToken.count }

    /// The waiter that was parked under `token`; nil when it waits no more.
    subscript(token: UInt64) -> UInt32? { slotOfToken[Hash128(first: token, second: 0)] }

    /// Enters a waiter, whose wait ends at `deadline`.
    mutating func enter(_ slot: UInt32, until deadline: Instant) {
        // Of waits that end together the oldest ends first.
        lastNumber &+= 1
        slots[slot].timer = deadlines.schedule(
            at: deadline.milliseconds, payload: UInt64(lastNumber) << 32 | UInt64(slot))
        let token = slots[slot].token
        precondition(self[token] == nil, "a token names one receive")
        slotOfToken.insert(Hash128(first: token, second: 0), slot)
    }

    /// The queue of these waiters is being deleted; they will be told so.
    mutating func refuse(_ list: inout WaiterList) { slots.move(&list, to: &refused) }

    /// Forgets a waiter that is in no list any more.
    func leave(_ slot: UInt32) {
        if slots[slot].timer != 0 { deadlines.cancel(slots[slot].timer) }
        slotOfToken.remove(Hash128(first: slots[slot].token, second: 0))
        slots.free(slot)
    }
}
