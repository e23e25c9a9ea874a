import Bytes

/// The bytes of answers that the client has not taken yet. Most connections never need one: an
/// answer is written from its batch and only what the kernel did not take is kept here.
///
/// They are kept in pieces, so that nothing is moved when a long answer grows.
struct SendBuffer: ~Copyable {
    /// Short answers share pieces of this size.
    private static let pieceByteCount = 64 << 10

    private var pieces: [[UInt8]] = []
    /// How much of the first piece was taken.
    private var sent = 0

    init() {}

    /// Whether the client has taken everything.
    var isEmpty: Bool { pieces.isEmpty }

    /// How many bytes are kept.
    var byteCount: Int { pieces.reduce(-sent) { $0 + $1.count } }

    /// Keeps `bytes` for later.
    mutating func append(_ bytes: ByteView) {
        guard !bytes.isEmpty else { return }
        if let last = pieces.last, last.count + bytes.count <= SendBuffer.pieceByteCount {
            pieces[pieces.count - 1].append(contentsOf: bytes.array)
        } else {
            pieces.append(bytes.array)
        }
    }

    /// What to write next.
    func withUnsent<Result>(_ body: (ByteView) -> Result) -> Result {
        guard let first = pieces.first else { return body(ByteView()) }
        return first.withByteView { body($0.dropFirst(sent)) }
    }

    /// Says that the client took the first `length` bytes of what was to be written next.
    mutating func took(_ length: Int) {
        sent += length
        let count = pieces.first?.count ?? 0
        precondition(sent <= count, "no more is taken than was offered")
        guard sent == count, count > 0 else { return }
        pieces.removeFirst()
        sent = 0
        if pieces.isEmpty { pieces = [] }
    }
}
