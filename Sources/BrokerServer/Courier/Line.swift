/// Elements that wait in order: the first to come is the first to leave. Both are amortised O(1).
struct Line<Element> {
    private var elements: [Element?] = []
    /// Where the first element stands; those before it have left.
    private var start = 0

    var count: Int { elements.count - start }
    var isEmpty: Bool { count == 0 }

    /// The one that leaves next.
    var first: Element? { isEmpty ? nil : elements[start] }

    mutating func append(_ element: Element) { elements.append(element) }

    @discardableResult
    mutating func removeFirst() -> Element {
        guard start < elements.count, let element = elements[start].take() else {
            preconditionFailure("somebody waits")
        }
        start += 1
        // Moving what is left costs no more than what has left before.
        if start * 2 >= elements.count {
            elements.removeSubrange(..<start)
            start = 0
        }
        return element
    }
}
