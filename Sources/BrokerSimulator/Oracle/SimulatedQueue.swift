/// A queue as the oracle knows it.
final class SimulatedQueue {
    let name: String
    let isFIFO: Bool
    /// What it is made with: seconds, seconds, and where messages go that nobody deletes.
    var delay = 0
    var retention = 345_600
    var redrive: Redrive?
    /// Whether it is purged, deleted and made again.
    var isWiped = false
    /// Whether a redrive policy may send messages somewhere at some time.
    var isRedriven: Bool { redrive != nil }

    /// Whether move tasks bring messages to it.
    var isForMoves = false

    /// What its attributes may be.
    lazy var visibilities = Setting(30)
    lazy var delays = Setting(delay)
    lazy var retentions = Setting(retention)
    lazy var maximumSizes = Setting(1_048_576)
    lazy var redrives = Setting(redrive)

    /// What its attributes are when it was made.
    var original: [AttributeChange] {
        [
            .visibility(30), .delay(delay), .retention(retention), .maximumSize(1_048_576),
            .redrive(redrive),
        ]
    }

    /// Whether it surely exists now.
    var isReady = false
    /// Whether it is a dead-letter queue.
    var isForDeadLetters = false
    /// The queues whose dead letters it may have; move tasks bring them back.
    var redriveSources: [SimulatedQueue] = []
    /// Whether it may exist.
    var existence = History(false)
    /// Messages of FIFO topics that were acknowledged and not received, by topic and group.
    var owedInOrder: [String: [Sent]] = [:]
    /// Receives that were begun, and those whose answer came.
    var receivesBegun = 0
    var receivesAnswered = 0
    var receivesUnderWay = 0
    /// When receives ended without an answer.
    var lostReceives: [UInt64] = []
    var lastReceiveBegan: UInt64 = 0
    /// When a receive last ended without an answer.
    var lastReceiveLost: UInt64 = 0
    /// The purges and deletions.
    var wipes: [Wipe] = []
    /// Copies that came to it first, by when they became known.
    var copies: [Copy] = []
    /// Copies that were seen in it, by group, FIFO only; for look-up.
    var groups: [String: [Copy]] = [:]
    /// When those that are finished were last taken out, by group.
    var groupsTidied: [String: UInt64] = [:]
    /// The highest sequence number answered up to a time, in the order of time.
    var sequences: [(time: UInt64, highest: String)] = []

    init(_ name: String, isFIFO: Bool) {
        self.name = name
        self.isFIFO = isFIFO
    }

    var arn: String { "arn:aws:sqs:us-east-1:000000000000:\(name)" }

    /// Receives of which nobody knows what they took.
    var unseenReceives: Int { receivesBegun - receivesAnswered }

    /// Receives that nobody saw, and that may have taken something after `time`.
    func unseenReceives(after time: UInt64) -> Int {
        receivesUnderWay + lostReceives.reversed().prefix { $0 + 60_000 >= time }.count
    }
}

/// A purge or deletion.
final class Wipe {
    let began: UInt64
    /// When it was answered.
    var answered: UInt64?
    /// Until when it may have taken effect.
    var end: UInt64 = .max

    init(began: UInt64) { self.began = began }
}

/// One body that a producer sends, each with a number of its own.
final class Sent {
    let number: Int
    let queue: SimulatedQueue
    let text: String
    let group: String?
    let deduplication: String?
    let delay: Int?
    var firstBegan: UInt64?
    /// Attempts that were not refused: no more copies than these may exist.
    var attempts = 0
    /// Attempts at all; each message says of which one it is.
    var tries = 0
    var copies: [Copy] = []
    /// Copies that must exist though no answer named them: those of acknowledged publications.
    var owed = 0
    /// The publication whose message it is.
    unowned var publication: Publication?

    init(
        number: Int, queue: SimulatedQueue, text: String, group: String? = nil,
        deduplication: String? = nil, delay: Int? = nil
    ) {
        self.number = number
        self.queue = queue
        self.group = group
        self.deduplication = deduplication
        self.delay = delay
        self.text = text
    }

    /// Whether it is the message of a publication.
    var isPublished: Bool { publication != nil }

    /// No more copies than these may exist.
    func mostCopies(_ clock: SimulatedClock) -> Int {
        publication?.most(of: self, clock) ?? attempts
    }

