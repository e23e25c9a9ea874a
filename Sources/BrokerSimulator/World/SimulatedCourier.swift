import BrokerNode

/// Subscribers outside: they answer, refuse, hang, answer late, or take a message and do not say so,
/// as the seed picks; each has times in which it is down.
final class SimulatedCourier: Courier {
    private struct UnderWay {
        var number: UInt64
        var start: UInt64
        var end: UInt64
        var result: ParcelResult
    }

    /// What an endpoint does for a while.
    private struct Mood {
        var isDown = false
        var until: UInt64 = 0
    }

    private let clock: SimulatedClock
    private let random: Randomness
    private let faults: Faults
    private var underWay: [UnderWay] = []
    private var moods: [String: Mood] = [:]
    /// Whether faults happen.
    var isTrouble = true
    /// Told of every parcel, and what the subscriber does with it.
    var onParcel: (Parcel, SimulatedSubscription.Reception) -> Void = { _, _ in }

    init(clock: SimulatedClock, random: Randomness, faults: Faults) {
        self.clock = clock
        self.random = random
        self.faults = faults
    }

    func send(_ parcel: Parcel, at now: UInt64) {
        var result = ParcelResult.answered(status: random.pick([200, 200, 204]), body: [])
        var duration = random.waiting(mean: 20)
        var reception = SimulatedSubscription.Reception.taken
        if fails(parcel) {
            reception = .failed
            switch random.below(8) {
            case 0:
                reception = .refused
                result = .answered(status: random.pick([400, 403, 404, 410]), body: [])
            case 1: result = .answered(status: random.pick([500, 502, 503, 429]), body: [])
            case 2: result = .answered(status: random.pick([301, 302]), body: [])
            case 3: result = .failed(reason: "refused")
            case 4:
                // It takes so long that nobody is there to hear.
                reception = .unsaid
                result = .failed(reason: "timed out")
                duration = parcel.timeoutMilliseconds
            case 5:
                reception = .unsaid
                result = .failed(reason: "cut")
            case 6:
                reception = .taken
                duration = random.waiting(mean: parcel.timeoutMilliseconds / 2)
            default:
                result = .failed(reason: "timed out")
                duration = parcel.timeoutMilliseconds
            }
        }
        onParcel(parcel, reception)
        underWay.append(
            UnderWay(
                number: parcel.number, start: clock.now, end: clock.now + duration, result: result))
    }

    /// Whether the subscriber does anything else than to take it.
    private func fails(_ parcel: Parcel) -> Bool {
        guard isTrouble, faults.failingSubscriber > 0, case .http(let url, _) = parcel.address
        else { return false }
        var mood = moods[url] ?? Mood()
        if clock.now >= mood.until {
            mood.isDown = random.chance(faults.failingSubscriber)
            mood.until = clock.now + random.waiting(mean: mood.isDown ? 20_000 : 60_000)
            moods[url] = mood
        }
        return mood.isDown || random.chance(faults.failingSubscriber)
    }

    func takeResults(
        _ body: (_ number: UInt64, _ result: ParcelResult, _ elapsed: UInt64) -> Void
    ) {
        let ended = underWay.filter { $0.end <= clock.now }
        guard !ended.isEmpty else { return }
        underWay.removeAll { $0.end <= clock.now }
        for parcel in ended { body(parcel.number, parcel.result, parcel.end - parcel.start) }
    }

    var nextDeadline: UInt64? { underWay.map(\.end).min() }

    /// The node is gone, and its connections with it.
    func crash() { underWay.removeAll() }
}
