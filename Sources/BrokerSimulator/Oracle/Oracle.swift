/// Knows what clients asked and were answered, and nothing else; says when the broker broke a
/// promise. Its words are those of Jepsen: lost, unexpected, duplicated, reordered.
final class Oracle {
    let clock: SimulatedClock
    /// The first promise that was broken; nil while all were kept.
    private(set) var violation: String?
    /// Every message, in the order in which they were made up.
    private(set) var messages: [Sent] = []
    /// Messages that are sent directly, by number.
    private var direct: [Int: Sent] = [:]
    private var lastNumber = 0
    /// Every publication by number of its body.
    private var publications: [Int: Publication] = [:]
    private(set) var publicationList: [Publication] = []
    /// Copies by message identifier; for look-up.
    var copies: [String: Copy] = [:]
    /// The number of what Publish has given an identifier.
    var publicationOfID: [String: Int] = [:]
    private(set) var counts = Counts()
    let statistics = Statistics()
    /// Every move task that was asked for, in the order in which clients made them up.
    var moves: [SimulatedMove] = []
    /// What receives with an identifier of their own were last answered.
    var attempts: [String: AnsweredReceive] = [:]
    /// When they were first asked for.
    var attemptsBegan: [String: UInt64] = [:]

    /// What was seen in a run, for its last line.
    struct Counts {
        var sent = 0
        var received = 0
        var deleted = 0
        var lostAnswers = 0
    }

    init(clock: SimulatedClock) { self.clock = clock }

    var now: UInt64 { clock.now }

    /// What the broker's clock may show at most, when the wall clock was set.
    var latestNow: UInt64 { clock.now + clock.forward }

    /// Notes that a promise was broken.
    func fail(_ text: String) { violation = violation ?? text }

    /// A number for a body.
    func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Takes in a message that will be sent.
    func register(_ sent: Sent) {
        messages.append(sent)
        direct[sent.number] = sent
    }

    /// Takes in what will be published.
    func register(_ publication: Publication) {
        publications[publication.number] = publication
        publicationList.append(publication)
        messages += publication.messages
    }

    /// What was published with this number.
    func publication(_ number: Int) -> Publication? { publications[number] }

    /// The message with this body that belongs into `queue`.
    func sent(_ number: Int, for queue: SimulatedQueue) -> Sent? {
        guard let publication = publications[number] else { return direct[number] }
        return publication.messages.first { $0.queue === queue }
    }

    /// A client is about to ask, on a connection on which `behind` is not answered yet.
    func began(_ ask: Ask, behind: Attempt?) -> Attempt {
        let attempt = Attempt(ask, began: now, behind: behind)
        noteExistence(ask)
        switch ask {
        case .send(_, let messages):
            for sent in messages { sendBegan(sent) }
        case .receive(let queue, let form):
            if let id = form.attemptID, attemptsBegan[id] == nil { attemptsBegan[id] = now }
            queue.receivesBegun += 1
            attempt.foreignReceives = queue.receivesUnderWay
            queue.receivesUnderWay += 1
            queue.lastReceiveBegan = now
        case .delete(_, let held):
            for one in held { one.copy.deletesTried += 1; one.copy.possibleDeletes += 1 }
        case .change(_, let held, let seconds):
            attempt.visibleEnds = held.map(\.delivery.visibleEnd)
            for one in held { changeBegan(one, seconds, attempt) }
        case .purge(let queue), .remove(let queue):
            let wipe = Wipe(began: now)
            attempt.wipe = wipe
            queue.wipes.append(wipe)
            queue.sequences = []
        case .set(let queue, let change):
            begin(change, of: queue)
        case .create(let queue):
            for change in queue.original { begin(change, of: queue) }
        case .startMove(let move):
            if move.began == .max { moves.append(move) }
            move.began = min(move.began, now)
        case .topic(let ask): topicBegan(ask, attempt)
        case .cancelMove, .listMoves, .count: break
        }
        return attempt
    }

    private func noteExistence(_ ask: Ask) {
        switch ask {
        case .create(let queue): queue.existence.mayBecome(true, at: now)
        case .remove(let queue): queue.existence.mayBecome(false, at: now)
        default: break
        }
    }

    private func sendBegan(_ sent: Sent) {
        if sent.attempts > 0 { statistics.add(.repeatedRequests) }
        sent.attempts += 1
        sent.tries += 1
        if sent.firstBegan == nil { sent.firstBegan = now }
    }

