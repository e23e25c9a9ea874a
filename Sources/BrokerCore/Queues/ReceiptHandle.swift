import Bytes

/// The right to finish one delivery of one message, as 28 opaque bytes.
///
/// It names the queue, the message's slot, the slot's generation and the receive, so that finishing
/// needs no look-up, and carries a keyed digest so that it cannot be guessed. Clients see base64.
public struct ReceiptHandle: Hashable, Sendable {
    /// Bytes of a handle before base64.
    public static let byteCount = 28

    /// The number of the queue the message was received from.
    public var queue: UInt32
    /// The message's slot in the store.
    public var slot: UInt32
    /// The generation of the slot.
    public var generation: UInt32
    /// The receive of the message: 1 for the first.
    public var receive: UInt32
    /// A keyed digest of the other fields.
    public var tag: UInt64

    /// What every handle begins with: its format, version 1.
    private static let mark: UInt32 = 0x0155_5041

    /// Reads the base64 text of a handle; nil for anything else. `scratch` is overwritten.
    init?(text: ByteView, scratch: inout ByteWriter) {
        scratch.removeAll()
        guard text.count == (Self.byteCount + 2) / 3 * 4, Base64.decode(text, into: &scratch),
            scratch.count == Self.byteCount
        else { return nil }
        var reader = ByteReader(scratch.view)
        do {
            guard try reader.integer(UInt32.self) == Self.mark else { return nil }
            queue = try reader.integer()
            slot = try reader.integer()
            generation = try reader.integer()
            receive = try reader.integer()
            tag = try reader.integer()
        } catch {
            return nil
        }
    }

    /// A handle with these fields.
    public init(queue: UInt32, slot: UInt32, generation: UInt32, receive: UInt32, tag: UInt64) {
        self.queue = queue
        self.slot = slot
        self.generation = generation
        self.receive = receive
        self.tag = tag
    }

    /// The base64 text that clients see, appended to `writer`.
    public func write(to writer: inout ByteWriter) {
        let start = writer.count
        writer.append(littleEndian: Self.mark)
        writer.append(littleEndian: queue)
        writer.append(littleEndian: slot)
        writer.append(littleEndian: generation)
        writer.append(littleEndian: receive)
        writer.append(littleEndian: tag)
        writer.encodeBase64(from: start)
    }
}
