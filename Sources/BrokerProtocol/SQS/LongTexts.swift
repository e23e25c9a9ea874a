import Bytes

/// The texts of a received message that are so long that they are written in parts, over several
/// turns: whoever writes the message leaves them out and notes where each belongs.
///
/// They are views of the message's payload or of `body`, which have to stay until all are written.
public final class LongTexts {
    /// Texts of more bytes than this are left out. A message has at most ten attributes, so what is
    /// written of it at once has some 160 KiB.
    static let byteCount = 16 << 10

    /// A text that was left out.
    public struct Text {
        /// How many bytes of the message stand before it.
        public let place: Int
        /// How long it is before it is escaped, or put into base64.
        public var count: Int { bytes.count }
        let bytes: ByteView
        let isBinary: Bool
    }

    /// In the order of their places.
    public private(set) var texts: [Text] = []
    /// The body of a message that reached its queue by a topic.
    var body = ByteWriter(capacity: 64)

    /// None so far.
    public init() {}

    /// Whether the text is left out, which belongs at `place`.
    func leaveOut(_ bytes: ByteView, isBinary: Bool, at place: Int) -> Bool {
        guard bytes.count > LongTexts.byteCount else { return false }
        texts.append(Text(place: place, bytes: bytes, isBinary: isBinary))
        return true
    }
}

extension FieldWriter {
    /// Writes a text of a message, escaped, unless it is left out for now.
    func writeLong(_ text: ByteView, into writer: inout ByteWriter) {
        if let longTexts, longTexts.leaveOut(text, isBinary: false, at: writer.count) { return }
        write(text, into: &writer)
    }

    /// Writes bytes of a message in base64, unless they are left out for now.
    func writeLong(base64 bytes: ByteView, into writer: inout ByteWriter) {
        if let longTexts, longTexts.leaveOut(bytes, isBinary: true, at: writer.count) { return }
        writer.append(base64: bytes)
    }
}
