/// What a client asks of the broker.
enum Ask {
    case create(SimulatedQueue)
    case send(SimulatedQueue, [Sent])
    case receive(SimulatedQueue, ReceiveForm)
    case delete(SimulatedQueue, [Held])
    case change(SimulatedQueue, [Held], seconds: Int)
    case set(SimulatedQueue, AttributeChange)
    case purge(SimulatedQueue)
    case remove(SimulatedQueue)
    case count(SimulatedQueue)
    case startMove(SimulatedMove)
    case cancelMove(SimulatedMove)
    case listMoves(SimulatedQueue)
    case topic(TopicAsk)

    /// Who asks for this again until there is an answer, because the run cannot go on without.
    var isRepeatedForEver: Bool {
        switch self {
        case .create, .set, .purge, .remove, .count: true
        case .topic(let ask): ask.isRepeatedForEver
        default: false
        }
    }

    /// Whether it is asked once only, because a repetition would be something else.
    var isNeverRepeated: Bool { if case .startMove = self { true } else { false } }

    /// How long the answer may take when nothing goes wrong, in milliseconds.
    var patience: UInt64 {
        if case .receive(_, let form) = self { UInt64(form.wait) * 1000 + 15_000 } else { 15_000 }
    }

    /// In few words, for the transcript.
    var description: String {
        switch self {
        case .create(let queue): "create \(queue.name)"
        case .send(let queue, let messages):
            "send \(queue.name) \(messages.map { "b\($0.number)" }.joined(separator: " "))"
        case .receive(let queue, let form): "receive \(queue.name) \(form.description)"
        case .delete(let queue, let held):
            "delete \(queue.name) \(held.map(\.description).joined(separator: " "))"
        case .change(let queue, let held, let seconds):
            "change \(queue.name) to \(seconds) "
                + held.map(\.description).joined(separator: " ")
        case .set(let queue, let change): "set \(queue.name) to \(change.description)"
        case .purge(let queue): "purge \(queue.name)"
        case .remove(let queue): "remove \(queue.name)"
        case .count(let queue): "count \(queue.name)"
        case .startMove(let move): "move \(move.description)"
        case .cancelMove(let move): "cancel move \(move.description)"
        case .listMoves(let queue): "list moves of \(queue.name)"
        case .topic(let ask): ask.description
        }
    }
}

/// How a receive is asked for.
struct ReceiveForm {
    var count: Int
    /// Seconds.
    var wait = 0
    /// Seconds.
    var visibility = 30
    /// The ReceiveRequestAttemptId, of FIFO queues.
    var attemptID: String?

    var description: String {
        "\(count) wait \(wait) visibility \(visibility)" + (attemptID.map { " as \($0)" } ?? "")
    }
}

/// A message that a client received and has not finished.
struct Held {
    var copy: Copy
    var delivery: Delivery

    var description: String { "b\(copy.sent.number)#\(delivery.count)" }
}
