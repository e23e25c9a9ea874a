/// A JSON text as a tree: for policies and the other small documents of the control plane.
///
/// Members keep their order and numbers keep their text, so that printing a parsed text changes
/// nothing but its white space and its escapes.
public indirect enum JSONValue: Sendable, Equatable {
    /// One member of an object.
    public struct Member: Sendable, Equatable {
        /// The member's name, unique within its object.
        public var name: String
        /// The member's value.
        public var value: JSONValue

        /// The member `name` with `value`.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, as it was written.
    case number(String)
    /// A string, unescaped.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object, in the order written.
    case object([Member])

    /// Parses a whole JSON text; nil when it is malformed, names a member twice, is longer than
    /// `limit` bytes or nests deeper than `QueueLimits.jsonDepth`.
    public init?(parsing text: String, limit: Int = QueueLimits.jsonBytes) {
        guard text.utf8.count <= limit else { return nil }
        var parser = JSONParser(bytes: Array(text.utf8))
        guard let value = try? parser.parse() else { return nil }
        self = value
    }

    /// The value of the member `name`; nil when there is none or this is no object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The elements of an array, or the value itself: IAM lets a list of one go without brackets.
    public var elements: [JSONValue] {
        if case .array(let elements) = self { return elements }
        return [self]
    }

    /// The text of a string; nil for anything else.
    public var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// Whether both say the same: members may stand in any order.
    public func isEquivalent(to other: JSONValue) -> Bool {
        switch (self, other) {
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { other[$0.name]?.isEquivalent(to: $0.value) ?? false }
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isEquivalent(to: $1) }
        default:
            self == other
        }
    }

    /// The compact text of this value.
    public var description: String {
        var text = ""
        print(into: &text)
        return text
    }

    private func print(into text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let digits): text += digits
        case .string(let value): Self.quote(value, into: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.print(into: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                Self.quote(member.name, into: &text)
                text += ":"
                member.value.print(into: &text)
            }
            text += "}"
        }
    }

    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSONValue: CustomStringConvertible {}
