/// What is known of the messages of one sequence: a message group, or a whole standard queue.
///
/// Messages are numbered from zero. Those before `first` are deleted for certain, but for the
/// `exceptions`, of which one cannot know; of those from `first` to `next` each is remembered. So
/// memory does not grow with the length of a run.
final class Lane {
    /// A message that was sent, or may have been.
    struct Message {
        enum Sending {
            /// Not answered yet, or unanswered for ever: it may be there.
            case maybe
            case done
        }

        enum Deletion {
            case none
            /// Not answered yet, or unanswered for ever, or by a receipt that was perhaps too old.
            case maybe
            case done
        }

        var sending = Sending.maybe
        var deletion = Deletion.none
        /// A digest of the identifier that the server gave it; 0 while none is known.
        var identifier: UInt64 = 0
        var isReceived = false
        /// No receive that ended before may return it.
        var invisibleUntil: UInt64 = 0
        /// Whether it may have been shown again without its visibility timeout having ended, so
        /// that no receipt is the latest one for certain.
        var isDoubtful = false
        /// Receives that were sent later may not return it, once it is deleted.
        var goneSince: UInt64 = 0
    }

    /// How a receive breaks the contract.
    enum Fault: String, CaseIterable {
        case lost
        case duplicated
        case reordered
        case returned
        case early
        case changed

        /// What it means, after a count.
        var explanation: String {
            switch self {
            case .lost: "acknowledged, but never received"
            case .duplicated: "sent once, but there with two message ids"
            case .reordered: "received before an earlier message of the group was deleted"
            case .returned: "received again after an acknowledged delete"
            case .early: "of a group, received again while in flight"
            case .changed: "with a body that nobody sent"
            }
        }
    }

    /// A receive as the client saw it: when it was sent and when its answer came, in milliseconds.
    struct Receive {
        var start: UInt64
        var end: UInt64
        /// How long it makes messages invisible.
        var visibility: UInt64

        /// When the server may show the messages again, at the earliest.
        var visibleAt: UInt64 { start + visibility }

        /// Whether its receipts were the latest ones at `now`, if nobody released the messages.
        func isLatest(at now: UInt64) -> Bool { now + Lane.slackMilliseconds < visibleAt }
    }

    /// The clocks of client and server are read at different moments.
    static let slackMilliseconds: UInt64 = 250

    let isOrdered: Bool
    private var window: [Message]
    private(set) var first = 0
    private(set) var next = 0
    private(set) var exceptions: [Int: Message] = [:]
    /// Since when all messages before `first` are gone.
    private var goneSince: UInt64 = 0

    init(isOrdered: Bool, capacity: Int) {
        self.isOrdered = isOrdered
        window = Array(repeating: Message(), count: capacity)
    }

    // MARK: Sending

    /// How many more messages may be sent now.
    var room: Int { window.count - (next - first) }

    /// The numbers of the next messages.
    func begin(_ count: Int) -> Range<Int> {
        precondition(count <= room, "a window has room for what is remembered")
        let numbers = next..<next + count
        for number in numbers { window[number % window.count] = Message() }
        next += count
        return numbers
    }

    /// The server has acknowledged a message; says how that breaks the contract.
    func sent(_ number: Int, identifier: UInt64) -> Fault? {
        guard var message = self[number] else { return nil }
        message.sending = .done
        let known = message.identifier
        message.identifier = identifier
        self[number] = message
        return known != 0 && known != identifier ? .duplicated : nil
    }

    // MARK: Receiving

    /// A message has been received; says how that breaks the contract.
    ///
    /// - Parameter together: The messages of this lane before it in the same answer.
    func received(
        _ number: Int, identifier: UInt64, by receive: Receive, together: [Int]
    ) -> Fault? {
        guard number >= 0, number < next else { return .changed }
        guard var message = self[number] else {
            // Long deleted. An answer that was under way then does not count.
            return receive.start > goneSince ? .returned : nil
        }
        var fault: Fault?
        if message.deletion == .done {
            guard receive.start > message.goneSince else { return nil }
            fault = .returned
        } else if message.identifier != 0, message.identifier != identifier {
            fault = .duplicated
        } else if isOrdered {
            if receive.end + Lane.slackMilliseconds < message.invisibleUntil {
                fault = .early
            } else if !passes(number, together: together, at: receive.end) {
                fault = .reordered
            }
        }
        if message.identifier == 0 { message.identifier = identifier }
        message.sending = .done
        message.isReceived = true
        message.invisibleUntil = max(message.invisibleUntil, receive.visibleAt)
        // Here it is, whatever became of an unanswered deletion.
        if message.deletion == .maybe { message.deletion = .none }
        self[number] = message
        return fault
    }

