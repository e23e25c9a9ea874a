import Bytes

/// What filter policies look at in one message, prepared at most once for all of them.
struct MessageFacts {
    private let attributes: ByteView
    private let body: ByteView

    /// The facts of a message with these attributes, in the layout of `StoredAttributes`, and this
    /// body; both stay where they are as long as the facts are used.
    init(attributes: ByteView, body: ByteView) {
        self.attributes = attributes
        self.body = body
    }
}
