import Bytes

/// The payloads and signatures of received messages, in their order, as the encoder asks for them.
struct ReceivedContent: ~Copyable {
    private enum Payload {
        case view(ByteView)
        /// In `copies`.
        case copy(Range<Int>)
    }

    private var payloads: [Payload] = []
    private var signatures: [Range<Int>] = []
    private var copies = ByteWriter(capacity: 4096)

    init() {}

    /// Forgets everything and keeps a moderate amount of memory.
    mutating func removeAll() {
        payloads.removeAll(keepingCapacity: true)
        signatures.removeAll(keepingCapacity: true)
        copies.removeAll(keepingCapacityUpTo: 1 << 20)
    }

    /// Adds a message whose payload stays where it is.
    mutating func append(_ payload: ByteView, signature: [UInt8]) {
        payloads.append(.view(payload))
        signatures.append(copy(signature))
    }

    /// Adds a message whose payload may go.
    mutating func append(copying payload: [UInt8], signature: [UInt8]) {
        payloads.append(.copy(copy(payload)))
        signatures.append(copy(signature))
    }

    /// The payload of the message with this index.
    func payload(_ index: Int) -> ByteView {
        switch payloads[index] {
        case .view(let view): view
        case .copy(let range): copies.view[range]
        }
    }

    /// The signature of the message with this index, in base64; empty when it has none.
    func signature(_ index: Int) -> ByteView { copies.view[signatures[index]] }

    private mutating func copy(_ bytes: [UInt8]) -> Range<Int> {
        let start = copies.count
        if !bytes.isEmpty { copies.append(bytes) }
        return start..<copies.count
    }
}
