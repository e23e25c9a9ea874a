import CLinux

/// Digests long messages piece by piece, so that nobody waits for a whole one.
///
/// Messages are digested in the order in which they were added, up to sixteen of them at a time. The
/// views have to stay valid until their digests have been taken.
@safe
public struct MD5Line {
    /// How many messages are worked on at a time.
    private static let width = 16

    private let kind: apus_md5_kind
    private var line: [apus_md5_progress] = unsafe []

    /// A line in which nobody stands.
    public init() { self.init(width: .widest) }

    init(width: MD5Width) { kind = width.kind }

    /// How many messages have been added and not taken.
    public var count: Int { unsafe line.count }

    /// Adds a message at the end.
    public mutating func add(_ message: ByteView) {
        unsafe message.withUnsafeBytes { bytes in
            // Safe because whoever adds a message keeps its bytes.
            unsafe line.append(
                apus_md5_begin(
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
        }
    }

    /// Digests at most `byteCount` bytes, a multiple of 64, of each of the first messages.
    public mutating func step(byteCount: Int) {
        precondition(byteCount >= 64, "a step is one block at least")
        let count = unsafe min(line.count, MD5Line.width)
        unsafe line.withUnsafeMutableBufferPointer { buffer in
            // Safe because the buffer holds `count` messages at least.
            guard count > 0 else { return }
            unsafe apus_md5_continue(kind, buffer.baseAddress, count, byteCount / 64)
        }
    }

    /// Whether the first `count` messages are digested.
    public func isDigested(first count: Int) -> Bool {
        unsafe line.prefix(count).allSatisfy { message in
            // Safe because the copy outlives the call.
            unsafe withUnsafePointer(to: message) { unsafe apus_md5_is_ending($0) != 0 }
        }
    }

    /// Removes the first message, which is digested, and returns its digest.
    public mutating func takeFirst() -> MD5Digest {
        precondition(count > 0 && isDigested(first: 1), "the first message is digested")
        let message = unsafe line.removeFirst()
        var digest = MD5Digest(first: 0, second: 0)
        // Safe because a digest is 16 bytes, and message and digest outlive the call.
        unsafe withUnsafeMutableBytes(of: &digest) { out in
            unsafe withUnsafePointer(to: message) {
                unsafe apus_md5_end($0, out.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
        }
        return digest
    }
}
