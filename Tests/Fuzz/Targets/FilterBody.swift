import Bytes

@testable import BrokerCore

/// A policy on its first line, a body behind it: the compiled policy wants what the naive one wants,
/// alone and among the subscriptions of a topic.
enum FilterBody {
    static func run(_ input: [UInt8]) {
        let parts = input.parts(most: 2)
        guard parts.count == 2 else { return }
        let text = parts[0].text
        guard let policy = Compiled(text, .messageBody) else { return }
        let matches = parts[1].withByteView { body in
            var facts = MessageFacts(attributes: ByteView(), body: body)
            return policy.matches(&facts)
        }
        // The tree refuses names that stand twice and texts that the tape takes.
        guard let tree = policy.tree, let body = String(validating: parts[1], as: UTF8.self),
            let value = JSONValue(parsing: body), body.utf8.count < 512
        else { return }
        guard case .object(let members) = tree, !members.isEmpty else {
            promise(matches, "an empty policy wants everything")
            return
        }
        guard case .object = value else {
            promise(!matches, "a body that is no object matches nothing")
            return
        }
        let naive = NaiveFilter(tree, splitsKeys: true)
        let wanted = naive.alternatives.contains { holds($0[...], [split(value)]) }
        promise(matches == wanted, "\(text) and \(body): \(matches), but plainly \(wanted)")
    }

    /// A body in which names with dots are nested; a name may stand twice.
    private indirect enum Tree {
        case scalar(NaiveFilter.Value)
        case array([Tree])
        case object([(name: [UInt8], value: Tree)])
    }

    private static func split(_ value: JSONValue) -> Tree {
        switch value {
        case .null: .scalar(.null)
        case .bool(let value): .scalar(.bool(value))
        case .number(let text): .scalar(.number(Array(text.utf8)))
        case .string(let text): .scalar(.string(Array(text.utf8)))
        case .array(let elements): .array(elements.map(split))
        case .object(let members):
            .object(
                members.map { member in
                    let parts = Array(member.name.utf8).parts(0x2E)
                    return (
                        parts[0],
                        parts.dropFirst().reversed().reduce(split(member.value)) {
                            .object([($1, $0)])
                        }
                    )
                })
        }
    }

    /// Whether the keys, all of which begin here, are satisfied by values of one name, of which
    /// each is an object, an array of objects, or in the way.
    private static func holds(_ keys: NaiveFilter.Alternative.SubSequence, _ here: [Tree]) -> Bool {
        let names = keys.reduce(into: [[UInt8]]()) { names, key in
            if !names.contains(key.path[0]) { names.append(key.path[0]) }
        }
        return names.allSatisfy { name in
            let keys = keys.filter { $0.path[0] == name }
            let found = here.flatMap { tree -> [Tree] in
                guard case .object(let members) = tree else { return [] }
                return members.filter { $0.name == name }.map(\.value)
            }
            return satisfy(keys.map { (Array($0.path.dropFirst()), $0.patterns) }, found)
        }
    }

    /// Whether the values of a name are what the keys that go on from it ask for.
    private static func satisfy(_ keys: NaiveFilter.Alternative, _ found: [Tree]) -> Bool {
        for key in keys where key.path.isEmpty {
            let values = found.flatMap(scalars)
            guard
                values.contains(where: { NaiveFilter.matches(key.patterns, $0) })
                    || (values.isEmpty && NaiveFilter.allowsNothing(key.patterns))
            else { return false }
        }
        let longer = keys.filter { !$0.path.isEmpty }
        if longer.isEmpty { return true }
        guard let first = found.first else { return allowNothing(longer) }
        if found.count == 1 { return goesOn(longer, first) }
        // Namesakes: each name below is looked for in all of them, and what may be absent must be
        // refused by none.
        let names = Set(longer.map { $0.path[0] })
        return names.allSatisfy { name in
            let keys = longer.filter { $0.path[0] == name }
            let held = found.map { goesOn(keys, $0) }
            return allowNothing(keys) ? !held.contains(false) : held.contains(true)
        }
    }

    private static func allowNothing(_ keys: NaiveFilter.Alternative) -> Bool {
        keys.allSatisfy { NaiveFilter.allowsNothing($0.patterns) }
    }

    private static func goesOn(_ keys: NaiveFilter.Alternative, _ tree: Tree) -> Bool {
        switch tree {
        case .object: holds(keys[...], [tree])
        case .array(let elements) where !elements.isEmpty:
            elements.contains { goesOn(keys, $0) }
        case .array, .scalar: allowNothing(keys)
        }
    }

    private static func scalars(_ tree: Tree) -> [NaiveFilter.Value] {
        switch tree {
        case .scalar(let value): [value]
        case .array(let elements): elements.flatMap(scalars)
        case .object: []
        }
    }
}
