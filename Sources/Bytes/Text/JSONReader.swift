/// Reads a JSON text front to back, without a tree and without allocating.
///
/// The caller pulls what it expects: `beginObject`, then `nextKey` until nil, with exactly one value
/// (`string`, `number`, `beginArray`, `skipValue`, …) after each key. Strings are unescaped in place
/// and handed out as views of the text, so a stretch is read only once. No input makes the reader trap; after an error it is of no more use.
///
///     {"QueueUrl":"http:\/\/…","Flags":[1,2]}
///      nextKey()  string()      nextKey() beginArray() nextElement() integer() …
///
/// - Invariant: 0 <= offset <= count, and unescaping never writes beyond what was read.
@safe
public struct JSONReader: @unchecked Sendable {
    /// How deep objects and arrays may nest.
    public static let depthLimit = 64

    let start: UnsafeMutablePointer<UInt8>
    let count: Int

    /// How many bytes have been read; after an error, where it was found.
    public internal(set) var offset = 0

    /// How many objects and arrays are open.
    public private(set) var depth = 0

    /// One bit per open container, the innermost lowest: whether it is an object.
    private var objects: UInt64 = 0
    /// Whether nothing of the innermost container has been read.
    private var isFresh = false

    /// A reader of `text`, which it overwrites where it unescapes strings.
    public init(_ text: MutableByteView) {
        count = text.count
        // Safe because the address of an empty text is never used.
        unsafe start = text.start ?? UnsafeMutablePointer(bitPattern: 1).unsafelyUnwrapped
    }

    // MARK: Values

    /// The kind of the value that comes next.
    public mutating func peek() throws(JSONError) -> JSONKind {
        switch try skipSpace() {
        case 0x7B: return .object
        case 0x5B: return .array
        case 0x22: return .string
        case 0x2D, 0x30...0x39: return .number
        case 0x74: return .true
        case 0x66: return .false
        case 0x6E: return .null
        default: throw .unexpectedByte
        }
    }

    /// Reads a string and unescapes it in place.
    public mutating func string() throws(JSONError) -> ByteView {
        try expect(.string)
        return try scanString(unescaping: true)
    }

    /// Reads a number.
    public mutating func number() throws(JSONError) -> JSONNumber {
        try expect(.number)
        return try scanNumber()
    }

    /// Reads a number that is written as an integer and fits 64 bits; `1.0` and `1e1` are not.
    public mutating func integer() throws(JSONError) -> Int64 {
        guard case .integer(let value) = try number().value else { throw .notAnInteger }
        return value
    }

    /// Reads `true` or `false`.
    public mutating func bool() throws(JSONError) -> Bool {
        let kind = try peek()
        guard kind == .true || kind == .false else { throw .unexpectedKind(kind) }
        try word(kind == .true ? "true" : "false")
        return kind == .true
    }

    /// Reads `null`.
    public mutating func null() throws(JSONError) {
        try expect(.null)
        try word("null")
    }

    /// Reads `null` when it comes next, and says whether it did.
    public mutating func skipNull() throws(JSONError) -> Bool {
        guard try peek() == .null else { return false }
        try word("null")
        return true
    }

    /// Checks that nothing but white space is left.
    public mutating func finish() throws(JSONError) {
        precondition(depth == 0, "what was begun is read to its end")
        while offset < count, Self.isSpace(byte(offset)) { offset += 1 }
        guard offset == count else { throw .trailingBytes }
    }

    // MARK: Containers

    /// Enters the object that comes next.
    public mutating func beginObject() throws(JSONError) {
        try expect(.object)
        try enter(isObject: true)
    }

    /// Enters the array that comes next.
    public mutating func beginArray() throws(JSONError) {
        try expect(.array)
        try enter(isObject: false)
    }

    /// The next key of the innermost object, unescaped in place; nil leaves the object.
    public mutating func nextKey() throws(JSONError) -> ByteView? {
        try nextKey(unescaping: true)
    }

    /// Whether the innermost array has a next element; false leaves the array.
    public mutating func nextElement() throws(JSONError) -> Bool {
        precondition(depth > 0 && objects & 1 == 0, "elements are asked of an array")
        let byte = try skipSpace()
        if byte == 0x5D {
            leave()
            return false
        }
        if !isFresh {
            guard byte == 0x2C else { throw .unexpectedByte }
            offset += 1
        }
        isFresh = false
        // A bracket after a comma is found by whoever reads the value.
        return true
    }

    /// Skips one value of any kind, however long, and checks that it is well-formed.
    public mutating func skipValue() throws(JSONError) {
        let floor = depth
        try skipOne()
        while depth > floor {
            if objects & 1 == 1 {
                if try nextKey(unescaping: false) != nil { try skipOne() }
            } else {
                if try nextElement() { try skipOne() }
            }
        }
    }

    /// Skips one value and returns its text as it stands, escapes and all.
    public mutating func rawValue() throws(JSONError) -> ByteView {
        _ = try skipSpace()
        let first = offset
        try skipValue()
        return view(first, offset)
    }

    private mutating func skipOne() throws(JSONError) {
        switch try peek() {
        case .object: try enter(isObject: true)
        case .array: try enter(isObject: false)
        case .string: _ = try scanString(unescaping: false)
        case .number: _ = try scanNumber()
        case .true: try word("true")
        case .false: try word("false")
        case .null: try word("null")
        }
    }

    private mutating func enter(isObject: Bool) throws(JSONError) {
        guard depth < Self.depthLimit else { throw .tooDeep }
        offset += 1
        depth += 1
        objects = objects << 1 | (isObject ? 1 : 0)
        isFresh = true
    }

    private mutating func leave() {
        offset += 1
        depth -= 1
        objects >>= 1
        isFresh = false
    }

    private mutating func nextKey(unescaping: Bool) throws(JSONError) -> ByteView? {
        precondition(depth > 0 && objects & 1 == 1, "keys are asked of an object")
        var byte = try skipSpace()
        if byte == 0x7D {
            leave()
            return nil
        }
        if !isFresh {
            guard byte == 0x2C else { throw .unexpectedByte }
            offset += 1
            byte = try skipSpace()
        }
        guard byte == 0x22 else { throw .unexpectedByte }
        isFresh = false
        let key = try scanString(unescaping: unescaping)
        guard try skipSpace() == 0x3A else { throw .unexpectedByte }
        offset += 1
        return key
    }

    // MARK: Bytes

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    func byte(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "index within the text")
        // Safe because the index was just checked against the count.
        return unsafe start[index]
    }

    func view(_ first: Int, _ end: Int) -> ByteView {
        precondition(first <= end && end <= count, "a stretch of the text")
        // Safe because the stretch was just checked against the count.
        return unsafe ByteView(unsafeStart: UnsafePointer(start) + first, count: end - first)
    }

    /// The next byte that is not white space; it is not consumed.
    private mutating func skipSpace() throws(JSONError) -> UInt8 {
        while offset < count {
            let next = byte(offset)
            if !Self.isSpace(next) { return next }
            offset += 1
        }
        throw .unexpectedEnd
    }

    private mutating func expect(_ kind: JSONKind) throws(JSONError) {
        let found = try peek()
        guard found == kind else { throw .unexpectedKind(found) }
    }

    private mutating func word(_ text: StaticString) throws(JSONError) {
        let rest = view(offset, count)
        guard rest.hasPrefix(text) else {
            let isCut =
                rest.count < text.utf8CodeUnitCount
                && ByteView(text).prefix(rest.count) == rest
            throw isCut ? .unexpectedEnd : .unexpectedByte
        }
        offset += text.utf8CodeUnitCount
    }
}
