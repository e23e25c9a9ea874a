/// Deadlines in milliseconds, each with a payload; what fell due comes out in order.
///
/// A hierarchical wheel of eight levels with 256 buckets: one byte of a deadline each, so every
/// UInt64 has its place. A timer lies on the level of the highest byte in which its deadline
/// differs from the present, in the bucket named by that byte. When the present reaches a bucket,
/// its timers go down a level or more; those that are due go into a small heap.
///
///     present     00 00 00 00 00 01 20 7F
///     deadline    00 00 00 00 00 01 5A 03    first differs in byte 1: level 1, bucket 5A
///
/// `schedule` and `cancel` are O(1), and a timer goes down at most seven times before it comes out
/// through the heap of what is due together. Empty time is skipped by bitmaps. What comes out is
/// ordered by (deadline, payload), whatever the history was.
///
/// - Invariant: A timer in a bucket has a deadline after `present`; in the heap, not after it.
@safe
public final class TimingWheel {
    private static let levels = 8
    private static let bucketsPerLevel = 256
    private static let wordsPerLevel = 4

    private let timers = Slab<Timer>(slotsPerPage: 512)
    private let heads: UnsafeMutablePointer<UInt32>
    private let occupied: UnsafeMutablePointer<UInt64>
    private let due: DueTimers
    /// One bit for each level that has an occupied bucket.
    private var occupiedLevels: UInt64 = 0
    private var present: UInt64

    /// An empty wheel whose present is `instant`; earlier deadlines are due at once.
    public init(startingAt instant: UInt64 = 0) {
        present = instant
        due = DueTimers(timers: timers)
        unsafe heads = .allocate(capacity: Self.levels * Self.bucketsPerLevel)
        unsafe heads.initialize(repeating: 0, count: Self.levels * Self.bucketsPerLevel)
        unsafe occupied = .allocate(capacity: Self.levels * Self.wordsPerLevel)
        unsafe occupied.initialize(repeating: 0, count: Self.levels * Self.wordsPerLevel)
    }

    deinit {
        unsafe heads.deallocate()
        unsafe occupied.deallocate()
    }

    /// How many timers are scheduled.
    public var count: Int { timers.count }

    /// Schedules a timer and returns its number, which is never 0. O(1).
    public func schedule(at deadline: UInt64, payload: UInt64) -> UInt32 {
        let timer = timers.allocate()
        timers[timer].deadline = deadline
        timers[timer].payload = payload
        insert(timer, deadline)
        return timer
    }

    /// Forgets a scheduled timer; its number becomes free. O(1), or O(log due) when it is due.
    public func cancel(_ timer: UInt32) {
        take(timer)
        release(timer)
    }

    /// Moves a scheduled timer to another deadline; it keeps its number and payload.
    public func reschedule(_ timer: UInt32, at deadline: UInt64) {
        take(timer)
        timers[timer].deadline = deadline
        insert(timer, deadline)
    }

    /// The deadline of a scheduled timer.
    public func deadline(of timer: UInt32) -> UInt64 {
        precondition(timers[timer].place != Timer.free, "a scheduled timer")
        return timers[timer].deadline
    }

    /// When `popExpired` should next be asked: never later than the earliest deadline.
    ///
    /// It may be earlier, when that deadline is far away; asking then brings it closer.
    public var nextDeadline: UInt64? {
        if let first = due.first { return timers[first].deadline }
        return nextBucket().map { bucket in bucket.start }
    }

    /// Takes out the first timer by (deadline, payload) that is due at `instant`.
    public func popExpired(upTo instant: UInt64) -> (deadline: UInt64, payload: UInt64)? {
        while true {
            if let first = due.first {
                let timer = timers[first]
                guard timer.deadline <= instant else { return nil }
                due.removeFirst()
                release(first)
                return (timer.deadline, timer.payload)
            }
            guard advance(to: instant) else { return nil }
        }
    }

    /// Forgets all timers; the present stays.
    public func removeAll() {
        while let bucket = nextBucket() {
            while let timer = first(in: bucket.index) { cancel(timer) }
        }
        while let timer = due.first { cancel(timer) }
    }

    // MARK: Buckets

    private struct Bucket {
        var index: Int
        /// The first millisecond that belongs to the bucket.
        var start: UInt64
    }

