import Bytes

/// The bytes of answers that the client has not taken yet. Most connections never need one: an
/// answer is written from its batch and only what the kernel did not take is kept here.
struct SendBuffer: ~Copyable {
    private var writer = ByteWriter(capacity: 0)
    private var sent = 0

    init() {}

    /// Whether the client has taken everything.
    var isEmpty: Bool { writer.count == 0 }

    /// Keeps `bytes` for later.
    mutating func append(_ bytes: ByteView) { writer.append(bytes) }

    /// What to write next.
    var unsent: ByteView { writer.view.dropFirst(sent) }

    /// Says that the client took the first `length` bytes.
    mutating func took(_ length: Int) {
        sent += length
        precondition(sent <= writer.count, "no more is taken than was offered")
        guard sent == writer.count else { return }
        writer.removeAll(keepingCapacityUpTo: 0)
        sent = 0
    }
}