    /// Whether every earlier message of the group is deleted, or is before this one in its answer.
    /// Those of which one could not know are deleted from now on: the group has gone on.
    private func passes(_ number: Int, together: [Int], at now: UInt64) -> Bool {
        var isInOrder = true
        for earlier in Array(exceptions.keys) + Array(first..<max(first, min(number, next)))
        where earlier < number && !together.contains(earlier) {
            guard var message = self[earlier] else { continue }
            if message.deletion == .done { continue }
            // One that nobody acknowledged was never there: the next is sent when it is answered.
            if message.deletion == .none, message.sending == .done {
                isInOrder = false
                continue
            }
            message.deletion = .done
            message.goneSince = now
            self[earlier] = message
        }
        return isInOrder
    }

    /// The client asks the server to show a message again.
    func releasing(_ number: Int) {
        guard var message = self[number] else { return }
        message.invisibleUntil = 0
        message.isDoubtful = true
        self[number] = message
    }

    /// The server has shown a message again that was received by `receive`. Was that so late that
    /// it may have been received by somebody else meanwhile, it was perhaps taken from them.
    func released(_ number: Int, of receive: Receive, at now: UInt64) {
        guard var message = self[number], receive.isLatest(at: now) else { return }
        message.isDoubtful = false
        self[number] = message
    }

    // MARK: Deleting

    /// A deletion is under way.
    func deleting(_ number: Int) {
        guard var message = self[number], message.deletion == .none else { return }
        message.deletion = .maybe
        self[number] = message
    }

    /// A deletion by the receipt of `receive` was acknowledged at `now`. When the message could have
    /// been received by somebody else meanwhile, the receipt may have been too old to delete it.
    /// Otherwise nobody got it between `receive` and the deletion.
    func deleted(_ number: Int, of receive: Receive, at now: UInt64) {
        guard var message = self[number], message.deletion != .done, !message.isDoubtful,
            receive.isLatest(at: now)
        else { return }
        message.deletion = .done
        message.goneSince = receive.start
        self[number] = message
    }

    /// A deletion was refused.
    func notDeleted(_ number: Int) {
        guard var message = self[number], message.deletion == .maybe else { return }
        message.deletion = .none
        self[number] = message
    }

    // MARK: Remembering

    private subscript(number: Int) -> Message? {
        get {
            if number >= first { return number < next ? window[number % window.count] : nil }
            return exceptions[number]
        }
        set {
            guard let newValue else { preconditionFailure("messages are forgotten by settling") }
            if number >= first {
                window[number % window.count] = newValue
            } else if newValue.deletion == .done {
                goneSince = max(goneSince, newValue.goneSince)
                exceptions[number] = nil
            } else {
                exceptions[number] = newValue
            }
        }
    }

    /// Forgets the oldest messages as far as they are deleted. Messages of which one cannot know do
    /// not hold that up when room gets scarce.
    func settle() {
        while first < next {
            let message = window[first % window.count]
            if message.deletion == .done {
                goneSince = max(goneSince, message.goneSince)
            } else if room < window.count / 2,
                message.sending == .maybe || message.deletion == .maybe
            {
                exceptions[first] = message
            } else {
                return
            }
            first += 1
        }
    }

    /// Acknowledged messages that were not deleted, and of which no deletion is under way.
    var remaining: [Int] {
        let kept = exceptions.filter { Lane.remains($0.value) }.keys.sorted()
        return kept + (first..<next).filter { Lane.remains(window[$0 % window.count]) }
    }

    /// How many messages may have been sent, and how many deleted, of which one cannot know.
    var doubts: (sent: Int, deleted: Int) {
        var doubts = (sent: 0, deleted: 0)
        for message in Array(exceptions.values) + (first..<next).map({ window[$0 % window.count] })
        {
            if message.deletion == .maybe { doubts.deleted += 1 }
            if message.sending == .maybe { doubts.sent += 1 }
        }
        return doubts
    }

    /// Whether a message was received before, as far as that is remembered.
    func isReceived(_ number: Int) -> Bool { number < next && self[number]?.isReceived ?? true }

    private static func remains(_ message: Message) -> Bool {
        message.sending == .done && message.deletion == .none
    }
}
