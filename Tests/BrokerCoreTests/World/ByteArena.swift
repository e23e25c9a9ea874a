import Bytes

/// Keeps the bytes of a test where they are for as long as the arena lives, so that views of them
/// may go anywhere.
final class ByteArena {
    private final class Chunk {
        private var writer: ByteWriter
        var view: ByteView { writer.view }

        init(_ bytes: [UInt8]) {
            writer = ByteWriter(capacity: bytes.count)
            writer.append(bytes)
        }
    }

    private var chunks: [Chunk] = []

    func view(_ bytes: [UInt8]) -> ByteView {
        guard !bytes.isEmpty else { return ByteView() }
        let chunk = Chunk(bytes)
        chunks.append(chunk)
        return chunk.view
    }

    func view(_ text: String) -> ByteView { view(Array(text.utf8)) }
}
