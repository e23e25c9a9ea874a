/// Elements that wait in order: the first to come is the first to leave. Both are amortised O(1).
public struct Line<Element> {
    private var elements: [Element?] = []
    /// Where the first element stands; those before it have left.
    private var start = 0

    /// A line in which nobody stands.
    public init() {}

    /// How many wait.
    public var count: Int { elements.count - start }

    /// Whether nobody waits.
    public var isEmpty: Bool { count == 0 }

    /// The one that leaves next; nil when nobody waits.
    public var first: Element? { isEmpty ? nil : elements[start] }

    /// Adds one at the end.
    public mutating func append(_ element: Element) { elements.append(element) }

    /// Takes the first one out; nil when nobody waits.
    public mutating func popFirst() -> Element? {
        guard start < elements.count, let element = elements[start].take() else { return nil }
        start += 1
        // Moving what is left costs no more than what has left before.
        if start * 2 >= elements.count {
            elements.removeSubrange(..<start)
            start = 0
        }
        return element
    }

    /// Takes the first one out. Somebody waits.
    @discardableResult
    public mutating func removeFirst() -> Element {
        guard let element = popFirst() else { preconditionFailure("somebody waits") }
        return element
    }
}
