import Bytes

/// What filter policies look at in one message, prepared at most once for all of them, and only what
/// is asked for.
struct MessageFacts {
    private let attributeBytes: ByteView
    private let body: ByteView
    private var hasAttributes = false
    private var hasBody = false
    private(set) var attributes = AttributeTable()
    private(set) var tape = BodyTape()

    /// The facts of a message with these attributes, in the layout of `StoredAttributes`, and this
    /// body; both stay where they are as long as the facts are used.
    init(attributes: ByteView, body: ByteView) {
        attributeBytes = attributes
        self.body = body
    }

    /// Makes `attributes` what the message has.
    mutating func prepareAttributes() {
        if hasAttributes { return }
        attributes = AttributeTable(StoredAttributes(bytes: attributeBytes))
        hasAttributes = true
    }

    /// Makes `tape` what the message's body is.
    mutating func prepareBody() {
        if hasBody { return }
        tape = BodyTape(body)
        hasBody = true
    }
}