    /// Nobody will know what came of the attempt.
    func unanswered(_ attempt: Attempt) {
        counts.lostAnswers += 1
        // What was under way may still be carried out a little later.
        attempt.wipe?.end = now + 60_000
        for change in attempt.changes { change.end = now + 60_000 }
        switch attempt.ask {
        case .topic(let ask): topicUnanswered(ask, attempt)
        case .receive(let queue, _):
            queue.receivesUnderWay -= 1
            queue.lastReceiveLost = now
            queue.lostReceives.append(now)
        case .startMove(let move): move.lost = now
        default: break
        }
    }

    /// An answer came.
    func answered(_ attempt: Attempt, _ answer: HTTPAnswer) -> Answer {
        attempt.follow()
        if answer.status >= 500 {
            unanswered(attempt)
            return .troubled(answer.status)
        }
        if case .topic(let ask) = attempt.ask { return topicAnswered(ask, attempt, answer) }
        guard let json = JSON(answer.body) else {
            let text = String(decoding: answer.body.prefix(300), as: UTF8.self)
            fail("nonsense: the answer to \(attempt.ask.description) is no JSON: \(text)")
            return .troubled(answer.status)
        }
        guard answer.status == 200 else {
            return refused(attempt, json.text("__type") ?? "", json.text("message") ?? "")
        }
        switch attempt.ask {
        case .send(let queue, let messages):
            counts.sent += messages.count
            return sendAnswered(attempt, queue, messages, json)
        case .receive(let queue, let form):
            let answer = receiveAnswered(attempt, queue, form, json.list("Messages"))
            if case .received(let held) = answer { counts.received += held.count }
            return answer
        case .delete(_, let held):
            counts.deleted += held.count
            return deleteAnswered(attempt, held, json)
        case .change(_, let held, let seconds):
            return changeAnswered(attempt, held, seconds, json)
        case .purge, .remove:
            switch attempt.ask {
            case .remove(let queue):
                queue.existence.became(at: now)
                statistics.add(.deletedQueues)
            default: statistics.add(.purges)
            }
            attempt.wipe?.answered = now
            attempt.wipe?.end = now
            return .done
        case .count(let queue): return countAnswered(attempt, queue, json)
        case .create(let queue):
            queue.existence.became(at: now)
            for change in queue.original { end(change, of: queue) }
            return .done
        case .set(let queue, let change):
            statistics.add(.attributeChanges)
            end(change, of: queue)
            return .done
        case .startMove(let move): return moveStarted(move, json)
        case .cancelMove(let move): return moveCancelled(move, json)
        case .listMoves(let queue): return movesListed(attempt, queue, json)
        case .topic: return .done
        }
    }
}

/// One request as it was sent once.
final class Attempt {
    let ask: Ask
    let began: UInt64
    var wipe: Wipe?
    /// Of a change: what was known of the visibility before.
    var visibleEnds: [UInt64] = []
    var changes: [VisibilityChange] = []
    /// Of a receive: others that were under way when it began.
    var foreignReceives = 0
    /// Of a publish: the window of each message.
    var publishes: [Publication.Window] = []
    /// What is performed before it, because it was sent before it on the same connection.
    private(set) var behind: Attempt?
    /// Whether its answer has to wait for others.
    let isBehind: Bool
    /// The sequence numbers that were answered on the connection so far, by queue.
    var sequences: [String: String] = [:]

    init(_ ask: Ask, began: UInt64, behind: Attempt?) {
        self.ask = ask
        self.began = began
        self.behind = behind
        isBehind = behind != nil
    }

    /// What was performed before it has been answered.
    func follow() {
        if let behind { sequences = behind.sequences }
        behind = nil
    }
}

/// What a client learns from an answer.
enum Answer {
    case done
    case received([Held])
    case counted(Int)
    /// The status of each move task of a queue, the newest first.
    case moves([SimulatedMove.Status])
    /// The broker refuses for good.
    case refused(String)
    /// The broker cannot now.
    case troubled(Int)

    /// In few words, for the transcript.
    var description: String {
        switch self {
        case .done: "done"
        case .received(let held): "[\(held.map(\.description).joined(separator: " "))]"
        case .counted(let count): "\(count)"
        case .moves(let list): "\(list.map(\.rawValue))"
        case .refused(let type): "refused \(type)"
        case .troubled(let status): "status \(status)"
        }
    }
}
