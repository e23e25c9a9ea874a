/// The one door between threads: values are posted at one side and taken at the other.
///
/// Posting into an empty mailbox signals its wake; further posts cost no system call until the
/// receiver has taken everything.
final class Mailbox<Element: Sendable>: Sendable {
    private let elements = Lock<[Element]>([])
    private let wake: Wake

    /// An empty mailbox that signals `wake`, which may be shared with other mailboxes.
    init(wake: Wake) { self.wake = wake }

    /// Adds one element.
    func post(_ element: Element) {
        let wasEmpty = elements.withLock { elements in
            defer { elements.append(element) }
            return elements.isEmpty
        }
        if wasEmpty { wake.signal() }
    }

    /// Everything that was posted, in order. Clear the wake first, or a signal may be lost.
    func takeAll() -> [Element] {
        elements.withLock { elements in
            guard !elements.isEmpty else { return [] }
            defer { elements = [] }
            return elements
        }
    }
}