    /// What counts for the size of the message.
    var byteCount: Int { text.utf8.count + "tryNumber\(tries)".utf8.count }

    /// The body with this number.
    static func text(number: Int, size: Int) -> String {
        "b\(number)." + String(decoding: [UInt8](repeating: 0x78, count: size), as: UTF8.self)
    }

    /// The number of a body; nil when it has none.
    static func number(of text: String) -> Int? {
        // Published in JSON, or plain.
        let plain = text.hasPrefix(#"{"b":""#) ? text.dropFirst(6) : text[...]
        guard plain.first == "b", let dot = plain.firstIndex(of: ".") else { return nil }
        return Int(plain[plain.index(after: plain.startIndex)..<dot])
    }
}

/// One message of the broker.
final class Copy {
    let sent: Sent
    let id: String
    /// Where it came to first: the queue it was sent to, or that a task moved it to.
    let home: SimulatedQueue
    /// The attempt that it is of; nil while nobody knows.
    var attempt: Int?
    /// What it was before a task moved it; nil when it was sent.
    let origin: Copy?
    /// What it became when a task moved it.
    var successor: Copy?
    /// Between these it came there.
    var earliest: UInt64
    var latest: UInt64
    var sequence: String? {
        didSet { order = sequence.flatMap { UInt128($0) } }
    }
    /// The sequence number, to be compared quickly.
    private(set) var order: UInt128?
    /// By receive count.
    var deliveries: [Delivery] = []
    /// Deletes that were answered with success: the receive count they were made with, and when.
    var deleted: [(count: Int, began: UInt64, answered: UInt64, wasInFlight: Bool)] = []
    /// Deletes that may have happened.
    var possibleDeletes = 0
    /// Changes of its visibility.
    var changes: [VisibilityChange] = []
    /// Whether it may have been moved, unseen, before it was seen first.
    var isDoubtful = false
    /// Deletes that were tried at all.
    var deletesTried = 0

    init(
        _ sent: Sent, id: String, in home: SimulatedQueue, attempt: Int?, origin: Copy? = nil,
        earliest: UInt64, latest: UInt64
    ) {
        self.sent = sent
        self.id = id
        self.home = home
        self.attempt = attempt
        self.origin = origin
        self.earliest = earliest
        self.latest = latest
    }

    /// Whether it may have been wiped.
    var isPossiblyWiped: Bool { home.wipes.contains { $0.end >= earliest } }

    /// Whether it may have expired at `now`.
    func isPossiblyExpired(at now: UInt64) -> Bool {
        now >= earliest + UInt64(home.retentions.least(from: earliest, until: now)) * 1000
    }

    /// The last receive that was seen.
    var lastDelivery: Delivery? { deliveries.last }

    /// Whether it may have gone from its home to a dead-letter queue at `now`.
    func isPossiblyDead(at now: UInt64) -> Bool {
        guard home.isRedriven else { return false }
        if let last = lastDelivery, last.queue !== home { return true }
        let since = lastDelivery?.began ?? earliest
        let receives = (lastDelivery?.count ?? 0) + home.unseenReceives(after: since)
        return home.redrives.values(from: earliest, until: now).contains {
            $0.map { receives >= $0.limit } ?? false
        }
    }

    /// Whether it may be gone at `now` for a reason that clients know.
    func isPossiblyGone(at now: UInt64) -> Bool {
        possibleDeletes > 0 || isPossiblyExpired(at: now) || isPossiblyWiped
    }
}

/// A change of a message's visibility that may take effect between `began` and `end`.
final class VisibilityChange {
    let began: UInt64
    let milliseconds: UInt64
    var end: UInt64 = .max

    init(began: UInt64, milliseconds: UInt64) {
        self.began = began
        self.milliseconds = milliseconds
    }
}

/// One receive of a copy.
final class Delivery {
    let count: Int
    let queue: SimulatedQueue
    let handle: String
    /// The ReceiveRequestAttemptId of the receive.
    let attemptID: String?
    let began: UInt64
    let answered: UInt64
    /// Not visible before.
    var visibleEnd: UInt64

    init(
        count: Int, queue: SimulatedQueue, handle: String, attemptID: String?, began: UInt64,
        answered: UInt64, visibleEnd: UInt64
    ) {
        self.count = count
        self.queue = queue
        self.handle = handle
        self.attemptID = attemptID
        self.began = began
        self.answered = answered
        self.visibleEnd = visibleEnd
    }
}
