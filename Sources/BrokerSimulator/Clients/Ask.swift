/// What a client asks of the broker.
enum Ask {
    case create(SimulatedQueue)
    case send(SimulatedQueue, [Sent])
    case receive(SimulatedQueue, count: Int, wait: Int, visibility: Int)
    case delete(SimulatedQueue, [Held])
    case change(SimulatedQueue, [Held], seconds: Int)
    case setVisibility(SimulatedQueue, seconds: Int)
    case purge(SimulatedQueue)
    case remove(SimulatedQueue)
    case count(SimulatedQueue)
    case topic(TopicAsk)

    /// Who asks for this again until there is an answer, because the run cannot go on without.
    var isRepeatedForEver: Bool {
        switch self {
        case .create, .setVisibility, .purge, .remove, .count: true
        case .topic(let ask): ask.isRepeatedForEver
        default: false
        }
    }

    /// How long the answer may take when nothing goes wrong, in milliseconds.
    var patience: UInt64 {
        if case .receive(_, _, let wait, _) = self { UInt64(wait) * 1000 + 15_000 } else { 15_000 }
    }

    /// In few words, for the transcript.
    var description: String {
        switch self {
        case .create(let queue): "create \(queue.name)"
        case .send(let queue, let messages):
            "send \(queue.name) \(messages.map { "b\($0.number)" }.joined(separator: " "))"
        case .receive(let queue, let count, let wait, let visibility):
            "receive \(queue.name) \(count) wait \(wait) visibility \(visibility)"
        case .delete(let queue, let held):
            "delete \(queue.name) \(held.map(\.description).joined(separator: " "))"
        case .change(let queue, let held, let seconds):
            "change \(queue.name) to \(seconds) "
                + held.map(\.description).joined(separator: " ")
        case .setVisibility(let queue, let seconds): "set \(queue.name) to \(seconds)"
        case .purge(let queue): "purge \(queue.name)"
        case .remove(let queue): "remove \(queue.name)"
        case .count(let queue): "count \(queue.name)"
        case .topic(let ask): ask.description
        }
    }
}

/// A message that a client received and has not finished.
struct Held {
    var copy: Copy
    var delivery: Delivery
    var handle: String

    var description: String { "b\(copy.sent.number)#\(delivery.count)" }
}
