import Bytes

/// The bytes of one connection that have been received and not yet performed.
///
///     0 ·· decoded ········ count ········ capacity
///       handed  │  the next    │ room for
///       out     │  request     │ reading
///
/// Requests that were handed out are views into `0..<decoded`; while there are any, the memory
/// stays where it is. It grows by need and is given back when there is none.
@safe
struct ReceiveBuffer: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>?
    private(set) var capacity = 0
    private(set) var count = 0
    private(set) var decoded = 0

    init() {}

    deinit { unsafe start?.deallocate() }

    /// The bytes after the last request that was handed out.
    var undecoded: MutableByteView {
        guard let start = unsafe start else { return MutableByteView() }
        // Safe because decoded ≤ count ≤ capacity.
        return unsafe MutableByteView(unsafeStart: start + decoded, count: count - decoded)
    }

    /// Whether bytes wait that belong to no request yet.
    var hasUndecoded: Bool { count > decoded }

    /// Where received bytes go next.
    var space: MutableByteView {
        guard let start = unsafe start else { return MutableByteView() }
        // Safe because count ≤ capacity.
        return unsafe MutableByteView(unsafeStart: start + count, count: capacity - count)
    }

    /// Says that `length` bytes were written into `space`.
    mutating func received(_ length: Int) {
        precondition(length >= 0 && length <= capacity - count, "bytes arrive within the space")
        count += length
    }

    /// Says that the first `length` undecoded bytes were handed out as a request.
    mutating func handedOut(_ length: Int) {
        precondition(length > 0 && length <= count - decoded, "a request is within the buffer")
        decoded += length
    }

    /// Forgets the requests that were handed out; their views die.
    mutating func consumeHandedOut() {
        guard decoded > 0 else { return }
        if let start = unsafe start, count > decoded {
            // Safe because both ranges lie within the memory; `update` allows them to overlap.
            unsafe start.update(from: start + decoded, count: count - decoded)
        }
        count -= decoded
        decoded = 0
    }

    /// Forgets everything.
    mutating func removeAll() {
        count = 0
        decoded = 0
    }

    /// Makes the memory `larger` bytes long. Nothing may be handed out.
    mutating func grow(to larger: Int) {
        precondition(decoded == 0, "handed-out requests stay where they are")
        guard larger > capacity else { return }
        move(to: larger)
    }

    /// Gives memory back beyond `limit` bytes, if what is held allows it.
    mutating func shrink(to limit: Int) {
        guard decoded == 0, capacity > limit, count <= limit else { return }
        if count == 0 {
            unsafe start?.deallocate()
            unsafe start = nil
            capacity = 0
        } else {
            move(to: limit)
        }
    }

    private mutating func move(to size: Int) {
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        if let start = unsafe start {
            // Safe because both regions hold at least `count` bytes.
            unsafe moved.update(from: start, count: count)
            unsafe start.deallocate()
        }
        unsafe start = moved
        capacity = size
    }
}
