/// What holds of a subscription.
struct SubscriptionCondition {
    /// Whether it is there and confirmed.
    var isThere = false
    var rule: FilterRule?
    /// Whether the filter looks at the body.
    var isOnBody = false
    var isRaw = false
    /// Attempts after the first one, of endpoints.
    var retries = 2

    /// Whether it wants what was published.
    func wants(_ publication: Publication) -> Bool {
        guard isThere else { return false }
        guard let rule else { return true }
        guard isOnBody else { return rule.wants(publication.attributes) }
        return publication.bodyTraits.map(rule.wants) ?? false
    }
}

/// A subscription that a topic may have, in all its lives.
final class SimulatedSubscription {
    enum Receiver {
        case queue(SimulatedQueue)
        case http(url: String)
    }

    /// One parcel that the endpoint got.
    enum Reception {
        case taken
        /// It took it, and the broker does not know.
        case unsaid
        case failed
        /// Refused for good.
        case refused
    }

    unowned let topic: SimulatedTopic
    let receiver: Receiver
    /// Takes what is not delivered.
    let deadLetters: SimulatedQueue?
    /// Whether it ends, comes back and changes.
    var isMoody = false
    /// Whether it is replayed to.
    var isReplayed = false

    var conditions: History<SubscriptionCondition>
    /// Whether it was asked for, and has not been ended since.
    var isSubscribed = false
    /// As Subscribe has answered.
    var arn: String?
    /// What confirms it, once that has come.
    var token: String?
    /// What takes it back, once it was ended.
    var returnToken: String?
    /// The token it was confirmed with.
    var usedToken: String?
    /// Tokens of lives that have ended.
    var staleTokens: [String] = []
    /// Tokens by which it came back. They come again when their delivery is repeated, and would take
    /// back what it was before it came back.
    var spentTokens: [String] = []
    var quietUntil: UInt64 = 0
    /// What the endpoint got, by number of the publication.
    var receptions: [Int: [Reception]] = [:]
    /// The replays that were asked for.
    var replays: [ReplayOrder] = []

    init(_ receiver: Receiver, of topic: SimulatedTopic, deadLetters: SimulatedQueue?) {
        self.receiver = receiver
        self.topic = topic
        self.deadLetters = deadLetters
        conditions = History(SubscriptionCondition())
    }

    /// What it is subscribed with.
    var initial = SubscriptionCondition()

    var endpoint: String {
        switch receiver {
        case .queue(let queue): queue.name
        case .http(let url): url
        }
    }

    /// Its queue; nil when it has none.
    var queue: SimulatedQueue? { if case .queue(let queue) = receiver { queue } else { nil } }

    /// Whether it is there and confirmed, as far as is known.
    var isConfirmed: Bool { conditions.latest.isThere && !conditions.isChanging }

    /// Whether the publication surely reached the endpoint.
    func hasTaken(_ number: Int) -> Bool {
        receptions[number]?.contains { $0 == .taken || $0 == .unsaid } ?? false
    }
}

/// A part of the archive that a subscription asked for, or that it wants no more of one.
final class ReplayOrder {
    /// The range, on the wall clock; empty for the end of a replay.
    let start: UInt64
    let end: UInt64?
    var isStop: Bool { start == .max }
    /// When it was first asked for.
    var began: UInt64 = .max
    /// When it was surely begun; nil before that is known.
    var answered: UInt64?
    /// Requests for it that may have been performed, each of which begins it anew.
    var attempts = 0
    /// Whether everything of it has been published again.
    var isComplete = false

    init(start: UInt64, end: UInt64?) {
        self.start = start
        self.end = end
    }

    /// No more of the replay that goes on.
    static func stop() -> ReplayOrder { ReplayOrder(start: .max, end: nil) }

    /// The policy.
    var text: String {
        if isStop { return "{}" }
        let ending = end.map { #","EndingPoint":"\#(CalendarText.of($0))""# } ?? ""
        return #"{"PointType":"Timestamp","StartingPoint":"\#(CalendarText.of(start))"\#(ending)}"#
    }
}

/// Times as policies have them.
enum CalendarText {
    /// Milliseconds since 1970 as `2026-11-21T03:15:00.123Z`.
    static func of(_ milliseconds: UInt64) -> String {
        let days = Int(milliseconds / 86_400_000)
        let rest = Int(milliseconds % 86_400_000)
        // The civil calendar from days, in eras of 400 years that begin in March.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        let date = "\(year)-\(two(month < 10 ? month + 3 : month - 9))-\(two(day))"
        let time = "\(two(rest / 3_600_000)):\(two(rest / 60_000 % 60)):\(two(rest / 1000 % 60))"
        let fraction = String(rest % 1000 + 1000).dropFirst()
        return "\(date)T\(time).\(fraction)Z"
    }

    private static func two(_ number: Int) -> String {
        (number < 10 ? "0" : "") + String(number)
    }
}
