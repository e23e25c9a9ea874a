/// Makes the tables of a policy from its text, or says what is wrong with it.
///
/// First the text is read into leaves, each a key and its patterns, in a tree of "all of" and "any
/// of"; then the tree becomes a list of alternatives. Refusals come in the order in which AWS's own
/// compiler meets their causes.
struct PolicyCompiler {
    /// A key with its patterns.
    struct Leaf {
        /// The parts of the key, as bytes: texts of different bytes are different keys.
        let path: [[UInt8]]
        let patterns: Range<Int>
    }

    /// How the leaves of a policy belong together.
    indirect enum Tree {
        case leaf(Int)
        case all([Tree])
        case any([Tree])
    }

    private static let alternation = "$or"

    let source: PolicySource
    let scope: FilterPolicyScope
    var tables = FilterTables()
    var leaves: [Leaf] = []
    private var isNested = false
    var wildcardPoints = 0

    private init(_ text: String, _ scope: FilterPolicyScope) {
        source = PolicySource(text)
        self.scope = scope
    }

    /// The tables of the policy `text`.
    static func compile(
        _ text: String, scope: FilterPolicyScope
    ) throws(FilterPolicyError) -> FilterTables {
        guard text.utf8.count <= FilterLimits.policyBytes else {
            throw FilterPolicyError("Filter policy is too large")
        }
        var compiler = PolicyCompiler(text, scope)
        let root = try PolicyParser.parse(compiler.source)
        guard case .object(let members) = root.content else {
            throw compiler.source.fault("Filter is not an object", at: root.seenAt)
        }
        var combinations = 1
        let tree = try compiler.members(members, path: [], combinations: &combinations)
        try compiler.checkLimits(
            keys: Set(members.map { Array($0.name.utf8) }).count, combinations: combinations)
        compiler.arrange(tree)
        return compiler.tables
    }

    private func checkLimits(keys: Int, combinations: Int) throws(FilterPolicyError) {
        guard keys <= FilterLimits.keys else {
            throw FilterPolicyError(
                "Filter policy can not have more than \(FilterLimits.keys) keys")
        }
        guard combinations <= FilterLimits.combinations,
            wildcardPoints <= FilterLimits.wildcardPoints
        else { throw .tooComplex }
        guard scope == .messageBody || !isNested else {
            throw FilterPolicyError(
                "Filter policy scope MessageAttributes does not support nested filter policy")
        }
    }

    /// Reads what an object holds. `combinations`, which is counted up to one too many, becomes the
    /// product of what it was and what these members add.
    private mutating func members(
        _ members: [PolicyNode.Member], path: [String], combinations: inout Int
    ) throws(FilterPolicyError) -> Tree {
        var parts: [Tree] = []
        for member in members {
            let path = path + [member.name]
            switch member.value.content {
            case .array(let branches) where isAlternation(member):
                parts.append(
                    try alternation(
                        branches, path: Array(path.dropLast()), combinations: &combinations))
            case .array(let elements):
                parts.append(
                    .leaf(try leaf(elements, of: member.value, path, combinations: &combinations)))
            case .object(let inner):
                guard !inner.isEmpty else {
                    throw source.fault("Empty objects are not allowed", at: member.value.end)
                }
                isNested = true
                parts.append(try self.members(inner, path: path, combinations: &combinations))
            default:
                throw source.fault(
                    "\"\(member.name)\" must be an object or an array", at: member.value.seenAt)
            }
        }
        return .all(parts)
    }

    /// Whether a member is a choice between objects; if not, it is an ordinary key named `$or`.
    private func isAlternation(_ member: PolicyNode.Member) -> Bool {
        guard member.name == Self.alternation, case .array(let branches) = member.value.content
        else { return false }
        return branches.count >= 2
            && branches.allSatisfy { branch in
                guard case .object(let members) = branch.content else { return false }
                return !members.isEmpty
                    && !members.contains { Self.operators.contains($0.name) }
            }
    }

    private mutating func alternation(
        _ branches: [PolicyNode], path: [String], combinations: inout Int
    ) throws(FilterPolicyError) -> Tree {
        var parts: [Tree] = []
        var sum = 0
        for branch in branches {
            guard case .object(let inner) = branch.content else { continue }
            var count = combinations
            parts.append(try members(inner, path: path, combinations: &count))
            sum = min(sum + count, FilterLimits.combinations + 1)
        }
        combinations = sum
        return .any(parts)
    }

    private mutating func leaf(
        _ elements: [PolicyNode], of array: PolicyNode, _ path: [String],
        combinations: inout Int
    ) throws(FilterPolicyError) -> Int {
        var patterns: [FilterPattern] = []
        for element in elements { patterns.append(try pattern(element)) }
        guard !patterns.isEmpty else {
            throw source.fault("Empty arrays are not allowed", at: array.end)
        }
        let factor = patterns.count * path.count
        combinations = min(combinations * factor, FilterLimits.combinations + 1)
        let parts = keyParts(path)
        guard parts.count <= FilterLimits.depth else { throw .tooComplex }
        let first = tables.patterns.count
        tables.patterns += patterns
        leaves.append(Leaf(path: parts, patterns: first..<tables.patterns.count))
        return leaves.count - 1
    }

    /// In a body, a dot in a key is the same as nesting.
    private func keyParts(_ path: [String]) -> [[UInt8]] {
        guard scope == .messageBody else { return path.map { Array($0.utf8) } }
        return path.flatMap { name in
            name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .map { Array($0) }
        }
    }
}
