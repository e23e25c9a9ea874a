import Bytes

@testable import BrokerCore

/// A policy on its first line, then attributes as `name:type=value`, a line each: the compiled policy
/// wants what the naive one wants.
enum FilterAttributes {
    private typealias Attribute = (name: [UInt8], type: [UInt8], value: [UInt8])

    static func run(_ input: [UInt8]) {
        let lines = input.parts(most: 12)
        let text = lines[0].text
        guard let policy = Compiled(text, .messageAttributes) else { return }
        var writer = ByteWriter()
        var attributes: [Attribute] = []
        for line in lines.dropFirst() {
            let parts = line.parts(0x3D, most: 2)
            let head = parts[0].parts(0x3A, most: 2)
            guard parts.count == 2, head.count == 2,
                !attributes.contains(where: { $0.name == head[0] })
            else { continue }
            attributes.append((head[0], head[1], parts[1]))
            append(head[0], head[1], parts[1], to: &writer)
        }
        let matches = writer.array.withByteView { bytes in
            var facts = MessageFacts(attributes: bytes, body: ByteView())
            return policy.matches(&facts)
        }
        guard let tree = policy.tree, case .object(let members) = tree else { return }
        let known = attributes.filter { isKind($0.type, "String") || isKind($0.type, "Number") }
        let alternatives = NaiveFilter(tree, splitsKeys: false).alternatives
        let wanted =
            members.isEmpty
            || !known.isEmpty && alternatives.contains { $0.allSatisfy { holds($0, known) } }
        promise(matches == wanted, "\(input.text): \(matches), but plainly \(wanted)")
    }

    private static func append(
        _ name: [UInt8], _ type: [UInt8], _ value: [UInt8], to writer: inout ByteWriter
    ) {
        name.withByteView { name in
            type.withByteView { type in
                value.withByteView { value in
                    StoredAttributes.append(
                        name: name, dataType: type, isBinary: false, value: value, to: &writer)
                }
            }
        }
    }

    private static func holds(
        _ key: (path: [[UInt8]], patterns: [JSONValue]), _ attributes: [Attribute]
    ) -> Bool {
        guard let attribute = attributes.first(where: { $0.name == key.path[0] }) else {
            return NaiveFilter.allowsNothing(key.patterns)
        }
        guard let values = values(of: attribute) else { return false }
        return values.isEmpty
            ? NaiveFilter.allowsNothing(key.patterns)
            : values.contains { NaiveFilter.matches(key.patterns, $0) }
    }

    /// Nil of an array that is none.
    private static func values(of attribute: Attribute) -> [NaiveFilter.Value]? {
        if isKind(attribute.type, "Number") { return [.number(attribute.value)] }
        guard attribute.type == Array("String.Array".utf8) else {
            return [.string(attribute.value)]
        }
        guard let text = String(validating: attribute.value, as: UTF8.self),
            case .array(let elements) = JSONValue(parsing: text)
        else { return nil }
        return elements.compactMap { element in
            switch element {
            case .null: .null
            case .bool(let value): .bool(value)
            case .number(let text): .number(Array(text.utf8))
            case .string(let text): .string(Array(text.utf8))
            case .array, .object: nil
            }
        }
    }

    private static func isKind(_ type: [UInt8], _ kind: String) -> Bool {
        type == Array(kind.utf8) || type.starts(with: "\(kind).".utf8)
    }
}
