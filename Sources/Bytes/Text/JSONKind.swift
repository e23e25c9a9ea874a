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
