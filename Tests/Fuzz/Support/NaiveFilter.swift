@testable import BrokerCore

/// Filter policies evaluated the plain way, from the document and texts alone: no tables, no tape, no
/// numbers in 64 bits.
struct NaiveFilter {
    /// A value of a message.
    enum Value {
        case string([UInt8])
        /// A number's text; an attribute's may be none.
        case number([UInt8])
        case bool(Bool)
        case null
    }

    /// One way through the choices: keys with the patterns that stand for them.
    typealias Alternative = [(path: [[UInt8]], patterns: [JSONValue])]

    let alternatives: [Alternative]

    /// The policy, which was found to be valid.
    init(_ policy: JSONValue, splitsKeys: Bool) {
        alternatives = Self.expand(policy, [], [[]], splitsKeys)
    }

    private static func expand(
        _ object: JSONValue, _ path: [[UInt8]], _ before: [Alternative], _ splitsKeys: Bool
    ) -> [Alternative] {
        guard case .object(let members) = object else { return before }
        var alternatives = before
        for member in members {
            let name = Array(member.name.utf8)
            let parts = splitsKeys ? name.parts(0x2E) : [name]
            if member.name == "$or", isChoice(member.value) {
                alternatives = member.value.elements.flatMap {
                    expand($0, path, alternatives, splitsKeys)
                }
            } else if case .array(let patterns) = member.value {
                for index in alternatives.indices {
                    alternatives[index].removeAll { $0.path == path + parts }
                    alternatives[index].append((path + parts, patterns))
                }
            } else {
                alternatives = expand(member.value, path + parts, alternatives, splitsKeys)
            }
        }
        return alternatives
    }

    private static func isChoice(_ value: JSONValue) -> Bool {
        guard case .array(let branches) = value, branches.count >= 2 else { return false }
        let operators = [
            "anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix",
            "wildcard",
        ]
        return branches.allSatisfy { branch in
            guard case .object(let members) = branch, !members.isEmpty else { return false }
            return !members.contains { operators.contains($0.name) }
        }
    }

    /// Whether one of the patterns wants that there is nothing.
    static func allowsNothing(_ patterns: [JSONValue]) -> Bool {
        patterns.contains { $0["exists"]?.description == "false" }
    }

    // MARK: One value

    static func matches(_ patterns: [JSONValue], _ value: Value) -> Bool {
        patterns.contains { matches($0, value) }
    }

    private static func matches(_ pattern: JSONValue, _ value: Value) -> Bool {
        switch (pattern, value) {
        case (.null, .null): true
        case (.bool(let wanted), .bool(let found)): wanted == found
        case (.string(let text), .string(let bytes)): Array(text.utf8) == bytes
        case (.number(let text), .number(let bytes)): isNumber(Array(text.utf8), bytes)
        case (.object(let members), _): matches(members[0].name, members[0].value, value)
        default: false
        }
    }

    private static func isNumber(_ wanted: [UInt8], _ found: [UInt8]) -> Bool {
        guard let number = NaiveNumber(wanted), let other = NaiveNumber(found) else {
            return wanted == found
        }
        return number.isComparable ? number == other : wanted == found
    }

    private static func matches(_ name: String, _ operand: JSONValue, _ value: Value) -> Bool {
        switch name {
        case "exists":
            guard case .bool(true) = operand else { return false }
            switch value {
            case .null: return false
            case .string(let text): return !text.isEmpty
            default: return true
            }
        case "anything-but": return !isException(operand, value)
        case "numeric":
            guard case .number(let bytes) = value, let number = NaiveNumber(bytes) else {
                return false
            }
            return isWithin(operand.elements, number)
        default:
            guard case .string(let bytes) = value, let text = operand.text else { return false }
            return matches(name, text, bytes)
        }
    }

    private static func matches(_ name: String, _ text: String, _ value: [UInt8]) -> Bool {
        switch name {
        case "prefix": value.starts(with: text.utf8)
        case "suffix": value.reversed().starts(with: text.utf8.reversed())
        case "equals-ignore-case":
            value.text.lowercased().utf8.elementsEqual(text.lowercased().utf8)
        case "wildcard": isWild(Array(text.utf8)[...], value[...])
        default: NaiveAddress.isWithin(value, text)
        }
    }

    private static func isException(_ operand: JSONValue, _ value: Value) -> Bool {
        if case .object(let members) = operand {
            return members[0].value.elements.contains {
                matches(members[0].name, $0, value)
            }
        }
        return operand.elements.contains { matches($0, value) }
    }

    private static func isWithin(_ terms: [JSONValue], _ number: NaiveNumber) -> Bool {
        stride(from: 0, to: terms.count, by: 2).allSatisfy { index in
            guard case .number(let text) = terms[index + 1],
                let bound = NaiveNumber(Array(text.utf8))
            else { return false }
            switch terms[index].text {
            case "=": return number == bound
            case "<": return number < bound
            case "<=": return !(bound < number)
            case ">": return bound < number
            default: return !(number < bound)
            }
        }
    }

    /// `*` is any run of bytes, a backslash makes the byte behind it plain. Tries everything.
    static func isWild(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == 0x2A {
            return (text.startIndex...text.endIndex).contains {
                isWild(pattern.dropFirst(), text[$0...])
            }
        }
        let wanted = first == 0x5C ? pattern.dropFirst() : pattern
        return text.first == wanted.first && isWild(wanted.dropFirst(), text.dropFirst())
    }
}
