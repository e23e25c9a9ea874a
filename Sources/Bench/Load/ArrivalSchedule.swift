/// When the operations of an open loop are meant to begin: fixed in advance, whatever the server does.
///
/// An operation that begins late, because every connection is busy, has waited since its arrival;
/// its latency counts from there, so that a stall of the server is seen by everything that came
/// while it lasted.
struct ArrivalSchedule {
    /// How arrivals are spaced.
    enum Spacing: String, CaseIterable {
        /// All alike.
        case even
        /// As from many clients that know nothing of each other.
        case poisson
    }

    private let interval: Double
    private let spacing: Spacing
    private var generator: SeededGenerator
    private var arrivalCount: UInt64 = 0
    private var elapsed = 0.0

    /// When the next operation is meant to begin, in nanoseconds from the beginning.
    private(set) var next: UInt64 = 0

    init(rate: Double, spacing: Spacing = .even, seed: UInt64 = 1) {
        precondition(rate > 0, "operations arrive at some rate")
        interval = 1e9 / rate
        self.spacing = spacing
        generator = SeededGenerator(seed: seed)
    }

    /// Goes on to the arrival after the next.
    mutating func advance() {
        arrivalCount += 1
        switch spacing {
        // By multiplication, so that rounding does not add up.
        case .even: elapsed = Double(arrivalCount) * interval
        case .poisson: elapsed += interval * generator.nextExponential()
        }
        next = UInt64(elapsed)
    }
}