    /// Moves the present to the next occupied bucket and empties it downwards; to `instant` and
    /// false when there is none until then.
    private func advance(to instant: UInt64) -> Bool {
        guard let bucket = nextBucket(), bucket.start <= instant else {
            present = max(present, instant)
            return false
        }
        present = bucket.start
        while let timer = first(in: bucket.index) {
            unlink(timer, from: bucket.index)
            insert(timer, timers[timer].deadline)
        }
        return true
    }

    /// The first occupied bucket: lower levels are nearer, and within a level lower buckets are.
    private func nextBucket() -> Bucket? {
        guard occupiedLevels != 0 else { return nil }
        let level = occupiedLevels.trailingZeroBitCount
        // Safe because levels and words count up to their constants; an occupied level has a bit.
        var word = 0
        while unsafe occupied[level * Self.wordsPerLevel + word] == 0 {
            word += 1
            precondition(word < Self.wordsPerLevel, "an occupied level has an occupied bucket")
        }
        let bits = unsafe occupied[level * Self.wordsPerLevel + word]
        let bucket = word * 64 + bits.trailingZeroBitCount
        let shift = UInt64(level * 8)
        let block = level == 7 ? 0 : (present >> (shift + 8)) << (shift + 8)
        return Bucket(
            index: level * Self.bucketsPerLevel + bucket, start: block | UInt64(bucket) << shift)
    }

    private func first(in bucket: Int) -> UInt32? {
        // Safe because bucket numbers come from `nextBucket`.
        let timer = unsafe heads[bucket]
        return timer == 0 ? nil : timer
    }

    private func insert(_ timer: UInt32, _ deadline: UInt64) {
        guard deadline > present else { return due.insert(timer) }
        let level = (63 - (deadline ^ present).leadingZeroBitCount) >> 3
        let byte = Int(truncatingIfNeeded: deadline >> UInt64(level * 8)) & 0xFF
        let bucket = level * Self.bucketsPerLevel + byte
        // Safe because a level is at most 7 and a byte at most 255.
        let next = unsafe heads[bucket]
        timers[timer].next = next
        timers[timer].previous = 0
        timers[timer].place = UInt32(truncatingIfNeeded: bucket) + Timer.firstBucket
        if next != 0 {
            timers[next].previous = timer
        } else {
            unsafe occupied[level * Self.wordsPerLevel + byte >> 6] |= 1 << UInt64(byte & 63)
            occupiedLevels |= 1 << UInt64(level)
        }
        unsafe heads[bucket] = timer
    }

    /// Takes a scheduled timer from where it is.
    private func take(_ timer: UInt32) {
        let place = timers[timer].place
        precondition(place != Timer.free, "a scheduled timer")
        if place >= Timer.firstDue {
            due.remove(at: Int(place - Timer.firstDue))
        } else {
            unlink(timer, from: Int(place - Timer.firstBucket))
        }
    }

    private func unlink(_ timer: UInt32, from bucket: Int) {
        let next = timers[timer].next
        let previous = timers[timer].previous
        if next != 0 { timers[next].previous = previous }
        if previous != 0 {
            timers[previous].next = next
            return
        }
        // Safe because the bucket is one that `insert` chose.
        unsafe heads[bucket] = next
        guard next == 0 else { return }
        let level = bucket >> 8
        let first = level * Self.wordsPerLevel
        unsafe occupied[first + (bucket & 0xFF) >> 6] &= ~(1 << UInt64(bucket & 63))
        let rest =
            unsafe occupied[first] | occupied[first + 1] | occupied[first + 2]
            | occupied[first + 3]
        if rest == 0 { occupiedLevels &= ~(1 << UInt64(level)) }
    }

    private func release(_ timer: UInt32) {
        timers[timer].place = Timer.free
        timers.free(timer)
    }
}

/// A timer of the wheel: 32 bytes.
struct Timer: SlabSlot {
    static let free: UInt32 = 0
    /// Places from here on are buckets.
    static let firstBucket: UInt32 = 1
    /// Places from here on are positions in the heap of due timers.
    static let firstDue: UInt32 = 0x8000_0000

    var deadline: UInt64 = 0
    var payload: UInt64 = 0
    var next: UInt32 = 0
    var previous: UInt32 = 0
    var place: UInt32 = Timer.free
    var unused: UInt32 = 0

    var nextFree: UInt32 {
        get { next }
        set { next = newValue }
    }
}
