import CLinux

/// Digests many messages together: up to 32 at a time where the processor can (`MD5Width`), seven
/// times as fast as one by one with AVX2 and sixteen times with AVX-512.
///
/// The bodies of a tick are added as they arrive; `finish` digests those that are new, and each
/// digest is then read by the number that `add` gave. `removeAll` keeps the memory for the next
/// tick. The views have to stay valid until `finish`.
@safe
public struct MD5Batch: ~Copyable {
    private var messages: UnsafeMutablePointer<apus_message>
    private var digests: UnsafeMutablePointer<MD5Digest>
    private var capacity: Int
    private let kind: apus_md5_kind

    /// How many messages have been added.
    public private(set) var count = 0

    /// How many of them have been digested.
    public private(set) var finishedCount = 0

    /// An empty batch with room for `capacity` messages.
    public init(capacity: Int = 64) { self.init(capacity: capacity, width: .widest) }

    init(capacity: Int, width: MD5Width) {
        kind = width.kind
        self.capacity = max(capacity, 1)
        unsafe messages = .allocate(capacity: self.capacity)
        unsafe digests = .allocate(capacity: self.capacity)
    }

    deinit {
        unsafe messages.deallocate()
        unsafe digests.deallocate()
    }

    /// Adds a message and returns its number: 0, 1, 2, …
    @discardableResult
    public mutating func add(_ message: ByteView) -> Int {
        if count == capacity { grow() }
        unsafe message.withUnsafeBytes { bytes in
            // Safe because there is room for one more.
            unsafe messages[count] = unsafe apus_message(
                bytes: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        }
        count += 1
        return count - 1
    }

    /// Adds a message whose digest is known already, and returns its number. The messages before it
    /// have to be finished.
    @discardableResult
    public mutating func add(finished digest: MD5Digest) -> Int {
        precondition(finishedCount == count, "digests are finished in order")
        let number = add(ByteView())
        // Safe because there is room for a digest of each message.
        unsafe digests[number] = digest
        finishedCount = count
        return number
    }

    /// Digests the messages added since the last time.
    public mutating func finish() {
        guard finishedCount < count else { return }
        // Safe because a digest is 16 bytes and there is room for one per message. Its halves are
        // little-endian, as are all processors that Swift runs on.
        unsafe apus_md5(
            kind, messages + finishedCount, count - finishedCount,
            UnsafeMutableRawPointer(digests + finishedCount)
                .assumingMemoryBound(to: UInt8.self))
        finishedCount = count
    }

    /// The digest of a message that has been finished.
    public subscript(number: Int) -> MD5Digest {
        precondition(number >= 0 && number < finishedCount, "a message that was digested")
        // Safe because the number was just checked.
        return unsafe digests[number]
    }

    /// The digests of finished messages as they lie in memory, one after the other, 16 bytes each.
    /// Valid until a message is added.
    public func digests(_ numbers: Range<Int>) -> ByteView {
        precondition(
            numbers.lowerBound >= 0 && numbers.upperBound <= finishedCount,
            "messages that were digested")
        // Safe because the range was just checked and a digest is two integers of eight bytes.
        return unsafe ByteView(
            unsafeStart: UnsafeRawPointer(digests + numbers.lowerBound)
                .assumingMemoryBound(to: UInt8.self),
            count: numbers.count * MemoryLayout<MD5Digest>.size)
    }

    /// Forgets all messages and keeps the memory.
    public mutating func removeAll() {
        count = 0
        finishedCount = 0
    }

    private mutating func grow() {
        let larger = capacity * 2
        let moreMessages = UnsafeMutablePointer<apus_message>.allocate(capacity: larger)
        let moreDigests = UnsafeMutablePointer<MD5Digest>.allocate(capacity: larger)
        // Safe because the new memory is larger than what is moved into it.
        unsafe moreMessages.update(from: messages, count: count)
        unsafe moreDigests.update(from: digests, count: finishedCount)
        unsafe messages.deallocate()
        unsafe digests.deallocate()
        unsafe messages = moreMessages
        unsafe digests = moreDigests
        capacity = larger
    }
}
