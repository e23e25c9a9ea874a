/// How long the turns of the shard's loop took: nobody is served while one lasts.
///
/// A turn is everything between two waits: events, a tick, writes. Two histograms with the same
/// bounds: by the clock, which includes what the thread waited for a commit or for a processor, and
/// by the processor time of the thread, which is the broker's own work.
public struct TurnTimes: Sendable {
    /// A histogram of durations in nanoseconds.
    public struct Histogram: Sendable {
        /// How many durations were at most the bound of the same place in `bounds`, and not at most
        /// the one before; the last counts those above all bounds.
        public private(set) var counts = InlineArray<10, UInt64>(repeating: 0)
        /// All durations together.
        public private(set) var sum: UInt64 = 0
        /// The longest.
        public private(set) var longest: UInt64 = 0

        mutating func add(_ nanoseconds: UInt64) {
            var place = 0
            while place < TurnTimes.bounds.count, nanoseconds > TurnTimes.bounds[place] {
                place += 1
            }
            counts[place] += 1
            sum += nanoseconds
            longest = max(longest, nanoseconds)
        }
    }

    /// The upper bounds of the histograms' counts, in nanoseconds.
    public static let bounds: InlineArray<9, UInt64> = [
        100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000,
        100_000_000,
    ]

    /// By the clock.
    public private(set) var elapsed = Histogram()
    /// By the thread's processor time.
    public private(set) var worked = Histogram()

    init() {}

    /// Counts a turn, in nanoseconds.
    mutating func add(elapsed: UInt64, worked: UInt64) {
        self.elapsed.add(elapsed)
        self.worked.add(worked)
    }
}
