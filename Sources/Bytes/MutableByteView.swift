import Glibc

/// A borrowed run of bytes that may be changed in place: an address and a count.
///
/// A connection hands its receive buffer out as one, so that escapes and percent coding are undone
/// where the bytes stand and no field of a request is ever copied. Every access is checked against
/// the count. Like `ByteView` it owns nothing and is valid while its owner keeps the bytes in place.
@safe
public struct MutableByteView: @unchecked Sendable {
    let start: UnsafeMutablePointer<UInt8>?

    /// The length in bytes.
    public let count: Int

    /// The empty view.
    public init() {
        unsafe start = nil
        count = 0
    }

    /// A view of memory that the caller keeps alive, and to itself, for as long as the view is used.
    public init(unsafeStart: UnsafeMutablePointer<UInt8>?, count: Int) {
        unsafe precondition(
            count >= 0 && (count == 0 || unsafeStart != nil), "a view has an address")
        unsafe start = unsafeStart
        self.count = count
    }

    /// Whether there are no bytes.
    public var isEmpty: Bool { count == 0 }

    /// The same bytes, to be read.
    public var view: ByteView {
        unsafe ByteView(unsafeStart: start.map { unsafe UnsafePointer($0) }, count: count)
    }

    /// Calls `body` with the bytes as a raw buffer that must not escape.
    public func withUnsafeMutableBytes<Result>(
        _ body: (UnsafeMutableRawBufferPointer) -> Result
    ) -> Result {
        unsafe body(UnsafeMutableRawBufferPointer(start: start, count: count))
    }

    /// The byte at `index`, which must be within `0..<count`.
    public subscript(index: Int) -> UInt8 {
        get {
            precondition(index >= 0 && index < count, "index within the view")
            // Safe because the index was just checked against the count.
            return unsafe start.unsafelyUnwrapped[index]
        }
        nonmutating set {
            precondition(index >= 0 && index < count, "index within the view")
            // Safe because the index was just checked against the count.
            unsafe start.unsafelyUnwrapped[index] = newValue
        }
    }

    /// The part `range` of this view, which must lie within `0..<count`.
    public subscript(range: Range<Int>) -> MutableByteView {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range within the view")
        guard let start = unsafe start else { return MutableByteView() }
        // Safe because the range was just checked against the count.
        return unsafe MutableByteView(unsafeStart: start + range.lowerBound, count: range.count)
    }

    /// Copies the bytes of `range` to the bytes from `destination` on; the two may overlap.
    public func move(_ range: Range<Int>, to destination: Int) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range within the view")
        precondition(
            destination >= 0 && destination <= count - range.count, "bytes stay within the view")
        guard let start = unsafe start, !range.isEmpty else { return }
        // Safe because both ends were just checked against the count.
        _ = unsafe memmove(start + destination, start + range.lowerBound, range.count)
    }
}
