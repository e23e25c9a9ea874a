import Bytes

/// Memory that one read after another goes into.
@safe
final class ReadSpace {
    private let memory: PageMemory

    /// Room for `byteCount` bytes.
    init(byteCount: Int) { memory = PageMemory(byteCount: byteCount) }

    /// All of the room.
    var space: MutableByteView {
        let range = 0..<memory.byteCount
        // Safe because the memory is this object's own, and views of it are not kept.
        return unsafe MutableByteView(
            unsafeStart: memory.address(of: range).assumingMemoryBound(to: UInt8.self),
            count: range.count)
    }

    /// The first `count` bytes, valid until the next read.
    func view(_ count: Int) -> ByteView { memory.view(0..<count) }
}
