import Glibc

/// A borrowed run of bytes: an address and a count, bounds-checked on every access.
///
/// The currency of the request path: fields of a request are views into the connection's receive
/// buffer, records are views into a segment's memory. A view owns nothing. It is valid for as long
/// as its owner keeps the bytes where they are; on the request path that is until the request has
/// been answered. Whoever keeps bytes longer copies them (`array`).
@safe
public struct ByteView: @unchecked Sendable {
    private let start: UnsafePointer<UInt8>?

    /// The length in bytes.
    public let count: Int

    /// The empty view.
    public init() {
        unsafe start = nil
        count = 0
    }

    /// A view of memory that the caller keeps alive and unchanged for as long as the view is used.
    public init(unsafeStart: UnsafePointer<UInt8>?, count: Int) {
        unsafe precondition(
            count >= 0 && (count == 0 || unsafeStart != nil), "a view has an address")
        unsafe start = unsafeStart
        self.count = count
    }

    /// A part of a view, whose bounds were checked.
    private init(part start: UnsafePointer<UInt8>, count: Int) {
        unsafe self.start = start
        self.count = count
    }

    /// A view of the UTF-8 bytes of a literal, valid for ever.
    public init(_ text: StaticString) {
        precondition(
            text.hasPointerRepresentation, "a literal of at least one scalar has an address")
        // Safe because a StaticString lives as long as the process.
        unsafe self.init(unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// Whether there are no bytes.
    public var isEmpty: Bool { count == 0 }

    /// The byte at `index`, which must be within `0..<count`.
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "index within the view")
        // Safe because the index was just checked against the count.
        return unsafe start.unsafelyUnwrapped[index]
    }

    /// The little-endian integer at `offset`, which must be followed by enough bytes.
    public func littleEndian<Value: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, as type: Value.Type = Value.self
    ) -> Value {
        precondition(
            offset >= 0 && count - offset >= MemoryLayout<Value>.size, "integer within the view")
        // Safe because the integer was just found to lie within the view.
        return unsafe Value(
            littleEndian: UnsafeRawPointer(start.unsafelyUnwrapped)
                .loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    /// The part `range` of this view, which must lie within `0..<count`.
    public subscript(range: Range<Int>) -> ByteView {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range within the view")
        guard let start = unsafe start else { return ByteView() }
        // Safe because the range was just checked against the count.
        return unsafe ByteView(part: start + range.lowerBound, count: range.count)
    }

    /// The bytes from `index` to the end; none when there are not that many.
    public func dropFirst(_ index: Int) -> ByteView { self[min(index, count)..<count] }

    /// The first `length` bytes, or all when there are fewer.
    public func prefix(_ length: Int) -> ByteView { self[0..<min(length, count)] }

    /// A copy of the bytes.
    public var array: [UInt8] {
        unsafe withUnsafeBytes { bytes in unsafe [UInt8](bytes) }
    }

    /// The bytes as text; faults in the UTF-8 are replaced by U+FFFD.
    public var string: String {
        unsafe withUnsafeBytes { bytes in unsafe String(decoding: bytes, as: UTF8.self) }
    }

    /// Calls `body` with the bytes as a raw buffer that must not escape.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Whether both views hold the same bytes.
    public static func == (left: ByteView, right: ByteView) -> Bool {
        guard left.count == right.count else { return false }
        guard left.count > 0 else { return true }
        // Safe because both regions hold `count` bytes.
        return unsafe memcmp(
            left.start.unsafelyUnwrapped, right.start.unsafelyUnwrapped, left.count) == 0
    }

    /// Whether the bytes are exactly those of the literal.
    @_disfavoredOverload
    public static func == (left: ByteView, right: StaticString) -> Bool {
        // Disfavoured, because a literal beside `==` can be a view as well.
        guard left.count == right.utf8CodeUnitCount else { return false }
        return left.isEmpty || left == ByteView(right)
    }

    /// Whether the bytes begin with those of the literal.
    public func hasPrefix(_ text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount && prefix(text.utf8CodeUnitCount) == text
    }

    /// Where `byte` first stands at or after `from`, or nil. O(n).
    public func firstIndex(of byte: UInt8, from: Int = 0) -> Int? {
        precondition(from >= 0, "a search begins within the view")
        guard from < count, let start = unsafe start else { return nil }
        // Safe because the search covers the bytes from `from` to the end.
        guard let found = unsafe memchr(start + from, Int32(byte), count - from) else { return nil }
        return unsafe UnsafeRawPointer(start).distance(to: UnsafeRawPointer(found))
    }

    /// Where the first byte stands that satisfies `predicate`, or nil. O(n).
    func firstIndex(where predicate: (UInt8) -> Bool) -> Int? {
        var index = 0
        while index < count {
            if predicate(self[index]) { return index }
            index += 1
        }
        return nil
    }

    /// What a scanner of `CLinux` finds: the number of bytes at the front that it passes over.
    func scan(_ scanner: (UnsafePointer<UInt8>, Int) -> Int) -> Int {
        guard let start = unsafe start else { return 0 }
        return unsafe scanner(start, count)
    }
}

extension ByteView: ExpressibleByStringLiteral {
    /// A view of the UTF-8 bytes of a literal, valid for ever.
    public init(stringLiteral value: StaticString) {
        self = value.utf8CodeUnitCount == 0 ? ByteView() : ByteView(value)
    }
}
