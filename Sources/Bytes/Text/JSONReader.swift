import CLinux
import Glibc

/// What kind of value stands next in a JSON text.
public enum JSONKind: Equatable, Sendable {
    /// An object.
    case object
    /// An array.
    case array
    /// A string.
    case string
    /// A number.
    case number
    /// The word `true`.
    case `true`
    /// The word `false`.
    case `false`
    /// The word `null`.
    case null
}

/// Why a JSON text could not be read.
public enum JSONError: Error, Equatable, Sendable {
    /// The text ends in the middle.
    case unexpectedEnd
    /// A byte that cannot stand where it stands.
    case unexpectedByte
    /// A well-formed value of another kind than the one asked for.
    case unexpectedKind(JSONKind)
    /// A control character in a string.
    case controlCharacter
    /// A backslash that begins no escape.
    case invalidEscape
    /// An escaped half of a surrogate pair without the other.
    case loneSurrogate
    /// A string that is not UTF-8.
    case invalidUTF8
    /// A number that breaks the grammar.
    case invalidNumber
    /// A number that is not an integer of 64 bits.
    case notAnInteger
    /// Objects and arrays nested deeper than the limit.
    case tooDeep
    /// Something after the value.
    case trailingBytes
}

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

    private let start: UnsafeMutablePointer<UInt8>
    private let count: Int

    /// How many bytes have been read; after an error, where it was found.
    public private(set) var offset = 0

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

    @inline(__always)
    private func byte(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "index within the text")
        // Safe because the index was just checked against the count.
        return unsafe start[index]
    }

    private func view(_ first: Int, _ end: Int) -> ByteView {
        precondition(first <= end && end <= count, "a stretch of the text")
        // Safe because the stretch was just checked against the count.
        return unsafe ByteView(unsafeStart: UnsafePointer(start) + first, count: end - first)
    }

    /// The next byte that is not white space; it is not consumed.
    @inline(__always)
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
            let isCut = rest.count < text.utf8CodeUnitCount
                && ByteView(text).prefix(rest.count) == rest
            throw isCut ? .unexpectedEnd : .unexpectedByte
        }
        offset += text.utf8CodeUnitCount
    }

    // MARK: Strings

    /// Reads the string whose quote stands at the offset.
    private mutating func scanString(unescaping: Bool) throws(JSONError) -> ByteView {
        offset += 1
        let first = offset
        var end = offset
        while true {
            // Safe because the offset never passes the count, and `end` never the offset.
            if unescaping {
                unsafe apus_json_unescape(start, count, &offset, &end)
            } else {
                offset += unsafe apus_scan_json_read(start + offset, count - offset)
            }
            guard offset < count else { throw .unexpectedEnd }
            let next = byte(offset)
            switch next {
            case 0x22:
                offset += 1
                return view(first, unescaping ? end : offset - 1)
            case 0x5C:
                let scalar = try scanEscape()
                if unescaping { put(scalar, to: &end) }
            case 0x80...:
                try scanMultibyte(to: &end, moving: unescaping)
            default:
                throw .controlCharacter
            }
        }
    }

    /// Consumes bytes and closes the gap that escapes have left before them.
    @inline(__always)
    private mutating func take(_ length: Int, to end: inout Int, moving: Bool) {
        if moving, end != offset {
            // Safe because the source is what was just scanned and the target lies before it.
            unsafe memmove(start + end, start + offset, length)
        }
        end += length
        offset += length
    }

    private mutating func scanMultibyte(to end: inout Int, moving: Bool) throws(JSONError) {
        repeat {
            // Safe because the offset is below the count.
            let length = unsafe utf8SequenceLength(start + offset, count - offset)
            guard length > 0 else { throw .invalidUTF8 }
            take(length, to: &end, moving: moving)
        } while offset < count && byte(offset) >= 0x80
    }

    /// Consumes an escape; its backslash stands at the offset.
    private mutating func scanEscape() throws(JSONError) -> UInt32 {
        guard offset + 1 < count else {
            offset = count
            throw .unexpectedEnd
        }
        let letter = byte(offset + 1)
        guard letter == 0x75 else {
            guard let scalar = Self.unescaped(letter) else { throw .invalidEscape }
            offset += 2
            return scalar
        }
        let unit = try scanUnit()
        guard unit & 0xF800 == 0xD800 else { return unit }
        guard unit < 0xDC00, offset + 1 < count, byte(offset) == 0x5C, byte(offset + 1) == 0x75
        else { throw .loneSurrogate }
        let low = try scanUnit()
        guard low & 0xFC00 == 0xDC00 else { throw .loneSurrogate }
        return 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }

    private static func unescaped(_ letter: UInt8) -> UInt32? {
        switch letter {
        case 0x22, 0x5C, 0x2F: UInt32(letter)
        case 0x62: 0x08
        case 0x66: 0x0C
        case 0x6E: 0x0A
        case 0x72: 0x0D
        case 0x74: 0x09
        default: nil
        }
    }

    /// Consumes `\uXXXX`.
    private mutating func scanUnit() throws(JSONError) -> UInt32 {
        guard count - offset >= 6 else {
            offset = count
            throw .unexpectedEnd
        }
        var unit: UInt32 = 0
        for index in 2..<6 {
            let digit = Hex.value(byte(offset + index))
            guard digit < 16 else { throw .invalidEscape }
            unit = unit << 4 | UInt32(digit)
        }
        offset += 6
        return unit
    }

    /// Writes a scalar; its escape was longer than it, so this stays behind what was read.
    private func put(_ scalar: UInt32, to end: inout Int) {
        func write(_ byte: UInt32) {
            precondition(end < offset, "an unescaped string is shorter than its text")
            // Safe because the place was just checked and the memory may be written.
            unsafe start[end] = UInt8(truncatingIfNeeded: byte)
            end += 1
        }
        if scalar < 0x80 {
            write(scalar)
        } else if scalar < 0x800 {
            write(0xC0 | scalar >> 6)
            write(0x80 | scalar & 0x3F)
        } else if scalar < 0x10000 {
            write(0xE0 | scalar >> 12)
            write(0x80 | scalar >> 6 & 0x3F)
            write(0x80 | scalar & 0x3F)
        } else {
            write(0xF0 | scalar >> 18)
            write(0x80 | scalar >> 12 & 0x3F)
            write(0x80 | scalar >> 6 & 0x3F)
            write(0x80 | scalar & 0x3F)
        }
    }

    // MARK: Numbers

    private mutating func scanNumber() throws(JSONError) -> JSONNumber {
        let first = offset
        var isInteger = true
        if byte(offset) == 0x2D { offset += 1 }
        let digits = offset
        try scanDigits()
        if byte(digits) == 0x30, offset - digits > 1 { throw .invalidNumber }
        if offset < count, byte(offset) == 0x2E {
            offset += 1
            isInteger = false
            try scanDigits()
        }
        if offset < count, byte(offset) | 0x20 == 0x65 {
            offset += 1
            isInteger = false
            if offset < count, byte(offset) == 0x2B || byte(offset) == 0x2D { offset += 1 }
            try scanDigits()
        }
        return JSONNumber(raw: view(first, offset), isInteger: isInteger)
    }

    /// Consumes one digit or more.
    private mutating func scanDigits() throws(JSONError) {
        guard offset < count else { throw .unexpectedEnd }
        guard byte(offset) &- 0x30 < 10 else { throw .invalidNumber }
        while offset < count, byte(offset) &- 0x30 < 10 { offset += 1 }
    }
}
